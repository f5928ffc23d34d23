import { sqrt, square, sub } from "../../tf.js";
import type { LossFunction } from "../layers/masked-loss.js";
import {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  hits,
  sparseCategoricalAccuracy,
  sparseTopK,
  topK,
} from "./accuracy.js";
import { CONFUSION_METRICS } from "./confusion-metrics.js";
import { concordance, pearson } from "./correlations.js";
import { doesNotLoad } from "./does-not-load.js";
import { axisLast, canonicalName, cosine, formulaOf, isLoss, sameRank } from "./loss-functions.js";
import { type Metric, meanOf, meanOfCounts, sumAndCount } from "./metric.js";
import { type Named, named, settingsOf } from "./named.js";
import { refuseUnknown } from "./refused.js";
import { fBeta, overlap, r2 } from "./score-metrics.js";

const FREE = ["name", "dtype"];

/** The mean of what is taken along an axis, by default the last. */
const alongAxis =
  (values: LossFunction) =>
  (given: Named): Metric => {
    const { axis } = settingsOf(given, { axis: -1 }, FREE);
    return meanOf((...pair) => values(...axisLast(axis, ...sameRank(...pair))));
  };

const amongLikeliest =
  (values: (k: number) => LossFunction) =>
  (given: Named): Metric => {
    const { k, from_sorted_ids: areSorted } = settingsOf(given, { k: 5, from_sorted_ids: false }, FREE);
    return areSorted ? doesNotLoad(`'${given.name}' with from_sorted_ids=true`) : meanOf(values(k));
  };

/** Keras' metrics that are no losses, by their names in snake case. */
const METRICS: Readonly<Record<string, (given: Named) => Metric>> = {
  accuracy: ({ isClass }) => meanOf(isClass ? hits : accuracy),
  acc: () => meanOf(accuracy),
  binary_accuracy: (given) => meanOf(binaryAccuracy(settingsOf(given, { threshold: 0.5 }, FREE).threshold)),
  categorical_accuracy: () => meanOf(categoricalAccuracy),
  sparse_categorical_accuracy: () => meanOf(sparseCategoricalAccuracy),
  top_k_categorical_accuracy: amongLikeliest(topK),
  sparse_top_k_categorical_accuracy: amongLikeliest(sparseTopK),
  cosine_similarity: alongAxis((targets, predictions) => cosine(targets, predictions, {})),
  pearson_correlation: alongAxis(pearson),
  concordance_correlation: alongAxis(concordance),
  root_mean_squared_error: () => ({
    count: (targets, predictions, weights) => sumAndCount(square(sub(...sameRank(targets, predictions))), weights),
    result: (counts) => sqrt(meanOfCounts(counts)),
  }),
  r2_score: r2,
  f1_score: fBeta,
  f_beta_score: fBeta,
  io_u: overlap({}),
  mean_io_u: overlap({ isMean: true }),
  binary_io_u: overlap({ isBinary: true }),
  one_hot_io_u: overlap({ sparse_y_true: false }),
  one_hot_mean_io_u: overlap({ sparse_y_true: false, isMean: true }),
  ...CONFUSION_METRICS,
};

/** Whether Keras' metric of this name loads. */
export const isMetric = (name: string): boolean => Object.hasOwn(METRICS, canonicalName(name)) || isLoss(name);

/** A metric under Keras' name for it. */
export interface NamedMetric {
  readonly name: string;
  readonly metric: Metric;
}

/**
 * The metric that a compile config names.
 * @throws LitModelError that names the metric or the setting which does not load
 */
export function loadMetric(value: unknown): NamedMetric {
  const given = named(value, "metric");
  const known = canonicalName(given.name);
  const make = Object.hasOwn(METRICS, known) ? METRICS[known] : undefined;
  const formula = make ? undefined : formulaOf(given, FREE);
  const metric = make?.(given) ?? (formula ? meanOf(formula) : refuseUnknown("metric", given.name));
  return { name: typeof given.config.name === "string" ? given.config.name : given.name, metric };
}
