import { LitModelError } from "../../errors.js";
import {
  abs,
  add,
  all,
  cast,
  clipByValue,
  div,
  divNoNan,
  equal,
  expandDims,
  eye,
  fill,
  greater,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  logSoftmax,
  logSumExp,
  matMul,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  range,
  reshape,
  rsqrt,
  sigmoid,
  sign,
  softmax,
  softplus,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tidy,
  transpose,
  where,
} from "../../tf.js";
import { maskOf } from "../layers/mask.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { ctcLoss } from "../operations/ctc.js";
import { snakeCase } from "../weights.js";
import { doesNotLoad } from "./does-not-load.js";
import { type Named, named, numbersOf, settingsOf, shown } from "./named.js";
import { refuseUnknown } from "./refused.js";

type Settings = Readonly<Record<string, number | boolean>>;
type Formula = (targets: Tensor, predictions: Tensor, settings: Settings, axes?: number[]) => Tensor;

/** keras.config.epsilon() */
const EPSILON = 1e-7;
const ROOM = 1 - EPSILON;

const { LN2 } = Math;
const lastMean = (x: Tensor): Tensor => mean(x, -1);
const error = (targets: Tensor, predictions: Tensor): Tensor => sub(predictions, targets);
/** Its gradient at 0 is 0, which tfjs' `abs` has wrong. */
const distance = (targets: Tensor, predictions: Tensor): Tensor => {
  const found = error(targets, predictions);
  return mul(found, sign(found));
};

/** Targets of 0 and 1 become -1 and 1; others stay. */
function signs(targets: Tensor): Tensor {
  const isBinary = cast(all(logicalOr(equal(targets, 0), equal(targets, 1))), "float32");
  return add(targets, mul(isBinary, sub(targets, 1)));
}

const margins = (targets: Tensor, predictions: Tensor): Tensor => maximum(sub(1, mul(signs(targets), predictions)), 0);

const smooth = (targets: Tensor, smoothing: number, share: number): Tensor =>
  smoothing ? add(mul(targets, 1 - smoothing), smoothing * share) : targets;

/** The logarithms of the classes' probabilities. */
function logProbabilities(predictions: Tensor, isLogits: boolean): Tensor {
  return isLogits ? logSoftmax(predictions) : log(probabilities(predictions, false));
}

/** The probabilities of the classes, which Keras lets sum up to 1. */
function probabilities(predictions: Tensor, isLogits: boolean): Tensor {
  const given = isLogits ? softmax(predictions) : predictions;
  return clipByValue(div(given, sum(given, -1, true)), EPSILON, ROOM);
}

/** 1 at each target's class, else 0. */
const oneHot = (classes: Tensor, width: number): Tensor =>
  cast(equal(expandDims(classes, -1), range(0, width)), "float32");

/** Far below every logit: nothing that a sum of exponentials shows. */
const NOTHING = -1e30;

const unit = (x: Tensor): Tensor => mul(x, minimum(rsqrt(sum(square(x), -1, true)), 1 / EPSILON));

/** The cosine of the angle between targets and predictions. */
export const cosine: Formula = (targets, predictions) => sum(mul(unit(targets), unit(predictions)), -1);

interface LossType {
  /** Its settings with Keras' defaults. */
  readonly settings?: Settings;
  readonly formula: Formula;
  /** Whether targets are numbers of classes. */
  readonly isSparse?: boolean;
  /** Whether it is taken over axes that can be set, by default over all. */
  readonly hasAxes?: boolean;
  /** 1 where a value counts, else 0; undefined if all do. */
  counts?(targets: Tensor, predictions: Tensor, values: Tensor, settings: Settings): Tensor | undefined;
}

