import { sizeOf } from "../../tensors/size-of.js";
import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { CORE, countable, MATH, NUMPY } from "./elementwise.js";
import { refuseSparse } from "./indexing.js";
import { alike, floatOf, numberOf, shapeOf, tensorOf, whole, wholes } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";
import { readNow } from "./read-now.js";

/** For each of `count` places whether each of the numbers names it: `[count, size]`. What names none is left out. */
const naming = (places: Tensor, count: number): Tensor =>
  tf.equal(tf.expandDims(tf.range(0, count, 1, "int32"), 1), tf.reshape(tf.cast(places, "int32"), [1, -1]));

/** The values `[size, …]` that are added to each of the places. */
function sumsAt(values: Tensor, isAt: Tensor): Tensor {
  const rows = tf.reshape(tf.cast(values, "float32"), [values.shape[0] as number, -1]);
  const sums = tf.reshape(tf.matMul(tf.cast(isAt, "float32"), rows), [
    isAt.shape[0] as number,
    ...values.shape.slice(1),
  ]);
  return tf.cast(sums, countable(values).dtype);
}

/** Values of the places, reduced; `none` where there are none. */
function reduceAt(values: Tensor, isAt: Tensor, reduce: typeof tf.max, none: number): Tensor {
  const shape = [...isAt.shape, ...values.shape.slice(1)];
  const isOwn = tf.broadcastTo(tf.reshape(isAt, [...isAt.shape, ...values.shape.slice(1).map(() => 1)]), shape);
  const all = tf.broadcastTo(tf.expandDims(values, 0), shape);
  return reduce(tf.where(isOwn, all, tf.fill(shape, none, values.dtype as "float32")), 1);
}

/** The least number of a type, or its negative. */
const beyond = (x: Tensor, sign: 1 | -1): number =>
  x.dtype === "float32" ? sign / 0 : sign < 0 ? -(2 ** 31) : 2 ** 31 - 1;
const largestAt = (values: Tensor, isAt: Tensor) => reduceAt(values, isAt, tf.max, beyond(values, -1));
const smallestAt = (values: Tensor, isAt: Tensor) => reduceAt(values, isAt, tf.min, beyond(values, 1));
const productAt = (values: Tensor, isAt: Tensor) => reduceAt(values, isAt, tf.prod, 1);

const segments = (className: string, compute: (values: Tensor, isAt: Tensor) => Tensor): OperationType => ({
  className,
  module: MATH,
  parameters: ["data", "segment_ids"],
  settings: { num_segments: null, sorted: false },
  load: (operands) => {
    whole(operands.num_segments, "num_segments");
    return operands;
  },
  shape: ({ data, num_segments: count }) => [whole(count, "num_segments"), ...shapeOf(data).slice(1)],
  run: ({ data, segment_ids: ids, num_segments: count }) =>
    compute(countable(tensorOf(data)), naming(tensorOf(ids), whole(count, "num_segments"))),
});

/** The place of each index `[size, depth]` among those of the shape, row by row; -1 if it is outside. */
function placesOf(indices: Tensor, shape: readonly number[]): Tensor {
  const rows = tf.reshape(tf.cast(indices, "int32"), [-1, shape.length]);
  const lengths = tf.tensor1d(shape as number[], "int32");
  const at = tf.where(tf.less(rows, 0), tf.add(rows, lengths), rows);
  const isInside = tf.all(tf.logicalAnd(tf.greaterEqual(at, 0), tf.less(at, lengths)), 1);
  const steps = tf.tensor1d(
    shape.map((_, i) => sizeOf(shape.slice(i + 1))),
    "int32",
  );
  const places = tf.sum(tf.mul(at, steps), 1);
  return tf.where(isInside, places, tf.fill(places.shape, -1, "int32"));
}

