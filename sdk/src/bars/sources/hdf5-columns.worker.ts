/**
 * Reads columns of one HDF5 file, in a thread of its own with limits. Links, external and virtual data are not followed;
 * nothing that is pickled is unpickled.
 */

import { plugIn } from "../../hdf5/filter-plugins.js";
import {
  CHUNK_BYTES,
  checkChunks,
  checkOwn,
  declares,
  type ForeignFile,
  fixedTexts,
  kindOf,
  type Metadata,
  Refusal,
  readTexts,
  typeName,
  withValues,
} from "../../hdf5/foreign-file.js";
import { serveFile } from "../../hdf5/serve-file.js";
import { TIME_UNITS, type TimeUnit } from "./time-units.js";

/** A column that a file has. */
export interface Hdf5Column {
  readonly name: string;
  /** What its values are, for messages; `isNumber` if they can be read. */
  readonly type: string;
  readonly isNumber: boolean;
  readonly rows: number;
  /** Of pandas' times: what they count, and whether they have a zone, so that they count from the epoch. */
  readonly time: { readonly unit: TimeUnit; readonly isInstant: boolean } | null;
}

export type ColumnsRequest =
  | { readonly type: "list"; readonly path: string }
  | { readonly type: "read"; readonly columns: readonly number[]; readonly from: number };
export type Hdf5Values = Float64Array | BigInt64Array;

/** A column's place: bytes from the row's start of a dataset. */
interface Place extends Hdf5Column {
  readonly dataset: Dataset;
  readonly offset: number;
  readonly value: Pick<Metadata, "type" | "size" | "signed" | "littleEndian">;
}

interface Dataset {
  readonly path: string;
  readonly metadata: Metadata;
  readonly shape: readonly number[];
  readonly rows: number;
  /** Bytes of a row. */
  readonly row: number;
}

const HEAP = 2 ** 29;
const LIMITS = {
  depth: 16,
  names: 10_000,
  columns: 10_000,
  text: 2 ** 20,
  row: 2 ** 20,
  block: 2 ** 23,
};
/** Chunks may be compressed: what they hold may be this much more than the file. */
const INFLATED = { factor: 256, bytes: 2 ** 27 };
const [INTEGER, FLOAT, STRING, COMPOUND, ENUM, ARRAY] = [0, 1, 3, 6, 8, 10];
const ROWS = 2 ** 17;

let file: ForeignFile;
let places: readonly Place[] = [];

const childOf = (path: string, name: string) => (path === "/" ? `/${name}` : `${path}/${name}`);

/** Whether a path is a group or a dataset; null if it is neither, as links are. */
function objectOf(path: string): "group" | "dataset" | null {
  const kind = path === "/" ? "group" : kindOf(file, path);
  return kind === "group" || kind === "dataset" ? kind : null;
}

function childrenOf(path: string): string[] {
  const names = file.library.get_names(file.id, path, false);
  if (names.length > LIMITS.names) throw new Refusal(`${path} holds more than ${LIMITS.names} names`);
  return names.filter((name) => name !== "" && name !== "." && name !== ".." && !name.includes("/"));
}

/** Finds what a path names, one name after the other. */
function find(path: string): string {
  let at = "/";
  for (const name of path.split("/").filter((part) => part !== "")) {
    const names = childrenOf(at);
    const next = childOf(at, name);
    if (!names.includes(name))
      throw new Refusal(
        `no ${JSON.stringify(next)}, found ${names.map((found) => childOf(at, found)).join(", ") || "nothing"} in ${at}`,
      );
    const kind = objectOf(next);
    if (kind === null) throw new Refusal(`${next} is a link, which is not followed`);
    at = next;
  }
  return at;
}

/** An attribute's texts; none if there are none. */
function textsOf(path: string, name: string): string[] {
  const { library, id } = file;
  if (!library.get_attribute_names(id, path).includes(name)) return [];
  const metadata = library.get_attribute_metadata(id, path, name);
  if (metadata.type !== STRING || metadata.size * metadata.total_size === 0) return [];
  return readTexts(file, path, name, metadata, LIMITS.text, (bytes) => {
    if (!(bytes <= LIMITS.text)) throw new Refusal(`the attribute ${name} of ${path} has ${bytes} bytes`);
  });
}

const textOf = (path: string, name: string): string => textsOf(path, name)[0] ?? "";

/** What a dataset declares; checked before it is read. */
function datasetOf(path: string): Dataset {
  // HDF5 turns numbers into the machine's order, but for those of compound types.
  const metadata = { ...file.library.get_dataset_metadata(file.id, path), littleEndian: true };
  const shape = metadata.shape ?? [];
  const row = shape.slice(1).reduce((product, length) => product * length, metadata.size);
  return { path, metadata, shape, rows: shape[0] ?? 0, row };
}