/** Keras' losses, by their names in snake case. */
const LOSSES: Readonly<Record<string, LossType>> = {
  mean_squared_error: { formula: (targets, predictions) => lastMean(square(error(targets, predictions))) },
  mean_absolute_error: { formula: (targets, predictions) => lastMean(distance(targets, predictions)) },
  mean_absolute_percentage_error: {
    formula: (targets, predictions) =>
      mul(lastMean(div(distance(targets, predictions), maximum(abs(targets), EPSILON))), 100),
  },
  mean_squared_logarithmic_error: {
    formula(targets, predictions) {
      const logarithm = (x: Tensor) => log(add(maximum(x, EPSILON), 1));
      return lastMean(square(sub(logarithm(predictions), logarithm(targets))));
    },
  },
  huber: {
    settings: { delta: 1 },
    formula(targets, predictions, settings) {
      const delta = settings.delta as number;
      const whole = distance(targets, predictions);
      const inner = minimum(whole, delta);
      // Within delta half the square, beyond it the tangent.
      return lastMean(add(mul(square(inner), 0.5), mul(sub(whole, inner), delta)));
    },
  },
  log_cosh: {
    formula(targets, predictions) {
      const found = error(targets, predictions);
      return lastMean(sub(add(found, softplus(mul(found, -2))), LN2));
    },
  },
  binary_crossentropy: {
    settings: { from_logits: false, label_smoothing: 0, axis: -1 },
    formula(given, predictions, settings) {
      const targets = smooth(given, settings.label_smoothing as number, 0.5);
      const kept = clipByValue(predictions, EPSILON, ROOM);
      const [one, other] = settings.from_logits
        ? [neg(softplus(neg(predictions))), neg(softplus(predictions))]
        : [log(kept), log(sub(1, kept))];
      return neg(lastMean(add(mul(targets, one as Tensor), mul(sub(1, targets), other as Tensor))));
    },
  },
  categorical_crossentropy: {
    settings: { from_logits: false, label_smoothing: 0, axis: -1 },
    formula(given, predictions, settings) {
      const targets = smooth(given, settings.label_smoothing as number, 1 / (settings.last as number));
      return neg(sum(mul(targets, logProbabilities(predictions, settings.from_logits === true)), -1));
    },
  },
  sparse_categorical_crossentropy: {
    settings: { from_logits: false, axis: -1, ignore_class: Number.NaN },
    isSparse: true,
    formula(targets, predictions, settings) {
      const chosen = oneHot(classesOf(targets, predictions), predictions.shape.at(-1) ?? 1);
      const found = neg(sum(mul(chosen, logProbabilities(predictions, settings.from_logits === true)), -1));
      const isKnown = knownClasses(targets, predictions, settings);
      return isKnown ? mul(found, isKnown) : found;
    },
    counts: (targets, predictions, _, settings) => knownClasses(targets, predictions, settings),
  },
  /** Keras' name for one of the three above, by the shapes. */
  crossentropy: {
    isSparse: true,
    formula(targets, predictions) {
      const width = predictions.shape.at(-1) ?? 1;
      const isSparse = width > 1 && (targets.rank < predictions.rank || targets.shape.at(-1) === 1);
      const name = isSparse ? "sparse_categorical" : width === 1 ? "binary" : "categorical";
      const { formula, settings = {} } = LOSSES[`${name}_crossentropy`] as LossType;
      return formula(...(isSparse ? ([targets, predictions] as const) : sameRank(targets, predictions)), settings);
    },
  },
  binary_focal_crossentropy: {
    settings: {
      apply_class_balancing: false,
      alpha: 0.25,
      gamma: 2,
      from_logits: false,
      label_smoothing: 0,
      axis: -1,
    },
    formula(given, found, { alpha, gamma, ...settings }) {
      const targets = smooth(given, settings.label_smoothing as number, 0.5);
      const predictions = settings.from_logits ? sigmoid(found) : found;
      const others = sub(1, targets);
      const kept = clipByValue(predictions, EPSILON, ROOM);
      const entropy = neg(add(mul(targets, log(kept)), mul(others, log(sub(1, kept)))));
      const right = add(mul(targets, predictions), mul(others, sub(1, predictions)));
      const focal = mul(pow(sub(1, right), gamma as number), entropy);
      if (!settings.apply_class_balancing) return lastMean(focal);
      return lastMean(mul(add(mul(targets, alpha as number), mul(others, 1 - (alpha as number))), focal));
    },
  },
  categorical_focal_crossentropy: {
    settings: { alpha: 0.25, gamma: 2, from_logits: false, label_smoothing: 0, axis: -1 },
    formula(given, predictions, { alpha, gamma, ...settings }) {
      const targets = smooth(given, settings.label_smoothing as number, 1 / (settings.last as number));
      const found = probabilities(predictions, settings.from_logits === true);
      const weights = mul(pow(sub(1, found), gamma as number), alpha as number);
      return neg(sum(mul(weights, mul(targets, log(found))), -1));
    },
  },
  categorical_generalized_cross_entropy: {
    settings: { q: 0.5 },
    isSparse: true,
    formula(targets, predictions, { q }) {
      const chosen = oneHot(classesOf(targets, predictions), predictions.shape.at(-1) ?? 1);
      return div(sub(1, pow(sum(mul(predictions, chosen), -1), q as number)), q as number);
    },
  },
  dice: {
    hasAxes: true,
    formula(targets, predictions, _, axes) {
      const both = mul(sum(mul(targets, predictions), axes), 2);
      return sub(1, div(both, add(add(sum(targets, axes), sum(predictions, axes)), EPSILON)));
    },
  },
  tversky: {
    settings: { alpha: 0.5, beta: 0.5 },
    hasAxes: true,
    formula(targets, predictions, { alpha, beta }, axes) {
      const both = sum(mul(targets, predictions), axes);
      const alarms = sum(mul(sub(1, predictions), targets), axes);
      const misses = sum(mul(predictions, sub(1, targets)), axes);
      const all = add(add(both, mul(alarms, alpha as number)), mul(misses, beta as number));
      return sub(1, div(both, add(all, EPSILON)));
    },
  },
  circle: {
    settings: { gamma: 80, margin: 0.4, remove_diagonal: true },
    isSparse: true,
    formula(targets, predictions, settings) {
      const [gamma, margin] = [settings.gamma as number, settings.margin as number];
      const distances = maximum(sub(1, matMul(predictions, predictions, false, true)), 0);
      const labels = reshape(targets, [-1, 1]);
      const isSame = equal(labels, transpose(labels));
      const isPair = settings.remove_diagonal ? logicalAnd(isSame, equal(eye(labels.shape[0] ?? 0), 0)) : isSame;
      const exponents = (isCounted: Tensor, weights: Tensor, room: Tensor) =>
        logSumExp(where(isCounted, mul(mul(maximum(weights, 0), room), gamma), fill(isCounted.shape, NOTHING)), 1);
      const near = exponents(isPair, add(distances, margin), sub(distances, margin));
      const far = exponents(logicalNot(isSame), sub(1 + margin, distances), sub(1 - margin, distances));
      return softplus(add(near, far));
    },
    counts: (_targets, _predictions, values) => cast(greater(values, 0), "float32"),
  },
  ctc: {
    isSparse: true,
    formula(targets, predictions) {
      if (targets.rank !== 2 || predictions.rank !== 3)
        throw new LitModelError(
          `the loss 'CTC' takes targets [batch, labels] and logits [batch, steps, classes], not [${targets.shape.join(", ")}] and [${predictions.shape.join(", ")}]`,
        );
      return ctcLoss(targets, predictions, sum(cast(notEqual(targets, 0), "int32"), -1), undefined, 0);
    },
  },
  hinge: { formula: (targets, predictions) => lastMean(margins(targets, predictions)) },
  squared_hinge: { formula: (targets, predictions) => lastMean(square(margins(targets, predictions))) },
  categorical_hinge: {
    formula(targets, predictions) {
      const right = sum(mul(targets, predictions), -1);
      const wrong = max(mul(sub(1, targets), predictions), -1);
      return maximum(add(sub(wrong, right), 1), 0);
    },
  },
  kl_divergence: {
    formula(targets, predictions) {
      const [wanted, found] = [targets, predictions].map((x) => clipByValue(x, EPSILON, 1)) as [Tensor, Tensor];
      return sum(mul(wanted, log(div(wanted, found))), -1);
    },
  },
  poisson: {
    formula: (targets, predictions) => lastMean(sub(predictions, mul(targets, log(add(predictions, EPSILON))))),
  },
  cosine_similarity: {
    settings: { axis: -1 },
    formula: (targets, predictions, settings) => neg(cosine(targets, predictions, settings)),
  },
};

