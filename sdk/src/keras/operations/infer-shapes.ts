import { type Tensor, tidy, zeros } from "../../tf.js";
import type { Shape } from "../layers/keras-layer.js";

/** The shapes of what a function of tensors gives, by running it on zeros of two sizes: where they differ, an axis is open. */
export function inferShapes(
  run: (inputs: Tensor[]) => Tensor | Tensor[],
  inputShape: Shape | Shape[],
): Shape | Shape[] {
  const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
  const [small, large] = [2, 3].map((size) =>
    tidy(() =>
      [run(shapes.map((shape) => zeros(shape.map((length) => length ?? size))))].flat().map(({ shape }) => shape),
    ),
  ) as [number[][], number[][]];
  const outputs = small.map((shape, i) => shape.map((length, axis) => (large[i]?.[axis] === length ? length : null)));
  return outputs.length === 1 ? (outputs[0] as Shape) : outputs;
}