function check({ path, metadata, shape, row, rows }: Dataset): void {
  checkOwn(path, metadata);
  const bytes = row * rows;
  const most = metadata.chunks ? INFLATED.factor * file.size + INFLATED.bytes : file.size;
  if (!(bytes <= most)) throw new Refusal(declares(file, path, shape, bytes));
  if (!(row <= LIMITS.row)) throw new Refusal(`${path} has rows of ${row} bytes, expected at most ${LIMITS.row}`);
  checkChunks(
    file,
    path,
    metadata,
    (filter) => `is compressed with ${filter}, which is not read: h5repack -f GZIP=4 writes it with gzip`,
    (filter) => plugIn(file.library, filter),
  );
}

const isNumber = ({ type, size }: Pick<Metadata, "type" | "size">) =>
  (type === INTEGER && [1, 2, 4, 8].includes(size)) ||
  (type === FLOAT && [4, 8].includes(size)) ||
  (type === ENUM && size === 1);

/** pandas' name of a type of times. */
function timeOf(kind: string, isInstant: boolean): Hdf5Column["time"] {
  const [, unit = "ns"] = /^datetime64(?:\[(s|ms|us|ns)(?:,.*)?\])?$/.exec(kind) ?? [null, ""];
  return unit === "" ? null : { unit: TIME_UNITS.find((known) => known === unit) ?? "ns", isInstant };
}

function placeOf(
  dataset: Dataset,
  name: string,
  offset: number,
  value: Metadata,
  time: Hdf5Column["time"] = null,
): Place {
  return { name, type: typeName(value), isNumber: isNumber(value), rows: dataset.rows, time, dataset, offset, value };
}

/** The columns of numbers in two dimensions. */
function matrix(dataset: Dataset, names: readonly string[], time: Hdf5Column["time"] = null): Place[] {
  const { shape, metadata } = dataset;
  const count = shape[1] ?? 1;
  if (shape.length > 2 || !(count <= LIMITS.columns))
    throw new Refusal(`${dataset.path} has the shape [${shape.join(", ")}], expected rows and columns`);
  return Array.from({ length: count }, (_, i) =>
    placeOf(dataset, names[i] ?? `column${i}`, i * metadata.size, metadata, time),
  );
}

/** The columns of a compound type; pandas' blocks of columns are arrays in it. */
function compound(dataset: Dataset): Place[] {
  const { path } = dataset;
  const isInstant = /\bVtz\n/.test(textOf(path.replace(/\/[^/]*$/, "") || "/", "info"));
  const members = dataset.metadata.compound_type?.members ?? [];
  if (!(members.length <= LIMITS.columns)) throw new Refusal(`${path} has more than ${LIMITS.columns} columns`);
  return members.flatMap((member): Place[] => {
    const { name, offset, array_type: array } = member;
    if (member.vlen) throw new Refusal(`${path} has values of variable length in ${JSON.stringify(name)}`);
    const time = timeOf(textOf(path, name === "index" ? "index_kind" : `${name}_dtype`), isInstant);
    if (member.type !== ARRAY || !array) return [placeOf(dataset, name, offset, member, time)];
    const names = pickledNames(textOf(path, `${name}_kind`));
    const count = (array.shape ?? []).reduce((product, length) => product * length, 1);
    if (!(count <= LIMITS.columns)) throw new Refusal(`${path} has more than ${LIMITS.columns} columns`);
    return Array.from({ length: count }, (_, i) =>
      placeOf(dataset, names[i] ?? `${name}[${i}]`, offset + i * array.size, array, time),
    );
  });
}

