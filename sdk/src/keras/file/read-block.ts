import { type ForeignFile, Refusal, withValues } from "../../hdf5/foreign-file.js";
import { sizeOf } from "../../tensors/size-of.js";
import type { Values } from "./container.js";
import type { ArrayLayout, NumberType } from "./list-tree.js";

/** Bytes of a block, as they are stored; more in chunks, which are read and decompressed whole. */
const [BLOCK, CHUNKED_BLOCK] = [2 ** 20, 2 ** 23];

/**
 * Reads a block of an array, about 1 MB in its order: floats as float32, whole numbers and booleans as int32.
 * @param spare memory for the values, if it is enough
 * @throws Refusal, or what HDF5 says of damaged values
 */
export function readBlock(
  file: ForeignFile,
  path: string,
  layout: ArrayLayout,
  block: number,
  spare: ArrayBuffer | undefined,
): Values {
  const { shape, type, typeName, size } = layout;
  if (type === null) throw new Refusal(`${path} holds values of type ${typeName}, expected numbers`);
  const span = spanOf(layout, block);
  const length = shape.includes(0) ? 0 : sizeOf(span.count);
  const buffer = spare && spare.byteLength >= 4 * length ? spare : new ArrayBuffer(4 * length);
  const values = new (type.includes("float") ? Float32Array : Int32Array)(buffer, 0, length);
  if (length === 0) return values;
  withValues(file, path, length * size, shape.length ? span : null, (pointer) =>
    convert[type](file.library.HEAPU8.buffer as ArrayBuffer, pointer, values, path),
  );
  return values;
}

/** Where a block lies: a span of the first axis whose slices are small enough, of whole chunks where it can be. */
function spanOf({ shape, chunks, size }: ArrayLayout, block: number) {
  const most = chunks ? CHUNKED_BLOCK : BLOCK;
  let axis = 0;
  let slice = shape.slice(1).reduce((product, length) => product * length, size);
  while (axis < shape.length - 1 && slice > most) slice /= shape[++axis] as number;
  const length = shape[axis] ?? 1;
  const chunk = chunks?.[axis] ?? 1;
  const fits = Math.max(1, Math.floor(most / slice));
  const step = Math.min(length, fits > chunk ? fits - (fits % chunk) : fits);
  const blocks = Math.ceil(length / step);
  const start = (block % blocks) * step;
  const outer = shape.slice(0, axis);
  const offset = shape.map(() => 0);
  offset[axis] = start;
  for (let left = Math.floor(block / blocks), i = axis - 1; i >= 0; i--) {
    offset[i] = left % (outer[i] as number);
    left = Math.floor(left / (outer[i] as number));
  }
  return { offset, count: [...outer.map(() => 1), Math.min(step, length - start), ...shape.slice(axis + 1)] };
}

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
