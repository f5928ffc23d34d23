import { cast, greater, mul, neg, relu as positive, sub, type Tensor, tidy, where } from "../../tf.js";
import { elu, leakyRelu, relu, softmax } from "../settings/activation-functions.js";
import { type Activation as Apply, getActivation } from "../settings/activations.js";
import {
  KerasLayer,
  type Kwargs,
  type LayerConfig,
  type Shape,
  single,
  singleShape,
  type Weight,
} from "./keras-layer.js";
import { masksOf } from "./mask.js";

/** A layer that changes each value by itself. */
abstract class Elementwise<Config extends object> extends KerasLayer<Config> {
  constructor(config: Config & LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => this.of(cast(single(inputs), "float32")));
  }

  protected abstract of(x: Tensor): Tensor;
}

/** Keras' Activation: a function of each value, or of the last axis. */
export class Activation extends Elementwise<{ readonly activation: string }> {
  static readonly className = "Activation";
  readonly activation: Apply;

  constructor(config: { readonly activation: string } & LayerConfig) {
    super(config);
    this.activation = getActivation(config.activation);
  }

  protected override of(x: Tensor): Tensor {
    return this.activation.apply(x);
  }
}

interface ReLUConfig {
  /** The largest value; null, the default, for none. */
  readonly maxValue?: number | null;
  /** The slope below `threshold`; default 0. */
  readonly negativeSlope?: number | null;
  /** Values up to it are 0; default 0. */
  readonly threshold?: number | null;
}

/** Keras' ReLU, which is its ThresholdedReLU as well. */
export class ReLU extends Elementwise<ReLUConfig> {
  static readonly className = "ReLU";

  protected override of(x: Tensor): Tensor {
    const { negativeSlope, maxValue, threshold } = this.config;
    return relu(x, negativeSlope ?? 0, maxValue ?? null, threshold ?? 0);
  }
}

/** Keras' LeakyReLU: below 0 times `negativeSlope`, default 0.3. */
export class LeakyReLU extends Elementwise<{ readonly negativeSlope?: number }> {
  static readonly className = "LeakyReLU";

  protected override of(x: Tensor): Tensor {
    return leakyRelu(x, this.config.negativeSlope ?? 0.3);
  }
}

/** Keras' ELU: below 0 `alpha` (e^x - 1); `alpha` is 1 by default. */
export class ELU extends Elementwise<{ readonly alpha?: number }> {
  static readonly className = "ELU";

  protected override of(x: Tensor): Tensor {
    return elu(x, this.config.alpha ?? 1);
  }
}

/** Keras' PReLU: below 0 times `alpha`, which training finds, one for each value of a sample. */
export class PReLU extends Elementwise<{ readonly sharedAxes?: number | readonly number[] | null }> {
  static readonly className = "PReLU";
  #alpha?: Weight;

  override build(inputShape: Shape | Shape[]): void {
    const shared = [this.config.sharedAxes ?? []].flat();
    const shape = singleShape(inputShape);
    this.#alpha = this.addNamedWeight(
      "alpha",
      shape.map((length, i) => (shared.includes(i) ? 1 : length)).slice(1),
      "zeros",
    );
    this.built = true;
  }

  protected override of(x: Tensor): Tensor {
    return sub(positive(x), mul(this.#alpha?.read() as Tensor, positive(neg(x))));
  }
}

/** Keras' Softmax along an axis or several together; what the mask hides is 0. The mask is the second input. */
export class Softmax extends KerasLayer<{ readonly axis?: number | readonly number[] }> {
  static readonly className = "Softmax";

  constructor(config: { readonly axis?: number | readonly number[] } & LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return singleShape(inputShape);
  }

  override call(inputs: Tensor | Tensor[], kwargs?: Kwargs): Tensor {
    return tidy(() => {
      const input = cast(single(inputs), "float32");
      const given = Array.isArray(inputs) && inputs[1] ? greater(cast(inputs[1], "float32"), 0.5) : undefined;
      const mask = given ?? masksOf(inputs, kwargs)[0];
      const { axis = -1 } = this.config;
      if (!mask) return softmax(input, axis);
      return where(mask, softmax(where(mask, input, -1e9), axis), 0);
    });
  }
}