/** Updates `[size, …]`, their places in `shape`, and how many places there are. */
function updating(indices: unknown, updates: Tensor, shape: readonly number[]) {
  const at = tensorOf(indices);
  const depth = at.shape.at(-1) as number;
  const places = placesOf(at, shape.slice(0, depth));
  const values = tf.broadcastTo(updates, [...at.shape.slice(0, -1), ...shape.slice(depth)]);
  const outer = shape.slice(0, depth);
  return {
    values: tf.reshape(values, [places.size, ...shape.slice(depth)]),
    places,
    isAt: naming(places, sizeOf(outer)),
  };
}

/** Of several values for one place the last counts. */
function withoutEarlier(isAt: Tensor): Tensor {
  const counts = tf.cumsum(tf.cast(isAt, "int32"), 1, false, true);
  return tf.logicalAnd(isAt, tf.equal(counts, tf.scalar(1, "int32")));
}

function scatterUpdate({ inputs, indices, updates, reduction }: Operands): Tensor {
  const x = tensorOf(inputs);
  const { values, isAt } = updating(indices, tf.cast(tensorOf(updates), x.dtype), x.shape);
  const shaped = (each: Tensor) => tf.reshape(each, x.shape);
  if (reduction === "add") return tf.add(x, shaped(sumsAt(values, isAt)));
  if (reduction === "max") return tf.maximum(x, shaped(largestAt(values, isAt)));
  if (reduction === "min") return tf.minimum(x, shaped(smallestAt(values, isAt)));
  if (reduction === "mul") return tf.mul(x, shaped(productAt(values, isAt)));
  const isHit = tf.reshape(tf.any(isAt, 1), [isAt.shape[0] as number, ...values.shape.slice(1).map(() => 1)]);
  const hit = shaped(tf.broadcastTo(isHit, [isAt.shape[0] as number, ...values.shape.slice(1)]));
  return tf.where(hit, shaped(sumsAt(values, withoutEarlier(isAt))), x);
}

const REDUCTIONS: readonly unknown[] = [null, "add", "max", "min", "mul"];

/** Where the slice begins: as in Keras, one that begins too late begins earlier. */
const beginOf = (starts: unknown, shape: readonly number[], size: readonly number[]): number[] =>
  wholes(starts, "start_indices").map((start, axis) => {
    const length = shape[axis] as number;
    return Math.max(0, Math.min(start < 0 ? start + length : start, length - (size[axis] as number)));
  });

function sliceUpdate({ inputs, start_indices: starts, updates }: Operands): Tensor {
  const [x, by] = alike([tensorOf(inputs), tensorOf(updates)]) as [Tensor, Tensor];
  const pairs = beginOf(starts, x.shape, by.shape).map((start, axis): [number, number] => [
    start,
    (x.shape[axis] as number) - start - (by.shape[axis] as number),
  ]);
  return tf.where(tf.cast(tf.pad(tf.ones(by.shape), pairs), "bool"), tf.pad(by, pairs), x);
}

function histogram({ x, bins, range }: Operands): Tensor[] {
  const values = tf.reshape(floatOf(x), [-1]);
  const count = whole(bins, "bins");
  const [low, high] = Array.isArray(range)
    ? (range.map((end) => tf.scalar(numberOf(end, "range"))) as [Tensor, Tensor])
    : [tf.min(values), tf.max(values)];
  const isOne = tf.equal(low, high);
  const [first, last] = [tf.where(isOne, tf.sub(low, 0.5), low), tf.where(isOne, tf.add(high, 0.5), high)];
  const share = tf.tensor1d(Float32Array.from({ length: count + 1 }, (_, i) => i / count));
  const edges = tf.add(tf.mul(tf.sub(1, share), first), tf.mul(share, last));
  const above = tf.greaterEqual(values, tf.expandDims(tf.slice(edges, 0, count), 1));
  const below = tf.less(values, tf.expandDims(tf.slice(edges, 1, count), 1));
  // The last bin has its end.
  const isEnd = tf.logicalAnd(tf.equal(tf.expandDims(tf.range(0, count), 1), count - 1), tf.equal(values, last));
  return [tf.sum(tf.cast(tf.logicalOr(tf.logicalAnd(above, below), isEnd), "float32"), 1), edges];
}

