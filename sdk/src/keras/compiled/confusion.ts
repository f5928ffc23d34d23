import {
  add,
  cast,
  ceil,
  clipByValue,
  equal,
  expandDims,
  greater,
  greaterEqual,
  mul,
  notEqual,
  range,
  relu,
  reshape,
  scalar,
  slice,
  sub,
  sum,
  type Tensor,
  tensor1d,
  topk,
} from "../../tf.js";
import { sameRank } from "./loss-functions.js";
import { spread } from "./metric.js";

/** What is compared, and how. */
export interface Comparison {
  readonly thresholds: readonly number[];
  /** Only the k largest of a sample's predictions count as positive. */
  readonly topK?: number | undefined;
  /** Only this class counts. */
  readonly classId?: number | undefined;
  /** Whether each label is counted for itself. */
  readonly isMultiLabel?: boolean;
}

/** Keras' number for what is below every threshold. */
export const LOWEST = -1e10;
const CLOSE = 1e-7;

/** Whether thresholds divide 0 to 1 evenly: Keras counts by buckets then, which shows where a prediction is at one. */
function areEven(thresholds: readonly number[]): boolean {
  const last = thresholds.length - 1;
  const isEven = (threshold: number, i: number) =>
    Math.abs(threshold - i / last) <= 1.000001 * CLOSE + (1e-5 * i) / last;
  return last >= 2 && thresholds.every(isEven);
}

/** For each prediction and threshold 1 if it lies above, else 0: an axis more. */
function areAbove(predictions: Tensor, thresholds: readonly number[]): Tensor {
  const count = thresholds.length;
  if (!areEven(thresholds)) return cast(greater(expandDims(predictions, -1), tensor1d([...thresholds])), "float32");
  const buckets = sub(ceil(mul(clipByValue(predictions, 0, 1), count - 1)), 1);
  const hasEnds = (thresholds[0] as number) < 0 || (thresholds.at(-1) as number) > 1;
  return cast(greaterEqual(expandDims(hasEnds ? relu(buckets) : buckets, -1), range(0, count)), "float32");
}

/** Predictions with what is not among a sample's k largest far below. */
function largest(predictions: Tensor, k: number): Tensor {
  const width = predictions.shape.at(-1) ?? 1;
  const chosen = equal(expandDims(topk(predictions, Math.min(k, width)).indices, -1), range(0, width, 1, "int32"));
  const isChosen = sum(cast(chosen, "float32"), -2);
  return add(mul(predictions, isChosen), mul(sub(1, isChosen), LOWEST));
}

const classOf = (x: Tensor, classId: number): Tensor =>
  slice(x, [...Array<number>(x.rank - 1).fill(0), classId], [...x.shape.slice(0, -1), 1]);

/** True positives, false positives, true negatives and false negatives, [labels, thresholds]: one label, unless each counts. */
export function confusion(
  given: Tensor,
  found: Tensor,
  weights: Tensor | undefined,
  { thresholds, topK, classId, isMultiLabel }: Comparison,
): Tensor[] {
  let [targets, predictions] = sameRank(given, found);
  if (topK !== undefined) predictions = largest(predictions, topK);
  if (classId !== undefined) [targets, predictions] = [classOf(targets, classId), classOf(predictions, classId)];
  const shape = isMultiLabel ? targets.shape : [-1, 1];
  const isTrue = cast(notEqual(targets, 0), "float32");
  const each = weights ? spread(weights, targets.rank) : scalar(1);
  const [positive, negative] = [isTrue, sub(1, isTrue)].map((x) => expandDims(reshape(mul(x, each), shape), -1)) as [
    Tensor,
    Tensor,
  ];
  const above = areAbove(reshape(predictions, shape), thresholds);
  const [hits, alarms] = [positive, negative].map((x) => sum(mul(x, above), 0)) as [Tensor, Tensor];
  return [hits, alarms, sub(sum(negative, 0), alarms), sub(sum(positive, 0), hits)];
}
