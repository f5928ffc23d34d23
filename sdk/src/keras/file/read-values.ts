import { type ArrayLayout, type Hdf5Library, type NumberType, Refusal } from "./list-tree.js";

const BLOCK = 2 ** 23;

/**
 * Reads an array block by block into one buffer: floats as float32, whole numbers and booleans as int32.
 * @throws Refusal, or what HDF5 says of damaged values
 */
export function readValues(library: Hdf5Library, file: bigint, path: string, layout: ArrayLayout) {
  const { shape, type, typeName, size } = layout;
  if (type === null) throw new Refusal(`${path} holds values of type ${typeName}, expected numbers`);
  const total = shape.reduce((product, length) => product * length, 1);
  const values = new (type.includes("float") ? Float32Array : Int32Array)(total);
  if (total === 0) return values;
  let pointer = 0;
  let reserved = 0;
  let done = 0;
  for (const { offset, count, length } of blocksOf(layout)) {
    if (length > reserved) {
      if (pointer) library._free(pointer);
      reserved = length;
      pointer = library._malloc(reserved * size);
      if (!pointer) throw new Refusal(`no memory for a block of ${path}`);
    }
    const [counts, offsets, strides] = shape.length ? [count, offset, count.map(() => 1n)] : [null, null, null];
    if (library.get_dataset_data(file, path, counts, offsets, strides, BigInt(pointer)) < 0)
      throw new Error(`${path} cannot be read`);
    convert[type](library.HEAPU8.buffer as ArrayBuffer, pointer, values.subarray(done, done + length), path);
    done += length;
  }
  library._free(pointer);
  return values;
}

/** The parts of an array of about 8 MB, in its order: spans of the first axis whose slices are small enough, whole chunks where it can be. */
function* blocksOf({ shape, chunks, size }: ArrayLayout) {
  let axis = 0;
  let slice = shape.slice(1).reduce((product, length) => product * length, size);
  while (axis < shape.length - 1 && slice > BLOCK) slice /= shape[++axis] as number;
  const length = shape[axis] ?? 1;
  const chunk = chunks?.[axis] ?? 1;
  const fits = Math.max(1, Math.floor(BLOCK / slice));
  const step = Math.min(length, fits > chunk ? fits - (fits % chunk) : fits);
  const outer = shape.slice(0, axis);
  const rest = shape.slice(axis + 1);
  const index = outer.map(() => 0);
  do {
    for (let start = 0; start < length; start += step) {
      const span = Math.min(step, length - start);
      yield {
        offset: [...index, start, ...rest.map(() => 0)].map(BigInt),
        count: [...index.map(() => 1), span, ...rest].map(BigInt),
        length: (span * slice) / size,
      };
    }
  } while (advance(index, outer));
}

/** Counts an index up within a shape, its last axis first; false at the end. */
function advance(index: number[], shape: readonly number[]): boolean {
  for (let axis = index.length - 1; axis >= 0; axis--) {
    index[axis] = (index[axis] as number) + 1;
    if ((index[axis] as number) < (shape[axis] as number)) return true;
    index[axis] = 0;
  }
  return false;
}

type Values = Float32Array | Int32Array;
type Convert = (buffer: ArrayBuffer, start: number, out: Values, path: string) => void;
type View = new (buffer: ArrayBuffer, start: number, length: number) => ArrayLike<number>;

const copy =
  (View: View): Convert =>
  (buffer, start, out) =>
    out.set(new View(buffer, start, out.length));

const checked =
  (View: new (buffer: ArrayBuffer, start: number, length: number) => ArrayLike<number | bigint>): Convert =>
  (buffer, start, out, path) => {
    const stored = new View(buffer, start, out.length);
    for (let i = 0; i < out.length; i++) {
      const value = stored[i] as number | bigint;
      if (value < -(2 ** 31) || value >= 2 ** 31)
        throw new Refusal(`${path} holds ${value}, expected numbers of 32 bits`);
      out[i] = Number(value);
    }
  };

const convert: Record<NumberType, Convert> = {
  float16: (buffer, start, out) => {
    const stored = new Uint16Array(buffer, start, out.length);
    for (let i = 0; i < out.length; i++) out[i] = floatOfHalf(stored[i] as number);
  },
  bfloat16: (buffer, start, out) => {
    const stored = new Uint16Array(buffer, start, out.length);
    const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
    for (let i = 0; i < out.length; i++) bits[i] = (stored[i] as number) << 16;
  },
  float32: copy(Float32Array),
  float64: copy(Float64Array),
  bool: copy(Uint8Array),
  int8: copy(Int8Array),
  uint8: copy(Uint8Array),
  int16: copy(Int16Array),
  uint16: copy(Uint16Array),
  int32: copy(Int32Array),
  uint32: checked(Uint32Array),
  int64: checked(BigInt64Array),
  uint64: checked(BigUint64Array),
};

function floatOfHalf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 31
      ? fraction
        ? Number.NaN
        : Number.POSITIVE_INFINITY
      : exponent === 0
        ? fraction * 2 ** -24
        : (1024 + fraction) * 2 ** (exponent - 25);
  return bits >> 15 ? -size : size;
}
