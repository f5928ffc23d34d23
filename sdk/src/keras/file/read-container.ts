import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LitModelError } from "../../errors.js";
import { openForReading } from "../../open-for-reading.js";
import { withZip, type ZipEntry } from "../../zip.js";
import { isNode, isRecord, type KerasContainer, type KerasNode, legacyWeights, type StoredGroup } from "./container.js";
import { withHdf5Reader } from "./hdf5-reader.js";
import { parseJson } from "./parse-json.js";

const ENTRIES = 4096;
/** Compressed entries may hold this much more than the file. */
const INFLATED = { factor: 16, bytes: 2 ** 27 };
const CONFIG_BYTES = 2 ** 26;
const WEIGHTS = "model.weights.h5";
const ZIP = Buffer.from("PK");
const HDF5 = Buffer.from("\u0089HDF\r\n\u001a\n", "latin1");

/** An open file, and what messages call it. */
interface Source {
  readonly handle: FileHandle;
  readonly size: number;
  readonly name: string;
}

/**
 * Opens a file of a Keras model or of its weights alone, told apart by content, and closes it when `use` is done:
 * - `.keras` of Keras 3 or tf_keras; the CRC-32 of all its entries is checked,
 * - `.h5` with a whole model, of any Keras,
 * - `.weights.h5` of Keras 3 or tf_keras, and `.h5` with the weights of any Keras; `config` is null.
 *
 * Nothing in it is executed, and it is never whole in memory. Whoever made it, it is read within limits of memory and time.
 * @param source a path, or the file's bytes, which messages call `bytes`
 * @throws LitModelError that names the file and what in it is missing, damaged or beyond a limit
 */
export function withContainer<T>(
  source: string | Uint8Array,
  use: (container: KerasContainer) => Promise<T>,
): Promise<T> {
  return withSource(source, async (file) => {
    const { buffer, bytesRead } = await file.handle.read(Buffer.alloc(8), 0, 8, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.subarray(0, 2).equals(ZIP)) return withKeras(file, use);
    if (head.equals(HDF5)) return withHdf5(file, use);
    const shards = file.name.endsWith(".weights.json") ? " (a list of shards, which does not load)" : "";
    throw new LitModelError(
      `${file.name}: neither a .keras file (zip) nor an .h5 file (HDF5), it begins with ${JSON.stringify(head.toString("latin1"))}${shards}`,
    );
  });
}

async function withSource<T>(source: string | Uint8Array, use: (file: Source) => Promise<T>): Promise<T> {
  if (typeof source !== "string" && !(source instanceof Uint8Array)) {
    const found = Object.prototype.toString.call(source).slice(8, -1);
    throw new LitModelError(`a Keras file is a path or its bytes in a Uint8Array, found ${found}`);
  }
  if (typeof source !== "string")
    return withScratch("bytes", [source], (handle) => use({ handle, size: source.length, name: "bytes" }));
  const { handle, size } = await openForReading(source, LitModelError);
  try {
    return await use({ handle, size, name: source });
  } finally {
    await handle.close();
  }
}

/** A file without a name, of some blocks, which ends with `use`. */
async function withScratch<T>(
  name: string,
  blocks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  use: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const path = join(tmpdir(), `litlab-${randomUUID()}`);
  const fail = (cause: NodeJS.ErrnoException) => {
    throw new LitModelError(`${name}: cannot be unpacked in ${tmpdir()} (${cause.code})`, { cause });
  };
  const handle = await open(path, "wx+", 0o600).catch(fail);
  try {
    await unlink(path).catch(fail);
    for await (const block of blocks) await handle.appendFile(block).catch(fail);
    return await use(handle);
  } finally {
    await handle.close();
  }
}

