import { add, cast, greaterEqual, mul, randomNormal, randomUniform, type Tensor, tidy, zerosLike } from "../../tf.js";
import { KerasLayer, type Kwargs, type LayerConfig, single } from "./keras-layer.js";

interface NoiseConfig {
  readonly seed?: number | null;
}

/** A layer that changes its input at random in training, and never else. With a seed every step draws other numbers. */
export abstract class Noise<Config extends NoiseConfig> extends KerasLayer<Config> {
  #draws = 0;

  constructor(config: Config & LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs?: Kwargs): Tensor {
    const input = single(inputs);
    return kwargs?.training === true ? tidy(() => this.perturb(cast(input, "float32"))) : input;
  }

  protected abstract perturb(input: Tensor): Tensor;

  protected nextSeed(): number | undefined {
    const { seed } = this.config;
    return typeof seed === "number" ? seed + this.#draws++ : undefined;
  }

  /** 1 with probability 1 - `rate`, else 0. */
  protected kept(shape: number[], rate: number): Tensor {
    return cast(greaterEqual(randomUniform(shape, 0, 1, "float32", this.nextSeed()), rate), "float32");
  }
}

interface DropoutConfig extends NoiseConfig {
  readonly rate: number;
  /** Lengths of the axes along which the draws differ, 1 where they do not; null is the input's. */
  readonly noiseShape?: readonly (number | null)[] | null;
}

const shapeOf = ({ shape }: Tensor, { noiseShape }: DropoutConfig): number[] =>
  noiseShape ? noiseShape.map((length, i) => length ?? (shape[i] as number)) : shape;

/** Keras' Dropout: values become 0 at `rate`, the others grow so that the mean stays. */
export class Dropout<Config extends DropoutConfig = DropoutConfig> extends Noise<Config> {
  static readonly className: string = "Dropout";

  protected override perturb(input: Tensor): Tensor {
    const { rate } = this.config;
    if (rate >= 1) return zerosLike(input);
    return mul(input, mul(this.kept(this.noiseShape(input), rate), 1 / (1 - rate)));
  }

  protected noiseShape(input: Tensor): number[] {
    return shapeOf(input, this.config);
  }
}

interface SpatialDropoutConfig extends DropoutConfig {
  readonly dataFormat?: "channelsFirst" | "channelsLast";
}

/** Drops whole channels. */
abstract class SpatialDropout extends Dropout<SpatialDropoutConfig> {
  protected override noiseShape({ shape, rank }: Tensor): number[] {
    const channel = this.config.dataFormat === "channelsFirst" ? 1 : rank - 1;
    return shape.map((length, axis) => (axis === 0 || axis === channel ? length : 1));
  }
}

export class SpatialDropout1D extends SpatialDropout {
  static override readonly className = "SpatialDropout1D";
}

export class SpatialDropout2D extends SpatialDropout {
  static override readonly className = "SpatialDropout2D";
}

export class SpatialDropout3D extends SpatialDropout {
  static override readonly className = "SpatialDropout3D";
}

/** Keras' GaussianDropout: times normal draws around 1, whose deviation is that of dropout at `rate`. */
export class GaussianDropout extends Noise<DropoutConfig> {
  static readonly className = "GaussianDropout";

  protected override perturb(input: Tensor): Tensor {
    const { rate } = this.config;
    return mul(input, randomNormal(input.shape, 1, Math.sqrt(rate / (1 - rate)), "float32", this.nextSeed()));
  }
}

/** What SELU gives for -∞. */
const FLOOR = -1.6732632423543772 * 1.0507009873554805;

/** Keras' AlphaDropout: values become SELU's least at `rate`, then mean and deviation are restored. */
export class AlphaDropout extends Noise<DropoutConfig> {
  static readonly className = "AlphaDropout";

  protected override perturb(input: Tensor): Tensor {
    const { rate } = this.config;
    const kept = this.kept(shapeOf(input, this.config), rate);
    const scale = ((1 - rate) * (1 + rate * FLOOR ** 2)) ** -0.5;
    const dropped = mul(add(mul(kept, -1), 1), FLOOR);
    return add(mul(add(mul(input, kept), dropped), scale), -scale * FLOOR * rate);
  }
}

interface GaussianNoiseConfig extends NoiseConfig {
  readonly stddev: number;
}

/** Keras' GaussianNoise: plus normal draws around 0. */
export class GaussianNoise extends Noise<GaussianNoiseConfig> {
  static readonly className = "GaussianNoise";

  protected override perturb(input: Tensor): Tensor {
    return add(input, randomNormal(input.shape, 0, this.config.stddev, "float32", this.nextSeed()));
  }
}
