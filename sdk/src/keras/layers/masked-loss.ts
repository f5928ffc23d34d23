import { cast, divNoNan, expandDims, mul, squeeze, sum, type Tensor, tidy } from "../../tf.js";
import { maskOf } from "./mask.js";

/** A loss: a value for each sample, or each step of each sample. */
export type LossFunction = (targets: Tensor, predictions: Tensor) => Tensor;

/**
 * The loss whose mean counts only what the mask of the predictions lets through, as in Keras: what counts is scaled by
 * the share of it.
 */
export const masked =
  (loss: LossFunction): LossFunction =>
  (targets, predictions) => {
    const values = loss(targets, predictions);
    const mask = maskOf(predictions);
    if (!mask || values.rank === 0) return values;
    return tidy(() => {
      const counts = cast(mask, "float32");
      const weights = mul(counts, divNoNan(mask.size, sum(counts)));
      const missing = values.rank - weights.rank;
      const fitted = missing < 0 ? squeeze(weights, [-1]) : missing > 0 ? expandDims(weights, -1) : weights;
      return mul(values, fitted);
    });
  };
