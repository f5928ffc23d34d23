import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { onLast } from "./along-axis.js";
import { float, NUMPY } from "./elementwise.js";
import { axesOf, axisOf, floatOf, shapeOf, tensorOf, whole } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";
import { quantiles, REDUCTION, sorted } from "./reduction.js";

const named = (className: string): OperationType =>
  REDUCTION.find((type) => type.className === className) as OperationType;

/** An operation of numbers alone: others count as `fill`. */
const withoutNaN = (className: string, plain: string, fill: number): OperationType => {
  const type = named(plain);
  const known = (x: unknown) => {
    const input = floatOf(x);
    return tf.where(tf.isNaN(input), tf.fill(input.shape, fill), input);
  };
  return { ...type, className, run: (operands) => type.run({ ...operands, x: known(operands.x) }) };
};

/** Where the largest or smallest number is; -1 where there is none. */
const place = (className: string, plain: string, fill: number): OperationType => {
  const type = withoutNaN(className, plain, fill);
  return {
    ...type,
    run: (operands) => {
      const x = floatOf(operands.x);
      const axes = operands.axis === null ? axesOf(null, x.rank) : [axisOf(operands.axis, x.rank)];
      const isNone = tf.all(tf.isNaN(x), axes, operands.keepdims === true);
      const found = type.run(operands) as Tensor;
      return tf.where(isNone, tf.fill(found.shape, -1, "int32"), found);
    },
  };
};

/** numpy's linear quantile of the numbers of x[…, size]: what is near the place counts the more. */
function quantile(x: Tensor, at: number): Tensor {
  const isKnown = tf.logicalNot(tf.isNaN(x));
  const counts = tf.sum(tf.cast(isKnown, "float32"), -1, true);
  // What is no number comes last, and counts nothing.
  const values = sorted(tf.where(isKnown, x, tf.fill(x.shape, Number.POSITIVE_INFINITY)));
  const distance = tf.abs(tf.sub(tf.range(0, x.shape.at(-1) as number), tf.mul(tf.sub(counts, 1), at)));
  const share = tf.relu(tf.sub(1, distance));
  const found = tf.sum(tf.mul(tf.where(tf.greater(share, 0), values, tf.zerosLike(values)), share), -1);
  return tf.where(tf.greater(tf.squeeze(counts, [-1]), 0), found, tf.fill(found.shape, Number.NaN));
}

/** Correlations of rows. */
function correlations(x: Tensor): Tensor {
  if (x.rank < 2) return tf.div(tf.sum(x), tf.sum(x));
  const centred = tf.sub(x, tf.mean(x, 1, true));
  const sums = tf.matMul(centred, centred, false, true);
  const deviations = tf.sqrt(tf.sum(tf.square(centred), 1));
  return tf.clipByValue(tf.div(tf.div(sums, tf.expandDims(deviations, 1)), deviations), -1, 1);
}

/** The places of the smallest kth + 1 values in order, then the others as they come. */
function partition(x: Tensor, kth: number): Tensor {
  const size = x.shape.at(-1) as number;
  const count = (kth < 0 ? kth + size : kth) + 1;
  const { indices } = tf.topk(tf.neg(x), count);
  const isTaken = tf.any(tf.equal(tf.expandDims(indices, -1), tf.range(0, size, 1, "int32")), -2);
  const order = tf.where(isTaken, tf.fill(x.shape, -1), tf.broadcastTo(tf.range(size, 0, -1), x.shape));
  return tf.concat([indices, tf.topk(order, size - count).indices], -1);
}

const polynomial = (x: Tensor, coefficients: readonly number[]): Tensor =>
  coefficients.reduceRight<Tensor>((sum, each) => tf.add(tf.mul(sum, x), each), tf.zerosLike(x));

/** Abramowitz and Stegun 9.8.1 and 9.8.2. */
const SMALL = [1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813];
const LARGE = [
  0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377,
];