/** How often each number up to the largest, or more, is there: the length depends on the values. */
function bincount(x: Tensor, weights: Tensor | undefined, least: number): Tensor {
  const count = Math.max(least, x.size === 0 ? 0 : ((readNow("Bincount", tf.max(x))[0] as number) ?? -1) + 1);
  const rows = tf.unstack(tf.reshape(x, [-1, x.shape.at(-1) as number]));
  const each = weights && tf.unstack(tf.reshape(weights, [-1, x.shape.at(-1) as number]));
  const counts = rows.map((row, i) => sumsAt(each?.[i] ?? tf.onesLike(row), naming(row, count)));
  return tf.reshape(tf.stack(counts), [...x.shape.slice(0, -1), count]);
}

/** Operations that put values into places, and count them. */
export const SCATTER: readonly OperationType[] = [
  segments("SegmentSum", sumsAt),
  segments("SegmentMax", largestAt),
  segments("SegmentMin", smallestAt),
  segments("SegmentProd", productAt),
  {
    className: "Scatter",
    module: CORE,
    parameters: ["indices", "values"],
    settings: { shape: undefined },
    shape: ({ shape }) => wholes(shape, "shape"),
    run: ({ indices, values, shape }) => {
      const lengths = wholes(shape, "shape");
      const given = updating(indices, countable(tensorOf(values)), lengths);
      return tf.reshape(sumsAt(given.values, given.isAt), lengths);
    },
  },
  {
    className: "ScatterUpdate",
    module: CORE,
    parameters: ["inputs", "indices", "updates"],
    settings: { reduction: null },
    load: (operands) => {
      if (!REDUCTIONS.includes(operands.reduction))
        throw new Error(`has reduction=${JSON.stringify(operands.reduction)?.slice(0, 80)}, which does not load`);
      return operands;
    },
    shape: ({ inputs }) => shapeOf(inputs),
    run: scatterUpdate,
  },
  {
    className: "SliceUpdate",
    module: CORE,
    parameters: ["inputs", "start_indices", "updates"],
    load: (operands) => {
      wholes(operands.start_indices, "start_indices");
      return operands;
    },
    shape: ({ inputs }) => shapeOf(inputs),
    run: sliceUpdate,
  },
  {
    className: "Bincount",
    module: NUMPY,
    parameters: ["x"],
    settings: { weights: null, minlength: 0, sparse: false },
    load: refuseSparse,
    shape: ({ x }) => [...shapeOf(x).slice(0, -1), null],
    run: ({ x, weights, minlength }) =>
      bincount(
        tf.cast(tensorOf(x), "int32"),
        weights === null ? undefined : tensorOf(weights),
        whole(minlength, "minlength"),
      ),
  },
  {
    className: "Histogram",
    module: NUMPY,
    parameters: ["x"],
    settings: { bins: 10, range: null },
    shape: ({ bins }) => [[whole(bins, "bins")], [whole(bins, "bins") + 1]],
    run: histogram,
  },
  {
    className: "UnravelIndex",
    module: NUMPY,
    parameters: ["indices"],
    settings: { shape: undefined },
    shape: ({ indices, shape }) => wholes(shape, "shape").map(() => shapeOf(indices)),
    run: ({ indices, shape }) => {
      const lengths = wholes(shape, "shape");
      const given = tf.cast(tensorOf(indices), "int32");
      const all = tf.scalar(sizeOf(lengths), "int32");
      const at = tf.where(tf.less(given, 0), tf.add(given, all), given);
      return lengths.map((length, i) => {
        const step = tf.scalar(sizeOf(lengths.slice(i + 1)), "int32");
        return tf.mod(tf.floorDiv(at, step), tf.scalar(length, "int32"));
      });
    },
  },
];
