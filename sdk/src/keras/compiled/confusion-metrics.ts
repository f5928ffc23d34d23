import {
  add,
  div,
  divNoNan,
  equal,
  greater,
  greaterEqual,
  log,
  logicalAnd,
  max,
  maximum,
  mean,
  minimum,
  mul,
  onesLike,
  sigmoid,
  slice,
  squeeze,
  sub,
  sum,
  type Tensor,
  where,
  zerosLike,
} from "../../tf.js";
import { type Comparison, confusion, LOWEST } from "./confusion.js";
import { doesNotLoad } from "./does-not-load.js";
import type { Metric } from "./metric.js";
import { type Named, numbersOf, settingsOf } from "./named.js";

/** True positives, false positives, true negatives, false negatives. */
type Counts = readonly [Tensor, Tensor, Tensor, Tensor];
type Rate = (counts: Counts) => Tensor;

const FREE = ["name", "dtype"];

const precision: Rate = ([hits, alarms]) => divNoNan(hits, add(hits, alarms));
const recall: Rate = ([hits, , , misses]) => divNoNan(hits, add(hits, misses));
const specificity: Rate = ([, alarms, rejections]) => divNoNan(rejections, add(rejections, alarms));

const metric = (comparison: Comparison, value: Rate): Metric => ({
  count: (targets, predictions, weights) => confusion(targets, predictions, weights, comparison),
  result: (counts) => value(counts as unknown as Counts),
});

/** A rate or a count at one or several thresholds. */
const atThresholds =
  (rate: Rate) =>
  (given: Named): Metric => {
    settingsOf(given, {}, [...FREE, "thresholds", "top_k", "class_id"]);
    const [topK, classId] = [numbersOf(given, "top_k")?.[0], numbersOf(given, "class_id")?.[0]];
    const thresholds = numbersOf(given, "thresholds") ?? [topK === undefined ? 0.5 : LOWEST];
    // One label; of one threshold its value.
    return metric({ thresholds, topK, classId }, (counts) =>
      squeeze(rate(counts), thresholds.length > 1 ? [0] : [0, 1]),
    );
  };

/** As many thresholds from 0 to 1. */
const evenly = (count: number): number[] => Array.from({ length: count }, (_, i) => i / (count - 1));

/** The best of a rate where another is at least what the setting says. */
const bestWhere =
  (setting: string, constrained: Rate, rate: Rate) =>
  (given: Named): Metric => {
    const settings = settingsOf(given, { [setting]: 0.5, num_thresholds: 200 }, [...FREE, "class_id"]);
    const count = settings.num_thresholds as number;
    const comparison = {
      thresholds: count === 1 ? [0.5] : evenly(count),
      classId: numbersOf(given, "class_id")?.[0],
    };
    const least = settings[setting] as number;
    return metric(comparison, (counts) => {
      const found = rate(counts);
      return max(where(greaterEqual(constrained(counts), least), found, zerosLike(found)));
    });
  };

/** All but the last threshold, and all but the first. */
function neighbours(x: Tensor): [Tensor, Tensor] {
  const [labels, count] = x.shape as [number, number];
  return [slice(x, [0, 0], [labels, count - 1]), slice(x, [0, 1], [labels, count - 1])];
}

/** The area below precision over recall, interpolated as Davis and Goadrich do (2006). */
function areaBelowPrecision([hits, alarms, , misses]: Counts): Tensor {
  const found = add(hits, alarms);
  const [[hitsHere, hitsNext], [foundHere, foundNext], [, missesNext]] = [hits, found, misses].map(neighbours) as [
    [Tensor, Tensor],
    [Tensor, Tensor],
    [Tensor, Tensor],
  ];
  const gained = sub(hitsHere, hitsNext);
  const slope = divNoNan(gained, maximum(sub(foundHere, foundNext), 0));
  const intercept = sub(hitsNext, mul(slope, foundNext));
  const areBoth = logicalAnd(greater(foundHere, 0), greater(foundNext, 0));
  const ratio = where(areBoth, divNoNan(foundHere, maximum(foundNext, 0)), onesLike(foundNext));
  const area = mul(slope, add(gained, mul(intercept, log(ratio))));
  return divNoNan(area, maximum(add(hitsNext, missesNext), 0));
}

