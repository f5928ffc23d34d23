import { instantiate } from "../../../instantiate.js";
import { WASM } from "./vectors.wasm.js";

type Binary = (a: number, b: number, to: number, count: number) => void;
type Unary = (from: number, to: number, count: number) => void;

const { memory, ...operations } = instantiate<{
  add: Binary;
  multiply: Binary;
  addProducts(a: number, b: number, c: number, d: number, to: number, count: number): void;
  blend(share: number, a: number, b: number, to: number, count: number): void;
  sigmoid: Unary;
  tanh: Unary;
}>(WASM);

/**
 * Operations on `count` values from each address on, see `addressOf`: a + b, a b, a b + c d, (1 - share) a + share b, and
 * sigmoid and tanh within 2e-7. Up to three values more are written: of a vector's parts the later ones are to be written
 * later. `to` may be one of the others.
 */
export const { add, multiply, addProducts, blend, sigmoid, tanh } = operations;

/** Values that an operation writes beyond those that are asked for. */
const BEYOND = 3;
const PAGE = 2 ** 16;

/**
 * Vectors of float32 in WebAssembly's memory, of the given lengths. One loop at a time has them: those that were made before
 * are no longer to be used.
 */
export function makeVectors<Lengths extends readonly number[]>(
  ...lengths: Lengths
): { readonly [I in keyof Lengths]: Float32Array } {
  const bytes = lengths.reduce((sum, length) => sum + 4 * (length + BEYOND), 0);
  const missing = Math.ceil(bytes / PAGE) - memory.buffer.byteLength / PAGE;
  if (missing > 0) memory.grow(missing);
  let at = 0;
  return lengths.map((length) => {
    const vector = new Float32Array(memory.buffer, at, length);
    at += 4 * (length + BEYOND);
    return vector;
  }) as { readonly [I in keyof Lengths]: Float32Array };
}

/** Where a value of a vector lies. */
export const addressOf = (vector: Float32Array, index: number): number => vector.byteOffset + 4 * index;
