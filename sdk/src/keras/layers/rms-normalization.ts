import { add, cast, mean, mul, rsqrt, square, type Tensor, tidy } from "../../tf.js";
import { KerasLayer, type Shape, single, singleShape, type Weight } from "./keras-layer.js";
import { sortedAxes } from "./layer-normalization.js";
import { axisAt } from "./scaled-layer.js";

interface Config {
  /** The axes that are normalized together, default the last. */
  readonly axis?: number | number[];
  readonly epsilon?: number;
}

/** Keras' RMSNormalization: `x / sqrt(mean(x²) + epsilon) * scale`. As in Keras, `scale` stands along the last axes. */
export class RMSNormalization extends KerasLayer<Config> {
  static readonly className = "RMSNormalization";
  #scale?: Weight;

  override build(inputShape: Shape | Shape[]): void {
    const shape = singleShape(inputShape);
    const lengths = sortedAxes(this.config.axis).map((axis) => shape[axisAt(axis, shape.length)] ?? null);
    this.#scale = this.addNamedWeight("scale", lengths, "ones");
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = cast(single(inputs), "float32");
      const axes = sortedAxes(this.config.axis).map((axis) => axisAt(axis, input.rank));
      return mul(overRootMeanSquare(input, axes, this.config.epsilon ?? 1e-6), (this.#scale as Weight).read());
    });
  }
}

/** x / sqrt(mean(x²) + epsilon). */
export const overRootMeanSquare = (x: Tensor, axes: number[], epsilon: number): Tensor =>
  mul(x, rsqrt(add(mean(square(x), axes, true), epsilon)));
