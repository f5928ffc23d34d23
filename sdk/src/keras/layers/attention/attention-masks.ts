import { FLOAT32_MAX } from "../../../tensors/float32-max.js";
import { abs, cast, expandDims, greaterEqual, less, logicalAnd, range, sub, type Tensor } from "../../../tf.js";

/** The score of what is not seen before a fused softmax, as in JAX. */
export const FUSED_HIDDEN = -0.7 * FLOAT32_MAX;

const positions = (queries: number, values: number): [Tensor, Tensor] => [
  expandDims(range(0, queries, 1, "int32"), 1),
  expandDims(range(0, values, 1, "int32"), 0),
];

/** Lets a query see its own position and those before it. @returns [1, queries, values] */
export function causalMask(queries: number, values: number): Tensor {
  const [row, column] = positions(queries, values);
  return expandDims(greaterEqual(row, column), 0);
}

/** Lets a query see positions that are less than `size` away. @returns [1, queries, values] */
export function windowMask(queries: number, values: number, size: number): Tensor {
  const [row, column] = positions(queries, values);
  return expandDims(less(abs(sub(row, column)), size), 0);
}

/** The positions that all of the masks let through; undefined if there is none. */
export function allOf(masks: readonly (Tensor | undefined)[]): Tensor | undefined {
  const given = masks.filter((mask) => mask !== undefined).map((mask) => cast(mask, "bool"));
  return given.length > 0 ? given.reduce((all, mask) => logicalAnd(all, mask)) : undefined;
}
