import { add, cast, mean as meanOf, mul, reshape, rsqrt, square, sub, type Tensor, tidy } from "../../tf.js";
import { type Shape, single, singleShape, type Weight } from "./keras-layer.js";
import { axisAt, type ScaleConfig, ScaledLayer } from "./scaled-layer.js";

interface Config extends ScaleConfig {
  /** The axes that are normalized together, default the last. */
  readonly axis?: number | number[];
  readonly epsilon?: number;
  /** Divides by the standard deviation without subtracting the mean; no `beta`. */
  readonly rmsScaling?: boolean;
}

/** Keras' LayerNormalization: unlike tfjs-layers' it takes any rank, constraints and `rms_scaling`. */
export class LayerNormalization extends ScaledLayer<Config> {
  static readonly className = "LayerNormalization";

  override build(inputShape: Shape | Shape[]): void {
    const shape = singleShape(inputShape);
    const lengths = sortedAxes(this.config.axis).map((axis) => shape[axisAt(axis, shape.length)] ?? null);
    const { rmsScaling, scale, center } = this.config;
    this.addScale(lengths, rmsScaling ? { scale: true, center: false } : { scale, center });
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = cast(single(inputs), "float32");
      const axes = sortedAxes(this.config.axis).map((axis) => axisAt(axis, input.rank));
      const shape = input.shape.map((length, i) => (axes.includes(i) ? length : 1));
      const mean = meanOf(input, axes, true);
      const variance = meanOf(square(sub(input, mean)), axes, true);
      const inverse = rsqrt(add(variance, this.config.epsilon ?? 1e-3));
      if (!this.config.rmsScaling) return this.normalize(input, mean, inverse, shape);
      return mul(mul(input, inverse), reshape((this.gamma as Weight).read(), shape));
    });
  }
}

/** In the order of a weight's axes, which Keras sorts before it knows the rank. */
export const sortedAxes = (axis: number | readonly number[] = -1): number[] => [axis].flat().sort((a, b) => a - b);
