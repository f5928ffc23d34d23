import { broadcastTo, divNoNan, mean, mul, reshape, scalar, sum, type Tensor } from "../../tf.js";
import { maskOf } from "../layers/mask.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { sameRank } from "./loss-functions.js";

/** One of Keras' metrics: what it counts is summed over the batches of an epoch, its value is taken of the sums. */
export interface Metric {
  /** What a batch adds. `weights`, one a sample, say how much each counts. */
  count(targets: Tensor, predictions: Tensor, weights?: Tensor): Tensor[];
  /** The value after what has been counted. */
  result(counts: readonly Tensor[]): Tensor;
}

/** A tensor's values reduced to as many axes. */
const reducedTo = (rank: number, x: Tensor): Tensor => (x.rank > rank ? mean(x, [...x.shape.keys()].slice(rank)) : x);

/** The weights with an axis of length 1 for each that they lack. */
export const spread = (weights: Tensor, rank: number): Tensor =>
  reshape(weights, [...weights.shape, ...Array<number>(Math.max(0, rank - weights.rank)).fill(1)]);

/** The sum of each sample's mean, and how much counted, as Keras' Mean has them. */
export function sumAndCount(values: Tensor, weights?: Tensor): Tensor[] {
  if (!weights) return [sum(reducedTo(1, values)), scalar(values.shape[0] ?? 1)];
  const [all, each] = sameRank(values, weights);
  const kept = reducedTo(each.rank, all);
  const shares = broadcastTo(each, kept.shape);
  return [sum(reducedTo(1, mul(kept, shares))), sum(reducedTo(1, shares))];
}

/** The mean of what has been counted by `sumAndCount`. */
export const meanOfCounts = ([total, count]: readonly Tensor[]): Tensor => divNoNan(total as Tensor, count as Tensor);

/** The mean of a function's values, where the mask of the predictions lets them through. */
export const meanOf = (values: LossFunction): Metric => ({
  count(targets, predictions, weights) {
    const mask = maskOf(predictions)?.cast("float32");
    const all = mask && weights ? mul(mask, spread(weights, mask.rank)) : (mask ?? weights);
    return sumAndCount(values(targets, predictions), all);
  },
  result: meanOfCounts,
});