function withKeras<T>(file: Source, use: (container: KerasContainer) => Promise<T>): Promise<T> {
  const { name: path, size } = file;
  const limits = { entries: ENTRIES, bytes: INFLATED.factor * size + INFLATED.bytes };
  return withZip(file, limits, LitModelError, async (entries) => {
    const get = (name: string, most = Number.POSITIVE_INFINITY): ZipEntry => {
      const entry = entries.get(name);
      const found = [...entries.keys()].slice(0, 5).join(", ") || "nothing";
      if (!entry) throw new LitModelError(`${path}: no ${name} in it, found ${found}`);
      if (entry.size > most)
        throw new LitModelError(`${path}: ${name} has ${entry.size} bytes, expected at most ${most}`);
      return entry;
    };
    const json = async (name: string) =>
      parseJson((await get(name, CONFIG_BYTES).read()).toString("utf8"), `${path}/${name}`);

    const config = checkConfig(await json("config.json"), `${path}/config.json`);
    const metadata = await json("metadata.json");
    if (!entries.has(WEIGHTS) && entries.has("model.weights.json"))
      throw new LitModelError(`${path}: its weights are in shards (model.weights.json), expected one ${WEIGHTS}`);
    const weights = get(WEIGHTS);
    for (const entry of entries.values()) if (entry !== weights) await pass(entry);

    const compiled = isRecord(config.compile_config) ? config.compile_config : null;
    const major = majorOf(isRecord(metadata) ? metadata.keras_version : undefined);
    const read = (handle: FileHandle, offset: number, check?: () => Promise<void>) =>
      withHdf5Reader(
        { fd: handle.fd, offset, size: weights.size, name: `${path}/${WEIGHTS}` },
        ({ root, ...arrays }) => use({ path, config, compiled, major, layout: "keras", weights: root, ...arrays }),
        check,
      );
    if (weights.offset !== null) return read(file.handle, weights.offset, () => pass(weights));
    return withScratch(path, weights.blocks(), (handle) => read(handle, 0));
  });
}

/** Reads an entry to its end, which checks it. */
async function pass(entry: ZipEntry): Promise<void> {
  for await (const _ of entry.blocks());
}

function withHdf5<T>({ handle, size, name: path }: Source, use: (container: KerasContainer) => Promise<T>): Promise<T> {
  return withHdf5Reader({ fd: handle.fd, offset: 0, size, name: path }, ({ root, ...arrays }) => {
    const text = (name: string) => root.texts.get(name)?.[0];
    const container = { path, weights: root, ...arrays, compiled: null, config: null };
    const model = text("model_config");
    if (model !== undefined) {
      const training = text("training_config");
      const compiled = training === undefined ? null : parseJson(training, `${path}, training_config`);
      return use({
        ...container,
        config: checkConfig(modernize(parseJson(model, `${path}, model_config`)), `${path}, model_config`),
        compiled: isRecord(compiled) ? compiled : null,
        major: majorOf(text("keras_version")),
        layout: "legacy",
      });
    }
    if (legacyWeights(container.weights).texts.has("layer_names"))
      return use({ ...container, major: majorOf(text("keras_version")), layout: "legacy" });
    if (hasVars(root)) {
      const major = root.groups.has("_layer_checkpoint_dependencies") ? 2 : 3;
      return use({ ...container, major, layout: "keras" });
    }
    const found = [...root.groups.keys(), ...root.arrays.keys()].slice(0, 5).join(", ") || "nothing";
    throw new LitModelError(`${path}: no model_config in it, and no weights as Keras stores them; found ${found}`);
  });
}

const hasVars = ({ groups }: StoredGroup): boolean => groups.has("vars") || [...groups.values()].some(hasVars);

const majorOf = (version: unknown): 2 | 3 => (Number.parseInt(String(version ?? "2"), 10) >= 3 ? 3 : 2);

function checkConfig(value: unknown, where: string): KerasNode & { readonly compile_config?: unknown } {
  if (isNode(value)) return value;
  throw new LitModelError(`${where}: no model, expected an object with class_name and config`);
}

/** Up to Keras 2.2 the config of a Sequential was the list of its layers. */
function modernize(node: unknown): unknown {
  if (!isRecord(node)) return node;
  const config = Array.isArray(node.config) ? { layers: node.config } : node.config;
  if (!isRecord(config)) return node;
  const layers = Array.isArray(config.layers) ? { layers: config.layers.map(modernize) } : {};
  const layer = isRecord(config.layer) ? { layer: modernize(config.layer) } : {};
  return { ...node, config: { ...config, ...layers, ...layer } };
}
