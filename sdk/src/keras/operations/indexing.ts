import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import type { Shape } from "../layers/keras-layer.js";
import { onLast } from "./along-axis.js";
import { CORE, countable, MATH, NN, NUMPY, unary } from "./elementwise.js";
import { GET_ITEM } from "./get-item.js";
import { alike, axisOf, broadcastShape, floatOf, shapeOf, tensorOf, typeOf, whole, wholes } from "./operands.js";
import type { OperationType } from "./operation-type.js";
import { sorted } from "./reduction.js";

/** Indices from the end count back from a length. */
function positions(indices: unknown, length: number): Tensor {
  const given = tf.cast(tensorOf(indices), "int32");
  return tf.where(tf.less(given, 0), tf.add(given, tf.scalar(length, "int32")), given);
}

/** Numbers that a call gives as indices are within the axis. */
function checkIndices(indices: unknown, length: number | null): void {
  const isArray = typeof indices === "object" && indices !== null && "shape" in indices && "values" in indices;
  const numbers = isArray ? [...(indices.values as Int32Array)] : [indices].flat(Number.POSITIVE_INFINITY);
  for (const index of numbers)
    if (typeof index === "number" && length !== null && (index < -length || index >= length))
      throw new Error(`takes the index ${index} of an axis of ${length}`);
}

function take(x: Tensor, indices: unknown, axis: number): Tensor {
  return tf.gather(x, positions(indices, x.shape[axis] as number), axis);
}

/** The values of x[…, length] at indices[…, count], other axes broadcast. */
function takeAlongLast(x: Tensor, indices: unknown): Tensor {
  const length = x.shape[x.rank - 1] as number;
  const at = positions(indices, length);
  const outer = broadcastShape([x.shape.slice(0, -1), at.shape.slice(0, -1)]) as number[];
  const count = at.shape[at.rank - 1] as number;
  const values = tf.reshape(tf.broadcastTo(x, [...outer, length]), [-1]);
  const rows = tf.reshape(tf.broadcastTo(at, [...outer, count]), [-1, count]);
  // Not gather's batchDims, with which wasm reads beyond its memory.
  const starts = tf.range(0, rows.shape[0] as number, 1, "int32");
  const places = tf.add(rows, tf.expandDims(tf.mul(starts, tf.scalar(length, "int32")), 1));
  const isOutside = tf.logicalOr(tf.less(rows, 0), tf.greaterEqual(rows, length));
  // gather refuses -1; another row's place it would take.
  const checked = tf.where(isOutside, tf.fill(rows.shape, -1, "int32"), places);
  return tf.reshape(tf.gather(values, tf.reshape(checked, [-1])), [...outer, count]);
}

function takeAlongAxis(x: Tensor, indices: Tensor, axis: number): Tensor {
  const last = x.rank - 1;
  if (axis === last) return takeAlongLast(x, indices);
  return onLast(x, axis, (moved) => takeAlongLast(moved, onLastIndices(indices, axis)));
}

function onLastIndices(indices: Tensor, axis: number): Tensor {
  const order = indices.shape.map((_, i) => i).filter((i) => i !== axis);
  return tf.transpose(indices, [...order, axis]);
}

/** 1 at each index and 0 elsewhere, on a new axis. */
function oneHot(x: Tensor, classes: unknown, axis: unknown, dtype: unknown): Tensor {
  const hot = tf.oneHot(tf.cast(x, "int32"), whole(classes, "num_classes"));
  const to = axisOf(axis, hot.rank);
  const order = hot.shape.map((_, i) => i).slice(0, -1);
  order.splice(to, 0, hot.rank - 1);
  return tf.cast(tf.transpose(hot, order), dtype === null ? "float32" : typeOf(dtype));
}

function order(x: Tensor): Tensor {
  return tf.topk(tf.neg(floatOf(x)), x.shape[x.rank - 1] as number).indices;
}

/** How many of the sorted values are below each value of x, or not above. */
function search(values: unknown, x: unknown, isRight: boolean): Tensor {
  const [bins, given] = alike([tensorOf(values), tensorOf(x)]) as [Tensor, Tensor];
  const each = tf.expandDims(given, -1);
  return tf.sum(tf.cast(isRight ? tf.lessEqual(bins, each) : tf.less(bins, each), "int32"), -1);
}

/** Refuses a sparse result. */
export const refuseSparse = (operands: Readonly<Record<string, unknown>>): typeof operands => {
  if (operands.sparse === true) throw new Error("has sparse=true, which does not load");
  return operands;
};

