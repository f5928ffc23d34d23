import { cast, minimum, mul, rsqrt, square, sum, type Tensor, tidy } from "../../tf.js";
import { KerasLayer, type LayerConfig, single } from "./keras-layer.js";
import { axisAt } from "./scaled-layer.js";

interface Config {
  /** The axes along which the norm is 1, default the last. */
  readonly axis?: number | number[];
}

/** Keras' UnitNormalization: divides by the L2 norm, which counts as 1e-12 if it is less. */
export class UnitNormalization extends KerasLayer<Config> {
  static readonly className = "UnitNormalization";

  constructor(config: Config & LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = cast(single(inputs), "float32");
      const axes = [this.config.axis ?? -1].flat().map((axis) => axisAt(axis, input.rank));
      return mul(input, minimum(rsqrt(sum(square(input), axes, true)), 1e12));
    });
  }
}
