import { cast, equal, expandDims, max, mul, range, reshape, sum, type Tensor } from "../../../tf.js";
import type { Shape } from "../keras-layer.js";

/** How whole numbers come out: as they are, or as vectors. */
export type OutputMode = "int" | "oneHot" | "multiHot" | "count";

/**
 * Keras' `encode_categorical_inputs`: numbers outside 0 … depth - 1 count as none.
 * @param values any shape; an axis of length 1 at the end vanishes for `oneHot`, axis 1 is summed up for the others
 * @param weights of the values' shape, for `count`
 */
export function encode(values: Tensor, mode: OutputMode, depth: number, weights?: Tensor): Tensor {
  const { shape, rank } = values;
  const sample = rank > 1 ? 1 : 0;
  if (mode === "int") return cast(values, "int32");
  if (mode === "multiHot") return max(oneHot(cast(values, "int32"), depth), sample);
  if (mode === "oneHot")
    return oneHot(rank > 1 && shape.at(-1) === 1 ? reshape(values, shape.slice(0, -1)) : values, depth);
  const hot = oneHot(values, depth);
  return sum(weights ? mul(hot, expandDims(weights, -1)) : hot, sample);
}

/** tfjs' oneHot takes int32 only, which would truncate what Keras takes for no category. */
const oneHot = (values: Tensor, depth: number): Tensor =>
  cast(equal(expandDims(cast(values, "float32"), -1), range(0, depth, 1, "float32")), "float32");

/** The shape of what `encode` gives. */
export function encodedShape(shape: Shape, mode: OutputMode, depth: number): Shape {
  if (mode === "int") return shape;
  if (mode === "oneHot") return [...(shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape), depth];
  return shape.length > 1 ? [shape[0] ?? null, ...shape.slice(2), depth] : [depth];
}
