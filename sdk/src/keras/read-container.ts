import { open } from "node:fs/promises";
import { LitModelError } from "../errors.js";
import { type File, textsOf, withHdf5 } from "../hdf5.js";
import { withZip } from "../zip.js";

/** A layer, model or operation as Keras' config.json describes it. */
export interface KerasNode {
  readonly class_name: string;
  readonly module?: string | null;
  readonly registered_name?: string | null;
  readonly name?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly build_config?: { readonly input_shape?: unknown } | null;
  readonly inbound_nodes?: readonly unknown[];
}

/** What a model file holds: its config, and its weights while `use` runs. */
export interface KerasContainer {
  readonly path: string;
  readonly config: KerasNode;
  /** The major version of the Keras that wrote it: 3, or 2 for tf_keras and Keras 1 and 2. */
  readonly major: 2 | 3;
  /** `keras`: groups by layer as in `.keras`; `legacy`: groups by name as in `.h5`. */
  readonly layout: "keras" | "legacy";
  readonly weights: File;
}

const LIMITS = { entries: 10_000, bytes: 16 * 2 ** 30 };
const CONFIG_BYTES = 64 * 2 ** 20;
const DEPTH = 256;
const ZIP = Buffer.from("PK");
const HDF5 = Buffer.from("\u0089HDF\r\n\u001a\n", "latin1");

/** Opens a `.keras` or `.h5` model file, told apart by content; nothing in it is executed. */
export async function withContainer<T>(path: string, use: (container: KerasContainer) => Promise<T>): Promise<T> {
  const head = await readHead(path);
  if (head.subarray(0, 2).equals(ZIP)) return withKeras(path, use);
  if (head.equals(HDF5)) return withLegacy(path, use);
  throw new LitModelError(
    `${path}: neither a .keras file (zip) nor an .h5 file (HDF5), it begins with ${JSON.stringify(head.toString("latin1"))}`,
  );
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new LitModelError(`${path}: ${code === "ENOENT" ? "no such file" : `cannot be read (${code})`}`, {
      cause: error,
    });
  }
}

function withKeras<T>(path: string, use: (container: KerasContainer) => Promise<T>): Promise<T> {
  return withZip(path, LIMITS, LitModelError, async (entries) => {
    const read = async (name: string, most: number) => {
      const entry = entries.get(name);
      const found = [...entries.keys()].slice(0, 5).join(", ") || "nothing";
      if (!entry) throw new LitModelError(`${path}: no ${name} in it, found ${found}`);
      if (entry.size > most)
        throw new LitModelError(`${path}: ${name} has ${entry.size} bytes, expected at most ${most}`);
      return entry.read();
    };
    const config = parseConfig((await read("config.json", CONFIG_BYTES)).toString("utf8"), `${path}/config.json`);
    const metadata = parseJson((await read("metadata.json", CONFIG_BYTES)).toString("utf8"), `${path}/metadata.json`);
    const major = majorOf((metadata as { keras_version?: unknown } | null)?.keras_version);
    const bytes = await read("model.weights.h5", 2 ** 31 - 1);
    return withHdf5({ bytes, name: `${path}/model.weights.h5` }, LitModelError, (weights) =>
      use({ path, config, major, layout: "keras", weights }),
    );
  });
}

function withLegacy<T>(path: string, use: (container: KerasContainer) => Promise<T>): Promise<T> {
  return withHdf5(path, LitModelError, (weights) => {
    const attributes = weights.attrs;
    const [text] = textsOf(attributes.model_config) ?? [];
    if (text === undefined)
      throw new LitModelError(`${path}: no model_config in it; expected a whole model, saved with model.save()`);
    const config = parseConfig(text, `${path}, model_config`);
    const major = majorOf(textsOf(attributes.keras_version)?.[0]);
    return use({ path, config, major, layout: "legacy", weights });
  });
}

const majorOf = (version: unknown): 2 | 3 => (Number.parseInt(String(version ?? "2"), 10) >= 3 ? 3 : 2);

function parseConfig(text: string, where: string): KerasNode {
  const value = parseJson(text, where);
  if (isNode(value)) return value;
  throw new LitModelError(`${where}: no model, expected an object with class_name and config`);
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isNode = (value: unknown): value is KerasNode =>
  isRecord(value) && typeof value.class_name === "string" && isRecord(value.config);

/** JSON of at most 256 levels. */
function parseJson(text: string, where: string): unknown {
  let depth = 0;
  for (let i = 0, inText = false; i < text.length; i++) {
    const char = text[i];
    if (inText) {
      if (char === "\\") i++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "{" || char === "[") {
      if (++depth > DEPTH) throw new LitModelError(`${where}: nested deeper than ${DEPTH} levels`);
    } else if (char === "}" || char === "]") depth--;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LitModelError(`${where}: not JSON: ${(cause as Error).message.slice(0, 200)}`, { cause });
  }
}