/** The modified Bessel function of order 0. */
function bessel(x: Tensor): Tensor {
  const size = tf.abs(x);
  const isSmall = tf.less(size, 3.75);
  const near = polynomial(tf.square(tf.div(tf.minimum(size, 3.75), 3.75)), SMALL);
  const beyond = tf.maximum(size, 3.75);
  const far = tf.mul(tf.div(tf.exp(beyond), tf.sqrt(beyond)), polynomial(tf.div(3.75, beyond), LARGE));
  return tf.where(isSmall, near, far);
}

/** The names of a pattern's axes, those in brackets together: `b (h w)` is `[["b"], ["h", "w"]]`. */
const groupsOf = (pattern: string): string[][] =>
  [...pattern.matchAll(/\w+|\(.*?\)/g)].map(([group]) => [...group.matchAll(/\w+/g)].map(([name]) => name));

/** einops' rearrange: axes are split, ordered and joined as the pattern says. */
function rearrange({ tensor: given, pattern, ...lengths }: Operands): Tensor {
  const x = tensorOf(given);
  const [left = "", right = ""] = String(pattern).split("->");
  const known = new Map<string, number>();
  const groups = groupsOf(left);
  if (groups.length !== x.rank) throw new Error(`has the pattern '${pattern}' for ${x.rank} axes`);
  for (const [axis, names] of groups.entries()) {
    const missing = names.filter((name) => lengths[name] === undefined);
    if (missing.length > 1) throw new Error(`has the pattern '${pattern}' and no length for '${missing[0]}'`);
    const others = names.filter((name) => lengths[name] !== undefined);
    for (const name of others) known.set(name, whole(lengths[name], name));
    const product = others.reduce((total, name) => total * (known.get(name) as number), 1);
    if (missing[0] !== undefined) known.set(missing[0], (x.shape[axis] as number) / product);
  }
  const order = groups.flat();
  const target = groupsOf(right);
  const lengthOf = (name: string) => known.get(name) as number;
  if ([...target.flat()].sort().join() !== [...order].sort().join())
    throw new Error(`has the pattern '${pattern}', whose sides name different axes`);
  const moved = tf.transpose(
    tf.reshape(x, order.map(lengthOf)),
    target.flat().map((name) => order.indexOf(name)),
  );
  return tf.reshape(
    moved,
    target.map((names) => names.reduce((total, name) => total * lengthOf(name), 1)),
  );
}

/** Operations on what of the values is a number, and on many values at once. */
export const STATISTICS: readonly OperationType[] = [
  place("Nanargmax", "Argmax", Number.NEGATIVE_INFINITY),
  place("Nanargmin", "Argmin", Number.POSITIVE_INFINITY),
  withoutNaN("Nancumsum", "Cumsum", 0),
  withoutNaN("Nancumprod", "Cumprod", 1),
  { ...named("Median"), className: "Nanmedian", run: (operands) => quantiles({ ...operands, q: 0.5 }, 1, quantile) },
  { ...named("Quantile"), className: "Nanquantile", run: (operands) => quantiles(operands, 1, quantile) },
  { ...named("Percentile"), className: "Nanpercentile", run: (operands) => quantiles(operands, 100, quantile) },
  {
    className: "Corrcoef",
    module: NUMPY,
    parameters: ["x"],
    shape: ({ x }) => {
      const [rows = null, ...others] = shapeOf(x);
      return others.length === 0 ? [] : [rows, rows];
    },
    run: ({ x }) => correlations(floatOf(x)),
  },
  {
    className: "Argpartition",
    module: NUMPY,
    parameters: ["x"],
    settings: { kth: undefined, axis: -1 },
    run: ({ x, kth, axis }) => {
      const input = axis === null ? tf.reshape(floatOf(x), [-1]) : floatOf(x);
      return onLast(input, axisOf(axis ?? 0, input.rank), (moved) => partition(moved, whole(kth, "kth")));
    },
  },
  float("I0", bessel),
  {
    className: "Rearrange",
    module: "keras.src.ops.einops",
    parameters: ["tensor", "pattern"],
    takesMore: true,
    run: rearrange,
  },
];
