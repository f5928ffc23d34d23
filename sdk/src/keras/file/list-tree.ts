import {
  checkChunks,
  checkOwn,
  declares,
  type ForeignFile,
  kindOf,
  type Metadata,
  Refusal,
  readTexts,
  TYPES,
  typeName,
} from "../../hdf5/foreign-file.js";
import type { StoredArray, StoredGroup } from "./container.js";

/** An array as the file declares it. */
export interface ArrayLayout {
  readonly shape: readonly number[];
  /** The length of a chunk along each axis; null if the values lie in one piece. */
  readonly chunks: readonly number[] | null;
  /** How the values are stored; null if they are no numbers. */
  readonly type: NumberType | null;
  /** What the values are, for messages. */
  readonly typeName: string;
  /** Bytes of a value. */
  readonly size: number;
}

export type NumberType =
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "bool"
  | `${"int" | "uint"}${8 | 16 | 32 | 64}`;

const LIMITS = {
  objects: 50_000,
  attributes: 20_000,
  depth: 64,
  name: 1024,
  textBytes: 2 ** 26,
};
/** Chunks may be compressed: what they hold may be this much more than the file. */
const INFLATED = { factor: 16, bytes: 2 ** 27 };

/**
 * Lists the groups, texts and arrays of a file and checks what it declares. Links are never followed.
 * @throws Refusal, or what HDF5 says of a damaged file
 */
export function listTree(file: ForeignFile) {
  const { library, id, size: bytes } = file;
  const layouts = new Map<string, ArrayLayout>();
  const seen = new Set<string>();
  const left = {
    objects: LIMITS.objects,
    attributes: LIMITS.attributes,
    textBytes: LIMITS.textBytes,
    stored: bytes,
    inflated: INFLATED.factor * bytes + INFLATED.bytes,
  };
  const spend = (what: keyof typeof left, amount: number, say: () => string) => {
    left[what] -= amount;
    if (!(left[what] >= 0)) throw new Refusal(say());
  };

  /** Notes an object by its address: a second path to it would be a hard link, maybe a cycle. */
  const visit = (path: string) => {
    const address = String(library.create_object_reference(id, path));
    if (seen.has(address)) throw new Refusal(`${path} is linked twice`);
    seen.add(address);
  };

  const listGroup = (path: string, depth: number): StoredGroup => {
    if (depth > LIMITS.depth) throw new Refusal(`groups nested deeper than ${LIMITS.depth} levels`);
    const groups = new Map<string, StoredGroup>();
    const arrays = new Map<string, StoredArray>();
    const names = library.get_names(id, path || "/", false);
    spend("objects", names.length, () => `more than ${LIMITS.objects} groups and arrays`);
    for (const name of names) {
      const child = `${path}/${name}`;
      if (!name || name === "." || name.includes("/") || name.length > LIMITS.name)
        throw new Refusal(`${path || "/"} holds the name ${JSON.stringify(name.slice(0, 80))}`);
      const kind = kindOf(file, child);
      if (kind !== "group" && kind !== "dataset")
        throw new Refusal(`${child} is ${kind === null ? "neither a group nor an array" : `a ${kind}`}`);
      visit(child);
      if (kind === "group") groups.set(name, listGroup(child, depth + 1));
      else {
        const { shape, type, typeName } = listArray(child);
        arrays.set(name, { path: child, shape, dtype: type ?? typeName });
      }
    }
    return { texts: listTexts(path || "/"), groups, arrays };
  };

  const listArray = (path: string): ArrayLayout => {
    const metadata = library.get_dataset_metadata(id, path);
    const { shape, chunks, size } = metadata;
    if (!shape) throw new Refusal(`${path} has no shape`);
    checkOwn(path, metadata);
    const total = shape.reduce((product, length) => product * length, size);
    checkChunks(file, path, metadata, (filter) => `is stored with ${filter}`);
    spend(chunks ? "inflated" : "stored", total, () => declares(file, path, shape, total));
    const layout = { shape, chunks, size, typeName: typeName(metadata), type: numberTypeOf(metadata) };
    layouts.set(path, layout);
    return layout;
  };

  const listTexts = (path: string): Map<string, string[]> => {
    const texts = new Map<string, string[]>();
    const names = library.get_attribute_names(id, path);
    spend("attributes", names.length, () => `more than ${LIMITS.attributes} attributes`);
    for (const name of names) {
      const metadata = library.get_attribute_metadata(id, path, name);
      if (metadata.shape && metadata.total_size === 0) texts.set(name, []);
      else if (metadata.shape && metadata.type === library.H5T_class_t.H5T_STRING.value)
        texts.set(
          name,
          readTexts(file, path, name, metadata, LIMITS.textBytes, (length) =>
            spend("textBytes", length, () => `texts of more than ${LIMITS.textBytes} bytes, at ${path}, ${name}`),
          ),
        );
    }
    return joinSplit(texts);
  };

  visit("/");
  return { root: listGroup("", 0), layouts };
}

/** Keras writes a list that is too long for one attribute as `layer_names0`, `layer_names1`, … */
function joinSplit(texts: Map<string, string[]>): Map<string, string[]> {
  for (const first of [...texts.keys()].filter((name) => name.endsWith("_names0"))) {
    const base = first.slice(0, -1);
    if (texts.has(base)) continue;
    const joined: string[] = [];
    for (let i = 0, part = texts.get(first); part; part = texts.get(`${base}${++i}`)) {
      for (const text of part) joined.push(text);
      texts.delete(`${base}${i}`);
    }
    texts.set(base, joined);
  }
  return texts;
}

/** Keras stores bfloat16 as opaque values of two bytes, and booleans as h5py's enumeration. */
function numberTypeOf({ type, size, signed, enum_type }: Metadata): NumberType | null {
  const kind = TYPES[type];
  if (kind === "float" && (size === 2 || size === 4 || size === 8)) return `float${(8 * size) as 16 | 32 | 64}`;
  if (kind === "integer" && (size === 1 || size === 2 || size === 4 || size === 8))
    return `${signed ? "int" : "uint"}${(8 * size) as 8 | 16 | 32 | 64}`;
  if (kind === "opaque" && size === 2) return "bfloat16";
  const { FALSE, TRUE, ...others } = enum_type?.members ?? {};
  if (size === 1 && FALSE === 0 && TRUE === 1 && Object.keys(others).length === 0) return "bool";
  return null;
}
