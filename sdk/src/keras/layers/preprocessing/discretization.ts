import { cast, fill, isNaN as isNaNOf, reshape, type Tensor, tensor1d, tidy, upperBound, where } from "../../../tf.js";
import { KerasLayer, type Shape, single, singleShape } from "../keras-layer.js";
import { encode, encodedShape, type OutputMode } from "./encode.js";

interface Config {
  /** Where one bin ends and the next begins, ascending. */
  readonly binBoundaries: readonly number[];
  readonly outputMode?: OutputMode;
}

/** Keras' Discretization: the number of boundaries at or below each value; NaN counts as above all. */
export class Discretization extends KerasLayer<Config> {
  static readonly className = "Discretization";

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const { binBoundaries, outputMode = "int" } = this.config;
    return encodedShape(singleShape(inputShape), outputMode, binBoundaries.length + 1);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const { binBoundaries, outputMode = "int" } = this.config;
      const input = cast(single(inputs), "float32");
      const flat = reshape(input, [input.size]);
      const last = binBoundaries.length;
      const bins = upperBound(tensor1d([...binBoundaries], "float32"), flat);
      const placed = where(isNaNOf(flat), fill(flat.shape, last, "int32"), bins);
      return encode(reshape(placed, input.shape), outputMode, last + 1);
    });
  }
}
