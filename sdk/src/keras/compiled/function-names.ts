import { losses, metrics } from "../../tf.js";

type Json = Readonly<Record<string, unknown>>;

/** Functions of tf.losses and tf.metrics that are a loss of Keras, by its name. */
const LOSSES = new Map<unknown, string>([
  [losses.absoluteDifference, "mean_absolute_error"],
  [losses.meanSquaredError, "mean_squared_error"],
  [metrics.meanAbsoluteError, "mean_absolute_error"],
  [metrics.meanAbsolutePercentageError, "mean_absolute_percentage_error"],
  [metrics.MAPE, "mean_absolute_percentage_error"],
  [metrics.mape, "mean_absolute_percentage_error"],
  [metrics.meanSquaredError, "mean_squared_error"],
  [metrics.MSE, "mean_squared_error"],
  [metrics.mse, "mean_squared_error"],
  [metrics.binaryCrossentropy, "binary_crossentropy"],
  [metrics.categoricalCrossentropy, "categorical_crossentropy"],
]);

/** Those that Keras has as a loss only: as a metric it gives the cosine without its sign turned, and knows no huber. */
const ONLY_LOSSES = new Map<unknown, string>([
  [losses.huberLoss, "huber"],
  [metrics.cosineProximity, "cosine_similarity"],
]);

/** Those that Keras has as a metric only. */
const ONLY_METRICS = new Map<unknown, string>([
  [metrics.binaryAccuracy, "binary_accuracy"],
  [metrics.categoricalAccuracy, "categorical_accuracy"],
  [metrics.sparseCategoricalAccuracy, "sparse_categorical_accuracy"],
]);

/** Those that take logits: Keras' class of loss and of metric, with its name. */
const OF_LOGITS = new Map<unknown, readonly [className: string, name: string]>([
  [losses.sigmoidCrossEntropy, ["BinaryCrossentropy", "binary_crossentropy"]],
  [losses.softmaxCrossEntropy, ["CategoricalCrossentropy", "categorical_crossentropy"]],
]);

/**
 * What a compile config says for one of tfjs' functions that Keras has as well; undefined for another. tf.losses' mean over
 * all values is the mean that Keras reduces a loss to.
 */
export function ofFunction(value: unknown, kind: "loss" | "metric"): string | Json | undefined {
  const [className, name] = OF_LOGITS.get(value) ?? [];
  if (className === undefined) return LOSSES.get(value) ?? (kind === "loss" ? ONLY_LOSSES : ONLY_METRICS).get(value);
  const config = { name, from_logits: true, ...(kind === "loss" && { reduction: "sum_over_batch_size" }) };
  return {
    module: kind === "loss" ? "keras.losses" : "keras.metrics",
    class_name: className,
    config,
    registered_name: null,
  };
}
