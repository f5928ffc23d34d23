import { add, cast, mul, type Tensor, tensor, tidy } from "../../../tf.js";
import { KerasLayer, type LayerConfig, single } from "../keras-layer.js";

type Numbers = number | readonly Numbers[];

interface Config {
  readonly scale: Numbers;
  /** Default 0. */
  readonly offset?: Numbers;
}

/** Keras' Rescaling: `x * scale + offset`, either a number or one for each position of the last axes. */
export class Rescaling extends KerasLayer<Config> {
  static readonly className = "Rescaling";

  constructor(config: Config & LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const { scale, offset = 0 } = this.config;
      const given = (value: Numbers): Tensor => tensor(value as number[], undefined, "float32");
      return add(mul(cast(single(inputs), "float32"), given(scale)), given(offset));
    });
  }
}
