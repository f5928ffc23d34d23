import { sizeOf } from "../../tensors/size-of.js";
import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import type { Shape } from "../layers/keras-layer.js";
import { asLast, onLast } from "./along-axis.js";
import { countable, MATH, NN, NUMPY, type Own, unary } from "./elementwise.js";
import { axesOf, axisOf, boolOf, floatOf, numberOf, shapeOf, tensorOf, typeOf } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";

type Reduce = (x: Tensor, axes: number[], keepDims: boolean, operands: Operands) => Tensor;

/** A shape without some axes, or with 1 there. */
export const reducedShape = (shape: Shape, axes: readonly number[], keepDims: boolean): Shape =>
  shape.flatMap((length, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [length]));

const reduction = (className: string, reduce: Reduce, own: Own = {}): OperationType => ({
  className,
  module: NUMPY,
  parameters: ["x"],
  ...own,
  settings: { axis: null, keepdims: false, ...own.settings },
  shape: ({ x, axis, keepdims }) => {
    const shape = shapeOf(x);
    return reducedShape(shape, axesOf(axis, shape.length), keepdims === true);
  },
  run: (operands) => {
    const x = tensorOf(operands.x);
    return reduce(x, axesOf(operands.axis, x.rank), operands.keepdims === true, operands);
  },
});

const floating = (className: string, reduce: Reduce, own: Own = {}): OperationType =>
  reduction(className, (x, ...rest) => reduce(floatOf(x), ...rest), own);

/** A reduction of the values that are a number; others count as `fill`. */
const withoutNaN = (className: string, fill: number, reduce: Reduce): OperationType =>
  floating(className, (x, ...rest) => reduce(tf.where(tf.isNaN(x), tf.fill(x.shape, fill), x), ...rest));

const counts = (x: Tensor, axes: number[]): Tensor =>
  tf.sum(tf.cast(tf.logicalNot(tf.isNaN(x)), "float32"), axes, true);

function variance(x: Tensor, axes: number[], keepDims: boolean): Tensor {
  return tf.mean(tf.square(tf.sub(x, tf.mean(x, axes, true))), axes, keepDims);
}

function knownMean(x: Tensor, axes: number[], keepDims: boolean): Tensor {
  const known = tf.where(tf.isNaN(x), tf.zerosLike(x), x);
  const mean = tf.div(tf.sum(known, axes, true), counts(x, axes));
  return keepDims ? mean : tf.squeeze(mean, axes);
}

function knownVariance(x: Tensor, axes: number[], keepDims: boolean): Tensor {
  return knownMean(tf.square(tf.sub(x, knownMean(x, axes, true))), axes, keepDims);
}

/** The extreme, or what is beyond it. */
const extreme = (className: string, reduce: typeof tf.max, more: typeof tf.maximum): OperationType =>
  reduction(
    className,
    (x, axes, keepDims, { initial }) => {
      const found = reduce(countable(x), axes, keepDims);
      return initial === null || initial === undefined
        ? found
        : more(found, tf.cast(tensorOf(numberOf(initial, "initial")), found.dtype));
    },
    { settings: { initial: null } },
  );

/** Where the largest value is, or the smallest, along one axis or in all of x. */
const place = (className: string, find: typeof tf.argMax): OperationType => ({
  className,
  module: NUMPY,
  parameters: ["x"],
  settings: { axis: null, keepdims: false },
  shape: ({ x, axis, keepdims }) => {
    const shape = shapeOf(x);
    const axes = axis === null ? axesOf(null, shape.length) : [axisOf(axis, shape.length)];
    return reducedShape(shape, axes, keepdims === true);
  },
  run: ({ x, axis, keepdims }) => {
    const input = floatOf(x);
    const found = axis === null ? find(tf.reshape(input, [-1]), 0) : find(input, axisOf(axis, input.rank));
    const axes = axis === null ? axesOf(null, input.rank) : [axisOf(axis, input.rank)];
    return keepdims === true ? tf.reshape(found, reducedShape(input.shape, axes, true) as number[]) : found;
  },
});

/** x sorted along its last axis. */
export const sorted = (x: Tensor): Tensor => tf.neg(tf.topk(tf.neg(x), x.shape[x.rank - 1] as number).values);

/** Values between those of the sorted x[…, size], at `at` of its length: numpy's linear quantile. */
function quantile(x: Tensor, at: number): Tensor {
  const place = at * ((x.shape[x.rank - 1] as number) - 1);
  const [low, high] = [Math.floor(place), Math.ceil(place)];
  const values = sorted(x);
  const take = (index: number) =>
    tf.squeeze(tf.slice(values, [...x.shape.map(() => 0).slice(1), index], [...x.shape.slice(0, -1), 1]), [-1]);
  const value = low === high ? take(low) : tf.add(tf.mul(take(low), high - place), tf.mul(take(high), place - low));
  // A NaN makes all of them NaN.
  return tf.add(value, tf.mul(0, tf.sum(x, -1)));
}

