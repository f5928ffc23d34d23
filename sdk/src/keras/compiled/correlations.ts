import { add, div, mean, mul, sqrt, square, sub, type Tensor } from "../../tf.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { sameRank } from "./loss-functions.js";

const lastMean = (x: Tensor): Tensor => mean(x, -1, true);

/** Keras' pearson_correlation of each sample. */
export const pearson: LossFunction = (targets, predictions) => {
  const [one, other] = sameRank(targets, predictions).map((x) => {
    const centered = sub(x, lastMean(x));
    return div(centered, sqrt(lastMean(square(sub(centered, lastMean(centered))))));
  }) as [Tensor, Tensor];
  return mean(mul(one, other), -1);
};

/** Keras' concordance_correlation of each sample. */
export const concordance: LossFunction = (given, found) => {
  const [targets, predictions] = sameRank(given, found);
  const [one, other] = [lastMean(targets), lastMean(predictions)];
  const [spreadOfOne, spreadOfOther] = [sub(targets, one), sub(predictions, other)];
  const norm = add(add(lastMean(square(spreadOfOne)), lastMean(square(spreadOfOther))), square(sub(one, other)));
  const shared = mul(sub(targets, other), spreadOfOther);
  return mean(div(mul(shared, 2), add(norm, 1e-7)), -1);
};