const ALIASES: Readonly<Record<string, string>> = {
  mse: "mean_squared_error",
  mae: "mean_absolute_error",
  mape: "mean_absolute_percentage_error",
  msle: "mean_squared_logarithmic_error",
  logcosh: "log_cosh",
  log_cosh_error: "log_cosh",
  ce: "crossentropy",
  bce: "binary_crossentropy",
  kld: "kl_divergence",
  kullback_leibler_divergence: "kl_divergence",
};

/** The name under which Keras' functions are known here: `mse` and `MeanSquaredError` are `mean_squared_error`. */
export function canonicalName(name: string): string {
  const snake = /^[A-Z]+$/.test(name) ? name.toLowerCase() : snakeCase(name);
  return Object.hasOwn(ALIASES, snake) ? (ALIASES[snake] as string) : snake;
}

/** Whether Keras' loss of this name loads. */
export const isLoss = (name: string): boolean => Object.hasOwn(LOSSES, canonicalName(name));

/** Targets and predictions of the same rank, as Keras' squeeze_or_expand_to_same_rank makes them. */
export function sameRank(targets: Tensor, predictions: Tensor): [Tensor, Tensor] {
  const fit = (long: Tensor, short: Tensor): [Tensor, Tensor] => {
    if (long.rank !== short.rank + 1 || long.shape.at(-1) !== 1) return [long, short];
    return short.rank === 1 ? [long, expandDims(short, -1)] : [squeeze(long, [-1]), short];
  };
  if (targets.rank > predictions.rank) return fit(targets, predictions);
  const [long, short] = fit(predictions, targets);
  return [short, long];
}

