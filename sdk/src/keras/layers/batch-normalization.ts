import {
  add,
  cast,
  div,
  expandDims,
  mean as meanOf,
  mul,
  onesLike,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from "../../tf.js";
import { getInitializer } from "../settings/instances.js";
import { type Kwargs, type Shape, single, singleShape, type Weight } from "./keras-layer.js";
import { type MaskMaker, masksOf } from "./mask.js";
import { axisAt, type ScaleConfig, ScaledLayer } from "./scaled-layer.js";

interface Config extends ScaleConfig {
  /** The axis of the features, default the last. */
  readonly axis?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
  readonly movingMeanInitializer?: unknown;
  readonly movingVarianceInitializer?: unknown;
}

/** What Keras adds to a count of unmasked values. */
const EPSILON = 1e-7;

/**
 * Keras' BatchNormalization: along any axis, of any rank, with masks, and in inference mode while it is frozen.
 * tfjs-layers' is right along the last axis only, cannot train without center or scale and ignores masks.
 */
export class BatchNormalization extends ScaledLayer<Config> implements MaskMaker {
  static readonly className = "BatchNormalization";
  #mean?: Weight;
  #variance?: Weight;

  override build(inputShape: Shape | Shape[]): void {
    const shape = singleShape(inputShape);
    const { axis = -1, movingMeanInitializer = "zeros", movingVarianceInitializer = "ones" } = this.config;
    const length = shape[axisAt(axis, shape.length)];
    if (typeof length !== "number") throw new Error(`axis ${axis} of the shape [${shape.join(", ")}] is not known`);
    this.addScale([length]);
    const add = (name: string, initializer: unknown) =>
      this.addWeight(name, [length], "float32", getInitializer(initializer), undefined, false);
    this.#mean = add("moving_mean", movingMeanInitializer);
    this.#variance = add("moving_variance", movingVarianceInitializer);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return singleShape(inputShape);
  }

  makeMask([, mask]: readonly Tensor[]): Tensor | null {
    return mask ? cast(mask, "bool") : null;
  }

  /** @param inputs one, or one and its mask */
  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    return tidy(() => {
      const input = cast(single(inputs), "float32");
      const position = axisAt(this.config.axis ?? -1, input.rank);
      const shape = input.shape.map((length, i) => (i === position ? length : 1));
      const mask = [inputs].flat()[1] ?? masksOf(inputs, kwargs)[0];
      const isTraining = kwargs.training === true && !this.#isFrozen;
      const { mean, variance } = isTraining ? this.#update(input, position, mask) : this.#moving();
      const inverse = rsqrt(add(reshape(variance, shape), this.config.epsilon ?? 1e-3));
      return this.normalize(input, reshape(mean, shape), inverse, shape);
    });
  }

  /** Freezing a model that holds the layer freezes its weights. */
  get #isFrozen(): boolean {
    const weights = [this.gamma, this.beta].filter((weight) => weight !== undefined);
    return !this.trainable || (weights.length > 0 && weights.every(({ trainable }) => !trainable));
  }

  #moving(): Moments {
    return { mean: (this.#mean as Weight).read(), variance: (this.#variance as Weight).read() };
  }

  /** The batch's moments, after the moving ones have gone towards them. */
  #update(input: Tensor, position: number, mask: Tensor | undefined): Moments {
    const axes = input.shape.map((_, i) => i).filter((i) => i !== position);
    const found = mask ? maskedMoments(input, axes, mask) : moments(input, axes);
    const { momentum = 0.99 } = this.config;
    const approach = (weight: Weight, value: Tensor) =>
      weight.write(add(mul(weight.read(), momentum), mul(reshape(value, weight.shape as number[]), 1 - momentum)));
    approach(this.#mean as Weight, found.mean);
    approach(this.#variance as Weight, found.variance);
    return found;
  }
}

interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

function moments(input: Tensor, axes: number[]): Moments {
  const mean = meanOf(input, axes, true);
  return { mean, variance: meanOf(square(sub(input, mean)), axes, true) };
}

function maskedMoments(input: Tensor, axes: number[], mask: Tensor): Moments {
  if (mask.rank !== input.rank - 1)
    throw new Error(`the mask's shape is [${mask.shape}], expected one axis less than the input's [${input.shape}]`);
  const counts = expandDims(cast(mask, "bool"), -1);
  const keep = (x: Tensor) => where(counts, x, zerosLike(x));
  const count = add(sum(keep(onesLike(input)), axes, true), EPSILON);
  const mean = div(sum(keep(input), axes, true), count);
  return { mean, variance: div(sum(square(keep(sub(input, mean))), axes, true), count) };
}
