import {
  abs,
  add,
  argMax,
  cast,
  div,
  equal,
  expandDims,
  fill,
  gather,
  greater,
  greaterEqual,
  isInf,
  logicalAnd,
  matMul,
  max,
  mean,
  mul,
  notEqual,
  ones,
  range,
  reshape,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  where,
  zerosLike,
} from "../../tf.js";
import { doesNotLoad } from "./does-not-load.js";
import { sameRank } from "./loss-functions.js";
import type { Metric } from "./metric.js";
import { type Named, numbersOf, settingsOf } from "./named.js";

const EPSILON = 1e-7;
const FREE = ["name", "dtype"];
type Four = [Tensor, Tensor, Tensor, Tensor];

/** Keras' FBetaScore: of each class, or their mean. */
export function fBeta(given: Named): Metric {
  const { average, beta } = settingsOf(given, { average: "none", beta: 1 }, [...FREE, "threshold"]);
  const threshold = numbersOf(given, "threshold")?.[0];
  const reduce = (x: Tensor) => (average === "micro" ? sum(x) : sum(x, 0));
  return {
    count(targets, predictions, weights) {
      const isFound =
        threshold === undefined
          ? logicalAnd(greaterEqual(predictions, max(predictions, -1, true)), greater(abs(predictions), 1e-9))
          : greater(predictions, threshold);
      const found = cast(isFound, "float32");
      const each = weights ? expandDims(weights, 1) : scalar(1);
      return [mul(found, targets), mul(found, sub(1, targets)), mul(sub(1, found), targets), targets].map((x) =>
        reduce(mul(x, each)),
      );
    },
    result(counts) {
      const [hits, alarms, misses, wanted] = counts as Four;
      const share = (wrong: Tensor) => div(hits, add(add(hits, wrong), EPSILON));
      const [precision, recall] = [share(alarms), share(misses)];
      const below = add(add(mul(precision, beta ** 2), recall), EPSILON);
      const scores = mul(div(mul(precision, recall), below), 1 + beta ** 2);
      if (average === "none") return scores;
      return average === "weighted" ? sum(mul(scores, div(wanted, add(sum(wanted), EPSILON)))) : mean(scores);
    },
  };
}

/** Keras' R2Score. */
export function r2(given: Named): Metric {
  const { num_regressors: regressors } = settingsOf(given, { num_regressors: 0 }, [...FREE, "class_aggregation"]);
  const aggregation = given.config.class_aggregation === undefined ? "uniform_average" : given.config.class_aggregation;
  return {
    count(all, found, weights) {
      const [targets, predictions] = sameRank(all, found);
      const each = weights ? expandDims(weights, 1) : scalar(1);
      const weighed = mul(targets, each);
      const residual = mul(square(sub(targets, predictions)), each);
      const counted = mul(ones(targets.shape), each);
      return [...[weighed, mul(targets, weighed), residual, counted].map((x) => sum(x, 0)), scalar(targets.size)];
    },
    result(counts) {
      const [total, squares, residual, count, samples] = counts as [...Four, Tensor];
      const spread = sub(squares, mul(total, div(total, count)));
      const raw = sub(1, div(residual, spread));
      const scores = where(isInf(raw), zerosLike(raw), raw);
      const score =
        aggregation === null
          ? scores
          : aggregation === "variance_weighted_average"
            ? div(sum(mul(spread, scores)), sum(spread))
            : mean(scores);
      if (regressors === 0) return score;
      const free = sub(sub(samples, regressors), 1);
      const adjusted = sub(1, div(mul(sub(1, score), sub(samples, 1)), free));
      return where(greater(free, 0), adjusted, score);
    },
  };
}

/** Keras' IoU and its kin: the overlap of classes, targets and predictions being their numbers, or one-hot. */
export const overlap =
  (fixed: { readonly sparse_y_true?: boolean; readonly isBinary?: true; readonly isMean?: true }) =>
  (given: Named): Metric => {
    const { isBinary, isMean, sparse_y_true: isSparse = true } = fixed;
    const defaults = {
      num_classes: 2,
      sparse_y_true: isSparse,
      sparse_y_pred: isSparse,
      axis: -1,
      threshold: 0.5,
    };
    const settings = settingsOf(given, defaults, [...FREE, "target_class_ids", "ignore_class"]);
    const { num_classes: classes, axis, threshold } = settings;
    if (axis !== -1) doesNotLoad(`'${given.name}' with axis=${axis}`);
    const ignored = numbersOf(given, "ignore_class")?.[0];
    const ids = isMean ? undefined : numbersOf(given, "target_class_ids");
    const wanted = ids ?? [...Array(classes).keys()];
    const isWhole = !String(given.config.dtype ?? "int").includes("float");
    const whole = (x: Tensor) => (isWhole ? cast(cast(x, "int32"), "float32") : x);
    const flat = (x: Tensor) => reshape(whole(x), [-1, 1]);
    const numbers = (x: Tensor, areNumbers: boolean) => flat(areNumbers ? x : argMax(x, -1));
    return {
      count(all, found, weights) {
        const targets = numbers(all, settings.sparse_y_true);
        const predictions = isBinary
          ? flat(cast(greaterEqual(found, threshold), "float32"))
          : numbers(found, settings.sparse_y_pred);
        const each = weights ? whole(weights) : fill([1], 1);
        const [one, other] = [targets, predictions].map((x) => cast(equal(x, range(0, classes)), "float32")) as [
          Tensor,
          Tensor,
        ];
        const counted = ignored === undefined ? one : mul(one, cast(notEqual(targets, ignored), "float32"));
        return [matMul(mul(counted, reshape(each, [-1, 1])), other, true)];
      },
      result(counts) {
        const [matrix] = counts as [Tensor];
        const places = Array.from({ length: classes }, (_, i) => i * (classes + 1));
        const hits = gather(reshape(matrix, [-1]), tensor1d(places, "int32"));
        const either = sub(add(sum(matrix, 0), sum(matrix, 1)), hits);
        const [both, all] = [hits, either].map((x) => gather(x, tensor1d([...wanted], "int32"))) as [Tensor, Tensor];
        const isThere = cast(greater(all, 1e-9), "float32");
        return div(sum(mul(isThere, div(both, add(all, EPSILON)))), add(sum(isThere), EPSILON));
      },
    };
  };