/** Operations that take values by their places, and give places of values. */
export const INDEXING: readonly OperationType[] = [
  GET_ITEM,
  {
    className: "Take",
    module: NUMPY,
    parameters: ["x", "indices"],
    settings: { axis: null },
    shape: ({ x, indices, axis }) => {
      const shape = shapeOf(x);
      const taken = shapeOf(indices);
      if (axis === null) return taken;
      const at = axisOf(axis, shape.length);
      checkIndices(indices, shape[at] as number | null);
      return [...shape.slice(0, at), ...taken, ...shape.slice(at + 1)];
    },
    run: ({ x, indices, axis }) => {
      const input = tensorOf(x);
      return axis === null ? take(tf.reshape(input, [-1]), indices, 0) : take(input, indices, axisOf(axis, input.rank));
    },
  },
  {
    className: "TakeAlongAxis",
    module: NUMPY,
    parameters: ["x", "indices"],
    settings: { axis: null },
    shape: ({ x, indices, axis }) => {
      const [shape, taken] = [shapeOf(x), shapeOf(indices)];
      if (axis === null) return taken;
      const at = axisOf(axis, shape.length);
      checkIndices(indices, shape[at] as number | null);
      const without = (lengths: Shape) => lengths.map((length, i) => (i === at ? 1 : length));
      return broadcastShape([without(shape), without(taken)]).map((length, i) =>
        i === at ? (taken[at] as number | null) : length,
      );
    },
    run: ({ x, indices, axis }) => {
      const [input, at] = [tensorOf(x), tensorOf(indices)];
      if (axis === null) return takeAlongLast(tf.reshape(input, [-1]), tf.reshape(at, [-1]));
      return takeAlongAxis(input, at, axisOf(axis, input.rank));
    },
  },
  {
    className: "Slice",
    module: CORE,
    parameters: ["inputs", "start_indices"],
    settings: { shape: undefined },
    load: (operands) => {
      wholes(operands.start_indices, "start_indices");
      return operands;
    },
    shape: ({ inputs, start_indices: starts, shape }) => {
      const [given, size] = [shapeOf(inputs), wholes(shape, "shape")];
      if (given.length !== size.length || wholes(starts, "start_indices").length !== size.length)
        throw new Error(`slices ${size.length} axes of ${given.length}`);
      for (const [axis, length] of given.entries())
        if (length !== null && (size[axis] as number) > length)
          throw new Error(`slices ${size[axis]} values of an axis of ${length}`);
      return size;
    },
    run: ({ inputs, start_indices: starts, shape }) => {
      const [x, size] = [tensorOf(inputs), wholes(shape, "shape")];
      // As in Keras, a slice that begins too late begins earlier.
      const begin = wholes(starts, "start_indices").map((start, axis) => {
        const length = x.shape[axis] as number;
        return Math.max(0, Math.min(start < 0 ? start + length : start, length - (size[axis] as number)));
      });
      return tf.slice(x, begin, size);
    },
  },
  {
    className: "OneHot",
    module: NN,
    parameters: ["x"],
    settings: { num_classes: undefined, axis: -1, dtype: null, sparse: false },
    load: refuseSparse,
    shape: ({ x, num_classes: classes, axis }) => {
      const shape = shapeOf(x);
      const at = axisOf(axis, shape.length + 1);
      return [...shape.slice(0, at), whole(classes, "num_classes"), ...shape.slice(at)];
    },
    run: ({ x, num_classes: classes, axis, dtype }) => oneHot(tensorOf(x), classes, axis, dtype),
  },
  {
    className: "MultiHot",
    module: NN,
    parameters: ["inputs"],
    settings: { num_classes: undefined, axis: -1, dtype: null, sparse: false },
    load: refuseSparse,
    shape: ({ inputs, num_classes: classes, axis }) => {
      const shape = shapeOf(inputs);
      const at = axisOf(axis, shape.length + 1);
      const most = shape.length > 1 ? 1 : 0;
      return [...shape.slice(0, at), whole(classes, "num_classes"), ...shape.slice(at)].filter((_, i) => i !== most);
    },
    run: ({ inputs, num_classes: classes, axis, dtype }) => {
      const x = tensorOf(inputs);
      return tf.max(oneHot(x, classes, axis, dtype), x.rank > 1 ? 1 : 0);
    },
  },
  unary("Sort", (x, { axis }) => onLast(countable(x), axisOf(axis, x.rank), sorted), { settings: { axis: -1 } }),
  {
    className: "Argsort",
    module: NUMPY,
    parameters: ["x"],
    settings: { axis: -1 },
    shape: ({ x }) => shapeOf(x),
    run: ({ x, axis }) => {
      const input = tensorOf(x);
      return axis === null ? order(tf.reshape(input, [-1])) : onLast(input, axisOf(axis, input.rank), order);
    },
  },
  {
    className: "TopK",
    module: MATH,
    parameters: ["x"],
    settings: { k: undefined, sorted: true },
    shape: ({ x, k }) => {
      const shape = shapeOf(x);
      const [length = null, count] = [shape.at(-1), whole(k, "k")];
      if (length !== null && count > length) throw new Error(`takes the largest ${count} of ${length} values`);
      const outer = shape.slice(0, -1);
      return [
        [...outer, count],
        [...outer, count],
      ];
    },
    run: ({ x, k }) => {
      const { values, indices } = tf.topk(countable(tensorOf(x)), whole(k, "k"), true);
      return [values, indices];
    },
  },
  {
    className: "InTopK",
    module: MATH,
    parameters: ["targets", "predictions"],
    settings: { k: undefined },
    shape: ({ targets }) => shapeOf(targets),
    run: ({ targets, predictions, k }) => {
      const scores = floatOf(predictions);
      const own = takeAlongLast(scores, tf.expandDims(tensorOf(targets), -1));
      const above = tf.sum(tf.cast(tf.greater(scores, own), "int32"), -1);
      return tf.less(above, tf.scalar(whole(k, "k"), "int32"));
    },
  },
  {
    className: "SearchSorted",
    module: NUMPY,
    parameters: ["sorted_sequence", "values"],
    settings: { side: "left" },
    shape: ({ values }) => shapeOf(values),
    run: ({ sorted_sequence: sequence, values, side }) => search(sequence, values, side === "right"),
  },
  {
    className: "Digitize",
    module: NUMPY,
    parameters: ["x", "bins"],
    shape: ({ x }) => shapeOf(x),
    run: ({ x, bins }) => search(bins, x, true),
  },
];
