import { add, mul, neg, reshape, sub, type Tensor } from "../../tf.js";
import { KerasLayer, type LayerConfig, type Shape, type Weight } from "./keras-layer.js";

export interface ScaleConfig {
  /** Whether the layer adds a weight `beta`; default true. */
  readonly center?: boolean;
  /** Whether the layer multiplies by a weight `gamma`; default true. */
  readonly scale?: boolean;
}

/** A layer that normalizes its input, then multiplies it by `gamma` and adds `beta`; masks pass. */
export abstract class ScaledLayer<Config extends ScaleConfig> extends KerasLayer<Config> {
  protected gamma?: Weight;
  protected beta?: Weight;

  constructor(config: Config & LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  /** Adds the weights that the config asks for. */
  protected addScale(shape: Shape, { scale = true, center = true }: ScaleConfig = this.config): void {
    if (scale) this.gamma = this.addNamedWeight("gamma", shape, "ones");
    if (center) this.beta = this.addNamedWeight("beta", shape, "zeros");
  }

  /**
   * `(x - mean) * inverse * gamma + beta`, in Keras' order.
   * @param inverse of the standard deviation; like the mean it broadcasts with x
   * @param shape that of the weights among x's axes
   */
  protected normalize(x: Tensor, mean: Tensor, inverse: Tensor, shape: number[]): Tensor {
    const factor = this.gamma ? mul(inverse, reshape(this.gamma.read(), shape)) : inverse;
    const shift = mul(mean, factor);
    const offset = this.beta ? sub(reshape(this.beta.read(), shape), shift) : neg(shift);
    return add(mul(x, factor), offset);
  }
}

/** The position of an axis that may count from the end. */
export const axisAt = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