/** The targets' numbers of classes, without an axis of length 1 for them. */
export const classesOf = (targets: Tensor, predictions: Tensor): Tensor =>
  targets.rank === predictions.rank && targets.shape.at(-1) === 1 ? squeeze(targets, [-1]) : targets;

/** 1 where a target is not the class that is ignored; undefined if none is. */
function knownClasses(targets: Tensor, predictions: Tensor, settings: Settings): Tensor | undefined {
  const ignored = settings.ignore_class as number;
  return Number.isNaN(ignored) ? undefined : cast(notEqual(classesOf(targets, predictions), ignored), "float32");
}

/** A loss of which some values do not count: those that do are scaled by the share of them, beside the mask's. */
const counted =
  (
    loss: LossFunction,
    counts: (targets: Tensor, predictions: Tensor, values: Tensor) => Tensor | undefined,
  ): LossFunction =>
  (targets, predictions) =>
    tidy(() => {
      const values = loss(targets, predictions);
      const isCounted = counts(cast(targets, "float32"), predictions, values);
      if (!isCounted) return values;
      const mask = maskOf(predictions)?.cast("float32");
      const [all, both] = mask ? [sum(mask), sum(mul(isCounted, mask))] : [values.size, sum(isCounted)];
      return mul(values, mul(isCounted, divNoNan(all, both)));
    });

/** Keras' function of a loss, as its metrics use it too; undefined if there is none of this name. */
export function formulaOf(given: Named, free: readonly string[]): LossFunction | undefined {
  const name = canonicalName(given.name);
  const type = Object.hasOwn(LOSSES, name) ? LOSSES[name] : undefined;
  if (!type) return undefined;
  const settings = settingsOf(given, type.settings ?? {}, type.hasAxes ? [...free, "axis"] : free) as Settings;
  const axes = type.hasAxes ? numbersOf(given, "axis") : undefined;
  const isLast = settings.axis === undefined || settings.axis === -1;
  // Keras cannot compute with it either.
  if (!isLast && type.isSparse) doesNotLoad(`'${given.name}' with axis=${settings.axis}`);
  return (targets, predictions) =>
    tidy(() => {
      const floats = cast(targets, "float32");
      const pair = type.isSparse ? ([floats, predictions] as const) : sameRank(floats, predictions);
      // Keras spreads what it takes off labels over the last axis, whichever the classes are along.
      const all = { ...settings, last: pair[0].shape.at(-1) ?? 1 };
      return type.formula(...(isLast ? pair : axisLast(settings.axis as number, ...pair)), all, axes && [...axes]);
    });
}

/** Targets and predictions with this axis as their last. */
export function axisLast(axis: number, targets: Tensor, predictions: Tensor): [Tensor, Tensor] {
  const moved = (x: Tensor) => {
    const place = axis < 0 ? axis + x.rank : axis;
    return transpose(x, [...[...x.shape.keys()].toSpliced(place, 1), place]);
  };
  return [moved(targets), moved(predictions)];
}

/** The losses whose targets have another shape than the output. */
export const SPARSE = new WeakSet<LossFunction>();

const FREE = ["name", "dtype"];
const REDUCTIONS = ["sum_over_batch_size", "mean", "mean_with_sample_weight", null, undefined];

/**
 * The loss that a compile config names: a value for each sample or step, or their sum if it is reduced so.
 * @throws LitModelError that names the loss or the setting which does not load
 */
export function loadLoss(value: unknown): LossFunction {
  const given = named(value, "loss");
  const { reduction } = given.config;
  const isSum = reduction === "sum";
  if (!isSum && !REDUCTIONS.includes(reduction as string))
    doesNotLoad(`the loss '${given.name}' with reduction=${shown(reduction)}`);
  const found = formulaOf(given, [...FREE, "reduction"]) ?? refuseUnknown("loss", given.name);
  const type = LOSSES[canonicalName(given.name)];
  const settings = settingsOf(given, type?.settings ?? {}, [...FREE, "reduction", "axis"]) as Settings;
  const { counts } = type ?? {};
  const loss = isSum ? summed(found) : counts ? counted(found, (...all) => counts(...all, settings)) : found;
  if (type?.isSparse) SPARSE.add(loss);
  return loss;
}

const summed =
  (loss: LossFunction): LossFunction =>
  (targets, predictions) =>
    tidy(() => {
      const values = loss(targets, predictions);
      const mask = maskOf(predictions);
      return mask ? sum(mul(...sameRank(values, cast(mask, "float32")))) : sum(values);
    });
