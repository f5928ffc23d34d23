import { argMax, cast, equal, greater, mean, sqrt, square, squeeze, sub, type Tensor, tidy } from "../../tf.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { canonicalName, classesOf, cosine, formulaOf, sameRank } from "./loss-functions.js";
import { type Named, named, settingsOf, unsupported } from "./unsupported.js";

const FREE = ["name", "dtype"];
const hits = (targets: Tensor, found: Tensor): Tensor => cast(equal(...sameRank(targets, found)), "float32");

const binary =
  (threshold: number): LossFunction =>
  (targets, predictions) =>
    hits(targets, cast(greater(predictions, threshold), "float32"));

const categorical: LossFunction = (targets, predictions) => hits(argMax(targets, -1), argMax(predictions, -1));

const sparse: LossFunction = (targets, predictions) => {
  const found = hits(classesOf(targets, predictions), cast(argMax(predictions, -1), "float32"));
  return found.rank > 1 && found.shape.at(-1) === 1 ? squeeze(found, [-1]) : found;
};

/** What Keras takes `accuracy` for, by the shapes. */
const accuracy: LossFunction = (targets, predictions) => {
  const [last, width] = [targets.shape.at(-1), predictions.shape.at(-1) ?? 1];
  if (width === 1) return binary(0.5)(targets, predictions);
  return (targets.rank < predictions.rank || last === 1 ? sparse : categorical)(targets, predictions);
};

const METRICS: Readonly<Record<string, (given: Named) => LossFunction>> = {
  accuracy: ({ isClass }) => (isClass ? hits : accuracy),
  acc: () => accuracy,
  binary_accuracy: (given) => binary(settingsOf(given, { threshold: 0.5 }, FREE).threshold),
  categorical_accuracy: () => categorical,
  sparse_categorical_accuracy: () => sparse,
  cosine_similarity: () => (targets, predictions) => cosine(...sameRank(targets, predictions), {}),
  root_mean_squared_error: () => (targets, predictions) => sqrt(mean(square(sub(...sameRank(targets, predictions))))),
};

/**
 * The metric that a compile config names, a function of Keras' name for it. Its mean over a batch is Keras' value of the
 * batch; over several, tfjs-layers takes the mean of the batches.
 * @throws LitModelError that names the metric or the setting which does not load
 */
export function loadMetric(value: unknown): LossFunction {
  const given = named(value, "metric");
  const known = canonicalName(given.name);
  const make = Object.hasOwn(METRICS, known) ? METRICS[known] : undefined;
  const metric = make?.(given) ?? formulaOf(given, FREE) ?? unsupported(`the metric '${given.name}'`);
  const label = typeof given.config.name === "string" ? given.config.name : given.name;
  const wrapped: LossFunction = (targets, predictions) => tidy(() => metric(cast(targets, "float32"), predictions));
  return Object.defineProperty(wrapped, "name", { value: label });
}