/** Precision and recall gain (Flach and Kull, 2015). */
function gains([hits, alarms, rejections, misses]: Counts): [Tensor, Tensor] {
  const scale = divNoNan(add(hits, misses), add(rejections, alarms));
  const isNone = equal(hits, 0);
  const gain = (wrong: Tensor) => sub(1, mul(scale, divNoNan(wrong, hits)));
  const ofRecall = where(isNone, zerosLike(hits), gain(misses));
  return [maximum(ofRecall, 0), where(isNone, onesLike(hits), gain(alarms))];
}

/** What lies along a curve and what above it. */
const CURVES: Readonly<Record<string, (counts: Counts) => readonly [Tensor, Tensor]>> = {
  ROC: (counts) => [divNoNan(counts[1], add(counts[1], counts[2])), recall(counts)],
  PR: (counts) => [recall(counts), precision(counts)],
  PRGAIN: gains,
};

const HEIGHTS: Readonly<Record<string, (here: Tensor, next: Tensor) => Tensor>> = {
  interpolation: (here, next) => div(add(here, next), 2),
  minoring: minimum,
  majoring: maximum,
};

/** Keras' epsilon beyond both ends, where no prediction is. */
const END = 1e-7;

function auc(given: Named): Metric {
  const defaults = {
    num_thresholds: 200,
    curve: "ROC",
    summation_method: "interpolation",
    multi_label: false,
    num_labels: 0,
    from_logits: false,
  };
  const settings = settingsOf(given, defaults, [...FREE, "thresholds"]);
  const [curve, heights] = [CURVES[settings.curve.toUpperCase()], HEIGHTS[settings.summation_method.toLowerCase()]];
  if (!curve || !heights)
    return doesNotLoad(`an AUC of the curve '${settings.curve}' by '${settings.summation_method}'`);
  const inner = numbersOf(given, "thresholds");
  const within = inner ? inner.toSorted((a, b) => a - b) : evenly(settings.num_thresholds).slice(1, -1);
  const comparison = { thresholds: [-END, ...within, 1 + END], isMultiLabel: settings.multi_label };
  const isPrecision = curve === CURVES.PR && heights === HEIGHTS.interpolation;
  const areas = (counts: Counts): Tensor => {
    if (isPrecision) return areaBelowPrecision(counts);
    const [along, above] = curve(counts).map(neighbours) as [[Tensor, Tensor], [Tensor, Tensor]];
    return mul(sub(...along), heights(...above));
  };
  const found = metric(comparison, (counts) => mean(sum(areas(counts), 1)));
  if (!settings.from_logits) return found;
  return {
    ...found,
    count: (targets, predictions, weights) => found.count(targets, sigmoid(predictions), weights),
  };
}

/** Keras' metrics of right and wrong answers above thresholds, by their names in snake case. */
export const CONFUSION_METRICS: Readonly<Record<string, (given: Named) => Metric>> = {
  true_positives: atThresholds(([hits]) => hits),
  false_positives: atThresholds(([, alarms]) => alarms),
  true_negatives: atThresholds(([, , rejections]) => rejections),
  false_negatives: atThresholds(([, , , misses]) => misses),
  precision: atThresholds(precision),
  recall: atThresholds(recall),
  sensitivity_at_specificity: bestWhere("specificity", specificity, recall),
  specificity_at_sensitivity: bestWhere("sensitivity", recall, specificity),
  precision_at_recall: bestWhere("recall", recall, precision),
  recall_at_precision: bestWhere("precision", precision, recall),
  auc,
};
