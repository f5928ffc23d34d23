import {
  abs,
  add,
  all,
  cast,
  clipByValue,
  div,
  equal,
  expandDims,
  log,
  logicalOr,
  logSoftmax,
  max,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  oneHot,
  rsqrt,
  sign,
  softplus,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tidy,
} from "../../tf.js";
import { maskOf } from "../layers/mask.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { snakeCase } from "../weights.js";
import { type Named, named, settingsOf, unsupported } from "./unsupported.js";

type Settings = Readonly<Record<string, number | boolean>>;
type Formula = (targets: Tensor, predictions: Tensor, settings: Settings) => Tensor;

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
  if (isLogits) return logSoftmax(predictions);
  return log(clipByValue(div(predictions, sum(predictions, -1, true)), EPSILON, ROOM));
}

const unit = (x: Tensor): Tensor => mul(x, minimum(rsqrt(sum(square(x), -1, true)), 1 / EPSILON));

/** The cosine of the angle between targets and predictions. */
export const cosine: Formula = (targets, predictions) => sum(mul(unit(targets), unit(predictions)), -1);

interface LossType {
  /** Its settings with Keras' defaults. */
  readonly settings?: Settings;
  readonly formula: Formula;
  /** Whether targets are numbers of classes. */
  readonly isSparse?: boolean;
}

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
      const targets = smooth(given, settings.label_smoothing as number, 1 / (given.shape.at(-1) ?? 1));
      return neg(sum(mul(targets, logProbabilities(predictions, settings.from_logits === true)), -1));
    },
  },
  sparse_categorical_crossentropy: {
    settings: { from_logits: false, axis: -1 },
    isSparse: true,
    formula(targets, predictions, settings) {
      const classes = classesOf(targets, predictions);
      const chosen = cast(oneHot(cast(classes, "int32"), predictions.shape.at(-1) ?? 1), "float32");
      return neg(sum(mul(chosen, logProbabilities(predictions, settings.from_logits === true)), -1));
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
  bce: "binary_crossentropy",
  kld: "kl_divergence",
  kullback_leibler_divergence: "kl_divergence",
};

/** The name under which Keras' functions are known here: `mse` and `MeanSquaredError` are `mean_squared_error`. */
export function canonicalName(name: string): string {
  const snake = /^[A-Z]+$/.test(name) ? name.toLowerCase() : snakeCase(name);
  return Object.hasOwn(ALIASES, snake) ? (ALIASES[snake] as string) : snake;
}

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

/** Keras' function of a loss, as its metrics use it too; undefined if there is none of this name. */
export function formulaOf(given: Named, free: readonly string[]): LossFunction | undefined {
  const name = canonicalName(given.name);
  const type = Object.hasOwn(LOSSES, name) ? LOSSES[name] : undefined;
  if (!type) return undefined;
  const settings: Settings = settingsOf(given, type.settings ?? {}, free);
  if ("axis" in settings && settings.axis !== -1) unsupported(`'${given.name}' with axis=${settings.axis}`);
  return (targets, predictions) =>
    tidy(() => {
      const floats = cast(targets, "float32");
      const pair = type.isSparse ? ([floats, predictions] as const) : sameRank(floats, predictions);
      return type.formula(pair[0], pair[1], settings);
    });
}

/** The losses whose targets have another shape than the output. */
export const SPARSE = new WeakSet<LossFunction>();

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
    unsupported(`the loss '${given.name}' with reduction=${JSON.stringify(reduction)}`);
  const found = formulaOf(given, ["name", "reduction", "dtype"]) ?? unsupported(`the loss '${given.name}'`);
  const loss = isSum ? summed(found) : found;
  if (LOSSES[canonicalName(given.name)]?.isSparse) SPARSE.add(loss);
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
