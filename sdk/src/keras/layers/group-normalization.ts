import { add, cast, mean as meanOf, reshape, rsqrt, square, sub, type Tensor, tidy } from "../../tf.js";
import { type Shape, single, singleShape } from "./keras-layer.js";
import { axisAt, type ScaleConfig, ScaledLayer } from "./scaled-layer.js";

interface Config extends ScaleConfig {
  /** How many groups the features form, default 32; -1: each is one. */
  readonly groups?: number;
  /** The axis of the features, default the last. */
  readonly axis?: number;
  readonly epsilon?: number;
}

/** Keras' GroupNormalization: the features of a group and all positions of a sample are normalized together. */
export class GroupNormalization extends ScaledLayer<Config> {
  static readonly className = "GroupNormalization";

  override build(inputShape: Shape | Shape[]): void {
    const shape = singleShape(inputShape);
    const { axis = -1 } = this.config;
    const length = shape[axisAt(axis, shape.length)];
    if (typeof length !== "number") throw new Error(`axis ${axis} of the shape [${shape.join(", ")}] is not known`);
    const groups = this.#groupsOf(length);
    if (length % groups !== 0) throw new Error(`${length} features do not form ${groups} groups`);
    this.addScale([length]);
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = cast(single(inputs), "float32");
      const position = axisAt(this.config.axis ?? -1, input.rank);
      const split = (shape: readonly number[]): number[] => {
        const length = shape[position] as number;
        const groups = this.#groupsOf(length);
        return [...shape.slice(0, position), groups, length / groups, ...shape.slice(position + 1)];
      };
      const grouped = reshape(input, split(input.shape));
      const axes = grouped.shape.map((_, i) => i).filter((i) => i !== 0 && i !== position);
      const mean = meanOf(grouped, axes, true);
      const variance = meanOf(square(sub(grouped, mean)), axes, true);
      const inverse = rsqrt(add(variance, this.config.epsilon ?? 1e-3));
      const shape = split(input.shape.map((length, i) => (i === position ? length : 1)));
      return reshape(this.normalize(grouped, mean, inverse, shape), input.shape);
    });
  }

  #groupsOf(length: number): number {
    const { groups = 32 } = this.config;
    return groups === -1 ? length : groups;
  }
}
