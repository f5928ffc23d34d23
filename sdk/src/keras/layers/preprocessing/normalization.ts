import {
  add,
  broadcastTo,
  cast,
  div,
  maximum,
  mul,
  reshape,
  sqrt,
  sub,
  type Tensor,
  tensor,
  tidy,
} from "../../../tf.js";
import { getInitializer } from "../../settings/instances.js";
import { KerasLayer, type LayerConfig, type Shape, single, singleShape, type Weight } from "../keras-layer.js";
import { axisAt } from "../scaled-layer.js";

type Numbers = number | readonly Numbers[];

interface Config {
  /** The axes that have a mean and a variance for each of their positions; null: one for all. Default the last. */
  readonly axis?: number | number[] | null;
  /** The mean, if it is not adapted to data: along the last of the axes. */
  readonly mean?: Numbers | null;
  readonly variance?: Numbers | null;
  /** Gives back from normalized values what they were. */
  readonly invert?: boolean;
}

/** What Keras takes the standard deviation for if it is less. */
const EPSILON = 1e-7;

/** Keras' Normalization: `(x - mean) / deviation`. What it was adapted to are its weights: mean, variance, count. */
export class Normalization extends KerasLayer<Config> {
  static readonly className = "Normalization";
  #mean?: Weight;
  #variance?: Weight;

  constructor(config: Config & LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = singleShape(inputShape);
    const lengths = this.#axes(shape.length).map((axis) => shape[axis] ?? null);
    if (lengths.includes(null)) throw new Error(`the axes of the shape [${shape.join(", ")}] are not all known`);
    if (!isGiven(this.config)) {
      const add = (name: string, of: Shape, dtype: "float32" | "int32", initializer: string) =>
        this.addWeight(name, of, dtype, getInitializer(initializer), undefined, false);
      this.#mean = add("mean", lengths, "float32", "zeros");
      this.#variance = add("variance", lengths, "float32", "ones");
      add("count", [], "int32", "zeros");
    }
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = cast(single(inputs), "float32");
      const axes = this.#axes(input.rank);
      const shape = input.shape.map((length, i) => (axes.includes(i) ? length : 1));
      const { mean, variance } = this.config;
      const along = (given: Numbers | null | undefined, weight: Weight | undefined): Tensor =>
        weight ? reshape(weight.read(), shape) : place(tensor(given as number[], undefined, "float32"), axes, shape);
      const deviation = maximum(sqrt(along(variance, this.#variance)), EPSILON);
      const center = along(mean, this.#mean);
      return this.config.invert ? add(center, mul(input, deviation)) : div(sub(input, center), deviation);
    });
  }

  #axes(rank: number): number[] {
    const { axis = -1 } = this.config;
    return (axis === null ? [] : [axis].flat()).map((one) => axisAt(one, rank)).sort((a, b) => a - b);
  }
}

const isGiven = ({ mean }: Config): boolean => mean !== undefined && mean !== null;

/** Stands the axes of given values at the last of these axes. */
function place(values: Tensor, axes: readonly number[], shape: number[]): Tensor {
  const expanded = shape.map(() => 1);
  for (let i = 1; i <= values.rank; i++) expanded[axes.at(-i) as number] = values.shape.at(-i) as number;
  return broadcastTo(reshape(values, expanded), shape);
}
