import { instantiate } from "../../../instantiate.js";
import { WASM } from "./activations.wasm.js";

const { memory, sigmoid, tanh } = instantiate<{
  sigmoid(from: number, to: number, count: number): void;
  tanh(from: number, to: number, count: number): void;
}>(WASM);

/** Values that a call writes beyond those that are asked for. */
const BEYOND = 3;
const PAGE = 2 ** 16;

/**
 * Activations of float32 values with SIMD, within 2e-7. A loop fills `sums` and reads `values`. One loop at a time has
 * them: those that were made before are no longer to be used.
 */
export class Activations {
  readonly sums: Float32Array;
  readonly values: Float32Array;

  /** @param length how many values are needed at once */
  constructor(length: number) {
    const reach = length + BEYOND;
    const missing = Math.ceil((8 * reach) / PAGE) - memory.buffer.byteLength / PAGE;
    if (missing > 0) memory.grow(missing);
    this.sums = new Float32Array(memory.buffer, 0, length);
    this.values = new Float32Array(memory.buffer, 4 * reach, length);
  }

  /** Fills `count` of `values` from a position on. Up to three after them change: go upwards. */
  sigmoid(begin: number, count: number): void {
    sigmoid(4 * begin, this.values.byteOffset + 4 * begin, count);
  }

  /** As `sigmoid`. */
  tanh(begin: number, count: number): void {
    tanh(4 * begin, this.values.byteOffset + 4 * begin, count);
  }
}