/** The texts in a list of texts as pandas writes it: the one form of a pickle that is read, as text. */
function pickledNames(text: string): string[] {
  if (!/^\(lp\d+\n(?:V[^\n\\]*\np\d+\na)*\.?$/.test(text)) return [];
  return [...text.matchAll(/V([^\n]*)\np\d+\na/g)].map(([, name]) => String(name));
}

/** The frame that pandas wrote in its fixed format: an index and blocks of columns of one type. */
function fixedFrame(path: string): Place[] {
  const index = datasetOf(`${path}/axis1`);
  const places = [
    placeOf(index, "index", 0, index.metadata, timeOf(textOf(index.path, "kind"), textOf(index.path, "tz") !== "")),
  ];
  const names = childrenOf(path);
  for (let i = 0; names.includes(`block${i}_values`); i++) {
    const [items, values] = [datasetOf(`${path}/block${i}_items`), datasetOf(`${path}/block${i}_values`)];
    if (objectOf(items.path) !== "dataset" || objectOf(values.path) !== "dataset") continue;
    const time = timeOf(textOf(values.path, "value_type"), textOf(values.path, "tz") !== "");
    const labels = labelsOf(items);
    if (values.rows === index.rows && values.shape.length === 2) places.push(...matrix(values, labels, time));
    else for (const label of labels) places.push({ ...placeOf(values, label, 0, values.metadata), isNumber: false });
  }
  return places;
}

/** A dataset of texts of one length. */
function labelsOf(dataset: Dataset): string[] {
  const { metadata, rows, row, path } = dataset;
  if (metadata.type !== STRING || metadata.vlen || rows === 0) return [];
  check(dataset);
  if (!(rows * row <= LIMITS.text)) throw new Refusal(`${path} has ${rows * row} bytes of names`);
  return withRows(dataset, 0, rows, (pointer) => fixedTexts(file, pointer, rows, row));
}

/** Reads rows of a dataset, which `use` finds at an address. */
function withRows<T>({ path, shape, row }: Dataset, from: number, count: number, use: (pointer: number) => T): T {
  const offset = shape.map((_, i) => (i === 0 ? from : 0));
  return withValues(file, path, count * row, { count: [count, ...shape.slice(1)], offset }, use);
}

function list(path: string, depth = 0): Place[] {
  const kind = objectOf(path);
  if (kind === "dataset") {
    const dataset = datasetOf(path);
    if (dataset.metadata.type === COMPOUND) return compound(dataset);
    return dataset.shape.length === 1
      ? [placeOf(dataset, path.slice(path.lastIndexOf("/") + 1), 0, dataset.metadata)]
      : matrix(dataset, textsOf(path, "columns"));
  }
  const pandas = textOf(path, "pandas_type");
  if (pandas === "frame") return fixedFrame(path);
  if (pandas === "frame_table") return list(find(`${path}/table`));
  if (pandas !== "") throw new Refusal(`${path} is pandas' ${JSON.stringify(pandas)}, expected a frame`);
  const names = childrenOf(path);
  const children = names.map((name) => childOf(path, name)).map((child) => [child, objectOf(child)] as const);
  // What stands alone needs no name.
  const [only] = children;
  if (children.length === 1 && only && only[1] !== null && depth < LIMITS.depth) return list(only[0], depth + 1);
  const columns = children.flatMap(([child, kind]): Place[] => {
    if (kind !== "dataset") return [];
    const dataset = datasetOf(child);
    const place = placeOf(dataset, child.slice(child.lastIndexOf("/") + 1), 0, dataset.metadata);
    return [dataset.shape.length === 1 ? place : { ...place, isNumber: false }];
  });
  if (columns.length > 0) return columns;
  throw new Refusal(
    `no columns in ${path}, found ${children.map(([child]) => child).join(", ") || "nothing"}: name one as the dataset`,
  );
}

const READERS = {
  float: { 4: "getFloat32", 8: "getFloat64" },
  signed: { 1: "getInt8", 2: "getInt16", 4: "getInt32" },
  unsigned: { 1: "getUint8", 2: "getUint16", 4: "getUint32" },
} as const;

function valuesOf({ name, value, dataset, offset }: Place, pointer: number, count: number): Hdf5Values {
  const { type, size, signed, littleEndian } = value;
  const step = dataset.row;
  const heap = file.library.HEAPU8.buffer as ArrayBuffer;
  if (type === FLOAT && size === 8 && step === 8 && littleEndian) return new Float64Array(heap, pointer, count).slice();
  const view = new DataView(heap, pointer + offset, count === 0 ? 0 : (count - 1) * step + size);
  if (type !== FLOAT && size === 8) {
    const out = new BigInt64Array(count);
    for (let i = 0; i < count; i++) {
      out[i] = view.getBigInt64(i * step, littleEndian);
      if (!signed && (out[i] as bigint) < 0n) throw new Refusal(`${name} holds numbers of 2^63 or more`);
    }
    return out;
  }
  const readers = READERS[type === FLOAT ? "float" : signed ? "signed" : "unsigned"];
  const read = readers[size as keyof typeof readers] as "getInt32";
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = view[read](i * step, littleEndian);
  return out;
}

/** The next rows of some columns, whole chunks where they are not too large. */
function readRows(chosen: readonly number[], from: number): Hdf5Values[] {
  const columns = chosen.map((i) => places[i] as Place);
  const paths = new Map(columns.map(({ dataset }) => [dataset.path, dataset]));
  for (const dataset of paths.values()) if (from === 0) check(dataset);
  const datasets = [...paths.values()];
  const widest = Math.max(1, ...datasets.map(({ row }) => row));
  const chunk = Math.max(1, ...datasets.map(({ metadata }) => metadata.chunks?.[0] ?? 1));
  const fits = Math.max(1, Math.min(ROWS, Math.floor(LIMITS.block / widest)));
  const step = chunk > fits ? (chunk * widest <= CHUNK_BYTES ? chunk : fits) : fits - (fits % chunk);
  const count = Math.min(step, (columns[0]?.rows ?? 0) - from);
  const values = new Map<Place, Hdf5Values>();
  for (const dataset of datasets)
    withRows(dataset, from, count, (pointer) => {
      for (const place of columns)
        if (place.dataset.path === dataset.path) values.set(place, valuesOf(place, pointer, count));
    });
  return columns.map((place) => values.get(place) as Hdf5Values);
}

await serveFile<ColumnsRequest>(HEAP, (opened, request) => {
  file = opened;
  if (request.type === "read") return readRows(request.columns, request.from);
  places = list(find(request.path));
  return places.map(({ name, type, isNumber, rows, time }) => ({ name, type, isNumber, rows, time }));
});
