import type { Module } from "h5wasm";
import type { StoredArray, StoredGroup } from "./container.js";

export type Hdf5Library = typeof Module;

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

/** What in a file is refused; its message is fit for the reader of the error. */
export class Refusal extends Error {}

const LIMITS = {
  objects: 50_000,
  attributes: 20_000,
  depth: 64,
  name: 1024,
  textBytes: 2 ** 26,
  chunkBytes: 2 ** 26,
};
/** Chunks may be compressed: what they hold may be this much more than the file. */
const INFLATED = { factor: 16, bytes: 2 ** 27 };
/** gzip, shuffle and Fletcher-32. */
const FILTERS = [1, 2, 3];
const TYPES = "integer float time string bitfield opaque compound reference enum vlen array".split(" ");

/**
 * Lists the groups, texts and arrays of an open file and checks what it declares. Links are never followed.
 * @param bytes the file's size
 * @throws Refusal, or what HDF5 says of a damaged file
 */
export function listTree(library: Hdf5Library, file: bigint, bytes: number) {
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
    const address = String(library.create_object_reference(file, path));
    if (seen.has(address)) throw new Refusal(`${path} is linked twice`);
    seen.add(address);
  };

  const listGroup = (path: string, depth: number): StoredGroup => {
    if (depth > LIMITS.depth) throw new Refusal(`groups nested deeper than ${LIMITS.depth} levels`);
    const groups = new Map<string, StoredGroup>();
    const arrays = new Map<string, StoredArray>();
    const names = library.get_names(file, path || "/", false);
    spend("objects", names.length, () => `more than ${LIMITS.objects} groups and arrays`);
    for (const name of names) {
      const child = `${path}/${name}`;
      if (!name || name === "." || name.includes("/") || name.length > LIMITS.name)
        throw new Refusal(`${path || "/"} holds the name ${JSON.stringify(name.slice(0, 80))}`);
      if (library.get_symbolic_link(file, child) !== null) throw new Refusal(`${child} is a soft link`);
      if (library.get_external_link(file, child).filename !== undefined)
        throw new Refusal(`${child} is a link to another file`);
      const kind = library.get_type(file, child);
      if (kind !== library.H5G_GROUP && kind !== library.H5G_DATASET)
        throw new Refusal(`${child} is neither a group nor an array`);
      visit(child);
      if (kind === library.H5G_GROUP) groups.set(name, listGroup(child, depth + 1));
      else arrays.set(name, { path: child, shape: listArray(child).shape });
    }
    return { texts: listTexts(path || "/"), groups, arrays };
  };

  const listArray = (path: string): ArrayLayout => {
    const metadata = library.get_dataset_metadata(file, path);
    const { shape, chunks, size } = metadata;
    if (!shape) throw new Refusal(`${path} has no shape`);
    if (metadata.virtual_sources) throw new Refusal(`${path} is put together from other files`);
    const total = shape.reduce((product, length) => product * length, size);
    const declares = () => `${path} declares ${total} bytes, shape [${shape.join(", ")}], in a file of ${bytes}`;
    if (chunks) {
      const filter = library.get_dataset_filters(file, path).find(({ id }) => !FILTERS.includes(id));
      if (filter) throw new Refusal(`${path} is stored with the filter ${filter.id} ${JSON.stringify(filter.name)}`);
      const chunk = chunks.reduce((product, length) => product * length, size);
      if (!(chunk <= LIMITS.chunkBytes))
        throw new Refusal(`${path} has chunks of ${chunk} bytes, expected at most ${LIMITS.chunkBytes}`);
    }
    spend(chunks ? "inflated" : "stored", total, declares);
    const typeName = `${TYPES[metadata.type] ?? "unknown"} of ${size} bytes`;
    const layout = { shape, chunks, size, typeName, type: numberTypeOf(metadata) };
    layouts.set(path, layout);
    return layout;
  };

  const listTexts = (path: string): Map<string, string[]> => {
    const texts = new Map<string, string[]>();
    const names = library.get_attribute_names(file, path);
    spend("attributes", names.length, () => `more than ${LIMITS.attributes} attributes`);
    for (const name of names) {
      const metadata = library.get_attribute_metadata(file, path, name);
      if (metadata.shape && metadata.total_size === 0) texts.set(name, []);
      else if (metadata.shape && metadata.type === library.H5T_class_t.H5T_STRING.value)
        texts.set(name, readTexts(path, name, metadata));
    }
    return joinSplit(texts);
  };

  const readTexts = (path: string, name: string, { size, total_size, vlen }: Metadata): string[] => {
    const spendText = (length: number) =>
      spend("textBytes", length, () => `texts of more than ${LIMITS.textBytes} bytes, at ${path}, ${name}`);
    spendText(size * total_size);
    const pointer = library._malloc(size * total_size);
    if (!pointer) throw new Refusal(`no memory for the texts of ${path}, ${name}`);
    library.get_attribute_data(file, path, name, BigInt(pointer));
    const read = (start: number, most: number) => {
      const end = library.HEAPU8.subarray(start, start + most).indexOf(0);
      const bytes = library.HEAPU8.subarray(start, start + (end < 0 ? most : end));
      if (vlen) spendText(bytes.length);
      return new TextDecoder().decode(bytes);
    };
    const texts = Array.from({ length: total_size }, (_, i) => {
      if (!vlen) return read(pointer + i * size, size);
      const at = new DataView(library.HEAPU8.buffer).getUint32(pointer + i * size, true);
      return at === 0 ? "" : read(at, LIMITS.textBytes);
    });
    if (vlen) library.reclaim_vlen_memory(file, path, name, BigInt(pointer));
    library._free(pointer);
    return texts;
  };

  visit("/");
  return { root: listGroup("", 0), layouts };
}

type Metadata = ReturnType<Hdf5Library["get_dataset_metadata"]>;

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
