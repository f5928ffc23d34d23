/** What readers of HDF5 files of unknown origin share: they never follow a link and check what is declared before they read. */
import type { Filter } from "./filter-plugins.js";
import type { Hdf5Library } from "./libhdf5.js";

/** An HDF5 file that is open in a reader's thread. */
export interface ForeignFile {
  readonly library: Hdf5Library;
  readonly id: bigint;
  /** Bytes of the file. */
  readonly size: number;
}

/** What a dataset or an attribute declares of its values. */
export type Metadata = ReturnType<Hdf5Library["get_dataset_metadata"]>;

/** What in a file is refused; its message is fit for the reader of the error. */
export class Refusal extends Error {}

/** HDF5's classes of types, by their numbers. */
export const TYPES = "integer float time string bitfield opaque compound reference enum vlen array".split(" ");
/** gzip, shuffle and Fletcher-32. */
const FILTERS = [1, 2, 3];
/** Bytes of a chunk, at most. */
export const CHUNK_BYTES = 2 ** 26;

/** What values are, for messages. */
export const typeName = ({ type, size }: Pick<Metadata, "type" | "size">): string =>
  `${TYPES[type] ?? "unknown"} of ${size} bytes`;

/** What a path below the root names. */
export function kindOf(
  { library, id }: ForeignFile,
  path: string,
): "group" | "dataset" | "soft link" | "link to another file" | null {
  if (library.get_symbolic_link(id, path) !== null) return "soft link";
  if (library.get_external_link(id, path).filename !== undefined) return "link to another file";
  const kind = library.get_type(id, path);
  return kind === library.H5G_GROUP ? "group" : kind === library.H5G_DATASET ? "dataset" : null;
}

/** @throws Refusal if a dataset's values lie in other files */
export function checkOwn(path: string, { virtual_sources }: Metadata): void {
  if (virtual_sources) throw new Refusal(`${path} is put together from other files`);
}

/** That a dataset has too many values, for a Refusal. */
export const declares = ({ size }: ForeignFile, path: string, shape: readonly number[], bytes: number): string =>
  `${path} declares ${bytes} bytes, shape [${shape.join(", ")}], in a file of ${size}`;

/**
 * Checks how a dataset in chunks is stored.
 * @param refused words the refusal of a filter
 * @param takes whether a filter that HDF5 has not by itself is undone
 * @throws Refusal
 */
export function checkChunks(
  { library, id }: ForeignFile,
  path: string,
  { chunks, size }: Metadata,
  refused: (filter: string) => string,
  takes: (filter: Filter) => boolean = () => false,
): void {
  if (!chunks) return;
  const filters = library.get_dataset_filters(id, path);
  const filter = filters.find((found) => !FILTERS.includes(found.id) && !takes(found));
  if (filter) throw new Refusal(`${path} ${refused(`the filter ${filter.id} ${JSON.stringify(filter.name)}`)}`);
  const chunk = chunks.reduce((product, length) => product * length, size);
  if (!(chunk <= CHUNK_BYTES))
    throw new Refusal(`${path} has chunks of ${chunk} bytes, expected at most ${CHUNK_BYTES}`);
}

/**
 * Reads a part of a dataset, which `use` finds at an address.
 * @param bytes of the part
 * @param part along each axis; null of a scalar
 * @throws Refusal, or what HDF5 says of damaged values
 */
export function withValues<T>(
  { library, id }: ForeignFile,
  path: string,
  bytes: number,
  part: { readonly count: readonly number[]; readonly offset: readonly number[] } | null,
  use: (pointer: number) => T,
): T {
  const pointer = library._malloc(bytes);
  if (!pointer) throw new Refusal(`no memory for values of ${path}`);
  try {
    const [counts, offsets, strides] = part
      ? [part.count.map(BigInt), part.offset.map(BigInt), part.count.map(() => 1n)]
      : [null, null, null];
    if (library.get_dataset_data(id, path, counts, offsets, strides, BigInt(pointer)) < 0)
      throw new Error(`${path} cannot be read`);
    return use(pointer);
  } finally {
    library._free(pointer);
  }
}

/** The bytes of a text at an address: it ends with a zero, or when it is `most` bytes long. */
function textAt({ library }: ForeignFile, start: number, most: number): Uint8Array {
  const bytes = library.HEAPU8.subarray(start, start + most);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Texts of one length that follow each other at an address. */
export const fixedTexts = (file: ForeignFile, pointer: number, count: number, size: number): string[] =>
  Array.from({ length: count }, (_, i) => decode(textAt(file, pointer + i * size, size)));

/**
 * Reads an attribute's texts.
 * @param most bytes of one text whose length varies
 * @param spend is told of bytes before they are read, and throws if they are too many
 * @throws Refusal, or what HDF5 says of a damaged file
 */
export function readTexts(
  file: ForeignFile,
  path: string,
  name: string,
  { size, total_size, vlen }: Metadata,
  most: number,
  spend: (bytes: number) => void,
): string[] {
  const { library, id } = file;
  spend(size * total_size);
  const pointer = library._malloc(size * total_size);
  if (!pointer) throw new Refusal(`no memory for the texts of ${path}, ${name}`);
  library.get_attribute_data(id, path, name, BigInt(pointer));
  if (!vlen) {
    const texts = fixedTexts(file, pointer, total_size, size);
    library._free(pointer);
    return texts;
  }
  const texts = Array.from({ length: total_size }, (_, i) => {
    const at = new DataView(library.HEAPU8.buffer).getUint32(pointer + i * size, true);
    if (at === 0) return "";
    const bytes = textAt(file, at, most);
    spend(bytes.length);
    return decode(bytes);
  });
  library.reclaim_vlen_memory(id, path, name, BigInt(pointer));
  library._free(pointer);
  return texts;
}