/** Quantiles along axes. `quantile` gives that of each row; `scale` is what stands for all of a row. */
export function quantiles(
  { x, q, axis, keepdims }: Operands,
  scale: number,
  quantile: (rows: Tensor, at: number) => Tensor,
): Tensor {
  const input = floatOf(x);
  const axes = axesOf(axis, input.rank);
  const rows = asLast(input, axes);
  const shape = reducedShape(input.shape, axes, keepdims === true) as number[];
  const one = (at: unknown) => tf.reshape(quantile(rows, numberOf(at, "q") / scale), shape);
  return Array.isArray(q) ? tf.stack(q.map(one)) : one(q);
}

const quantileType = (className: string, scale: number): OperationType => ({
  className,
  module: NUMPY,
  parameters: ["x", "q"],
  settings: { axis: null, method: "linear", keepdims: false },
  load: (operands) => {
    for (const at of [operands.q].flat()) numberOf(at, "q");
    // Keras takes no other, whatever the setting says.
    return operands;
  },
  shape: ({ x, q, axis, keepdims }) => {
    const shape = shapeOf(x);
    return [...shapeOf(q), ...reducedShape(shape, axesOf(axis, shape.length), keepdims === true)];
  },
  run: (operands) => quantiles(operands, scale, quantile),
});

/** Sums along one axis, or along all of x as one; of some dtype. */
const running = (className: string, compute: (x: Tensor, axis: number) => Tensor): OperationType => ({
  className,
  module: NUMPY,
  parameters: ["x"],
  settings: { axis: null, dtype: null },
  shape: ({ x, axis }) => (axis === null ? [sizeOf(shapeOf(x))] : shapeOf(x)),
  run: ({ x, axis, dtype }) => {
    const given = countable(tensorOf(x));
    const input = dtype === null ? given : tf.cast(given, typeOf(dtype));
    return axis === null ? compute(tf.reshape(input, [-1]), 0) : compute(input, axisOf(axis, input.rank));
  },
});

/** By doubling: each step multiplies by the products of as many values before. tfjs' own has no gradient. */
function cumulativeProduct(x: Tensor, axis: number): Tensor {
  return onLast(x, axis, (moved) => {
    const length = moved.shape[moved.rank - 1] as number;
    let product = moved;
    for (let step = 1; step < length; step *= 2) {
      const paddings = moved.shape.map((_, i): [number, number] => [i === moved.rank - 1 ? step : 0, 0]);
      const begin = moved.shape.map(() => 0);
      const before = tf.slice(product, begin, [...moved.shape.slice(0, -1), length - step]);
      product = tf.mul(product, tf.pad(before, paddings, 1));
    }
    return product;
  });
}

function norm(x: Tensor, order: unknown, axis: unknown, keepDims: boolean): Tensor {
  const axes = axesOf(axis, x.rank);
  const sums = (values: Tensor) => tf.sum(values, axes, keepDims);
  if (order === null && axis === null) return tf.sqrt(sums(tf.square(x)));
  if (axes.length === 1) {
    const size = tf.abs(x);
    if (order === null || order === 2) return tf.sqrt(sums(tf.square(x)));
    if (order === Number.POSITIVE_INFINITY || order === "inf") return tf.max(size, axes, keepDims);
    if (order === Number.NEGATIVE_INFINITY || order === "-inf") return tf.min(size, axes, keepDims);
    if (order === 0) return sums(tf.cast(tf.notEqual(x, 0), "float32"));
    if (order === 1) return sums(size);
    const exponent = numberOf(order, "ord");
    return tf.pow(sums(tf.pow(size, exponent)), 1 / exponent);
  }
  const [rows, columns] = axes as [number, number];
  if (axes.length === 2) {
    if (order === null || order === "fro") return tf.sqrt(sums(tf.square(x)));
    const isLargest = order === 1 || order === Number.POSITIVE_INFINITY || order === "inf";
    if (isLargest || order === -1 || order === Number.NEGATIVE_INFINITY || order === "-inf") {
      const [summed, other] = order === 1 || order === -1 ? [rows, columns] : [columns, rows];
      const found = (isLargest ? tf.max : tf.min)(tf.sum(tf.abs(x), summed, true), other, true);
      return keepDims ? found : tf.squeeze(found, axes);
    }
  }
  throw new Error(`has ord=${JSON.stringify(order)} over ${axes.length} axes, which does not load`);
}

