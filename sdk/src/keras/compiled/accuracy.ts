import {
  argMax,
  cast,
  equal,
  expandDims,
  greater,
  greaterEqual,
  min,
  mul,
  range,
  squeeze,
  sum,
  type Tensor,
  topk,
} from "../../tf.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { classesOf, sameRank } from "./loss-functions.js";

/** 1 where a target is what was found, else 0. */
export const hits = (targets: Tensor, found: Tensor): Tensor => cast(equal(...sameRank(targets, found)), "float32");

/** Whether a number is on the target's side of the threshold. */
export const binaryAccuracy =
  (threshold: number): LossFunction =>
  (targets, predictions) =>
    hits(targets, cast(greater(predictions, threshold), "float32"));

/** Whether the likeliest class is the target, which is one-hot. */
export const categoricalAccuracy: LossFunction = (targets, predictions) =>
  hits(argMax(targets, -1), argMax(predictions, -1));

/** Whether the likeliest class is the target, which is a number. */
export const sparseCategoricalAccuracy: LossFunction = (targets, predictions) => {
  const found = hits(classesOf(targets, predictions), cast(argMax(predictions, -1), "float32"));
  return found.rank > 1 && found.shape.at(-1) === 1 ? squeeze(found, [-1]) : found;
};

/** What Keras takes `accuracy` for, by the shapes. */
export const accuracy: LossFunction = (targets, predictions) => {
  const [last, width] = [targets.shape.at(-1), predictions.shape.at(-1) ?? 1];
  if (width === 1) return binaryAccuracy(0.5)(targets, predictions);
  const isSparse = targets.rank < predictions.rank || last === 1;
  return (isSparse ? sparseCategoricalAccuracy : categoricalAccuracy)(targets, predictions);
};

/** Whether the target, a number of a class, is among the k likeliest; classes as likely as the last of them are. */
export const sparseTopK =
  (k: number): LossFunction =>
  (targets, predictions) => {
    const classes = predictions.shape.at(-1) ?? 1;
    const chosen = equal(expandDims(classesOf(targets, predictions), -1), range(0, classes));
    const found = sum(mul(cast(chosen, "float32"), predictions), -1);
    return cast(greaterEqual(found, min(topk(predictions, Math.min(k, classes)).values, -1)), "float32");
  };

/** The same of targets that are one-hot. */
export const topK =
  (k: number): LossFunction =>
  (targets, predictions) =>
    sparseTopK(k)(cast(argMax(targets, -1), "float32"), predictions);
