import { sizeOf } from "../../tensors/size-of.js";
import { reshape, type Tensor, tidy, transpose } from "../../tf.js";
import { KerasLayer, type Shape, single, singleShape } from "./keras-layer.js";

/** Keras' Flatten: unlike tfjs-layers' it takes inputs of any rank, 2-D included. */
export class Flatten extends KerasLayer<{ readonly dataFormat?: "channelsFirst" | "channelsLast" }> {
  static readonly className = "Flatten";

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = singleShape(inputShape);
    return [shape[0] ?? null, sizeOf(shape.slice(1))];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = single(inputs);
      const { rank } = input;
      const axes = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
      const ordered = this.config.dataFormat === "channelsFirst" && rank > 2 ? transpose(input, axes) : input;
      const size = sizeOf(input.shape.slice(1));
      return reshape(ordered, [input.shape[0] ?? 0, size]);
    });
  }
}