/** Operations that give one value for all along some axes, and running sums. */
export const REDUCTION: readonly OperationType[] = [
  reduction("Sum", (x, axes, keepDims) => tf.sum(countable(x), axes, keepDims)),
  floating("Mean", (x, axes, keepDims) => tf.mean(x, axes, keepDims)),
  reduction(
    "Prod",
    (x, axes, keepDims, { dtype }) => {
      const input = countable(x);
      return tf.prod(dtype === null ? input : tf.cast(input, typeOf(dtype)), axes, keepDims);
    },
    { settings: { dtype: null } },
  ),
  extreme("Max", tf.max, tf.maximum),
  extreme("Min", tf.min, tf.minimum),
  reduction("Amax", (x, axes, keepDims) => tf.max(countable(x), axes, keepDims)),
  reduction("Amin", (x, axes, keepDims) => tf.min(countable(x), axes, keepDims)),
  reduction("Ptp", (x, axes, keepDims) =>
    tf.sub(tf.max(countable(x), axes, keepDims), tf.min(countable(x), axes, keepDims)),
  ),
  floating("Var", variance),
  floating("Std", (x, axes, keepDims) => tf.sqrt(variance(x, axes, keepDims))),
  reduction("All", (x, axes, keepDims) => tf.all(boolOf(x), axes, keepDims)),
  reduction("Any", (x, axes, keepDims) => tf.any(boolOf(x), axes, keepDims)),
  {
    ...reduction("CountNonzero", (x, axes) => tf.sum(tf.cast(boolOf(x), "int32"), axes)),
    settings: { axis: null },
  },
  floating("Logsumexp", (x, axes, keepDims) => tf.logSumExp(x, axes, keepDims), { module: MATH }),
  floating("Norm", (x, _axes, keepDims, { ord, axis }) => norm(x, ord, axis, keepDims), {
    module: "keras.src.ops.linalg",
    settings: { ord: null },
  }),
  floating("Median", (x, axes, keepDims) => quantiles({ x, q: 0.5, axis: axes, keepdims: keepDims }, 1, quantile)),
  quantileType("Quantile", 1),
  quantileType("Percentile", 100),
  withoutNaN("Nansum", 0, tf.sum),
  withoutNaN("Nanprod", 1, tf.prod),
  withoutNaN("Nanmax", Number.NEGATIVE_INFINITY, tf.max),
  withoutNaN("Nanmin", Number.POSITIVE_INFINITY, tf.min),
  floating("Nanmean", knownMean),
  floating("Nanvar", knownVariance),
  floating("Nanstd", (x, axes, keepDims) => tf.sqrt(knownVariance(x, axes, keepDims))),
  place("Argmax", tf.argMax),
  place("Argmin", tf.argMin),
  running("Cumsum", (x, axis) => tf.cumsum(x, axis)),
  running("Cumprod", cumulativeProduct),
  {
    className: "Average",
    module: NUMPY,
    parameters: ["x", "weights"],
    settings: { axis: null },
    shape: ({ x, axis }) => {
      const shape = shapeOf(x);
      return reducedShape(shape, axesOf(axis, shape.length), false);
    },
    run: ({ x, weights, axis }) => {
      const input = floatOf(x);
      const axes = axesOf(axis, input.rank);
      if (weights === null || weights === undefined) return tf.mean(input, axes);
      const given = floatOf(weights);
      const shape = input.shape.map((length, i) => (axes.includes(i) ? length : 1));
      const each = given.rank === input.rank ? given : tf.reshape(given, shape);
      return tf.div(tf.sum(tf.mul(input, each), axes), tf.sum(tf.mul(each, tf.onesLike(input)), axes));
    },
  },
  {
    className: "Moments",
    module: NN,
    parameters: ["x"],
    settings: { axes: null, keepdims: false, synchronized: false },
    shape: ({ x, axes, keepdims }) => {
      const shape = shapeOf(x);
      const reduced = reducedShape(shape, axesOf(axes, shape.length, "axes"), keepdims === true);
      return [reduced, reduced];
    },
    run: ({ x, axes, keepdims }) => {
      const input = floatOf(x);
      const along = axesOf(axes, input.rank, "axes");
      return [tf.mean(input, along, keepdims === true), variance(input, along, keepdims === true)];
    },
  },
  unary(
    "Normalize",
    (x, { axis, order, epsilon }) => {
      const input = floatOf(x);
      const least = epsilon === null ? 1e-7 : numberOf(epsilon, "epsilon");
      if (order !== 2) return tf.div(input, tf.maximum(norm(input, order, axis, true), least));
      const squares = tf.sum(tf.square(input), axesOf(axis, input.rank), true);
      return tf.mul(input, tf.minimum(tf.rsqrt(squares), 1 / least));
    },
    { module: NN, settings: { axis: -1, order: 2, epsilon: null } },
  ),
];
