import { sizeOf } from "../../tensors/size-of.js";
import { type Tensor, tidy, zeros } from "../../tf.js";
import type { Shape } from "../layers/keras-layer.js";

/** Values of zeros that a function is tried on: 128 MB. */
const MOST = 2 ** 25;

/** Zeros for a function to be tried on; open axes are `size` long. */
export function zerosOf(shapes: readonly Shape[], size: number): Tensor[] {
  const known = shapes.map((shape) => shape.map((length) => length ?? size));
  const total = known.reduce((sum, shape) => sum + sizeOf(shape), 0);
  if (total > MOST) throw new Error(`takes ${total} values at once, expected at most ${MOST}`);
  return known.map((shape) => zeros(shape));
}

/** The shapes of what a function of tensors gives, by running it on zeros of two sizes: where they differ, an axis is open. */
export function inferShapes(
  run: (inputs: Tensor[]) => Tensor | Tensor[],
  inputShape: Shape | Shape[],
): Shape | Shape[] {
  const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
  const [small, large] = [2, 3].map((size) =>
    tidy(() => [run(zerosOf(shapes, size))].flat().map(({ shape }) => shape)),
  ) as [number[][], number[][]];
  const outputs = small.map((shape, i) => shape.map((length, axis) => (large[i]?.[axis] === length ? length : null)));
  return outputs.length === 1 ? (outputs[0] as Shape) : outputs;
}
