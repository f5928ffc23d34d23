import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { LINALG, stacked } from "./matrices.js";
import { floatOf, shapeOf } from "./operands.js";
import type { OperationType } from "./operation-type.js";

/** Rows and columns of matrices, which must be known, and the axes before them. */
function sidesOf(x: unknown) {
  const shape = shapeOf(x);
  const [rows, columns] = shape.slice(-2);
  if (shape.length > 1 && typeof rows === "number" && typeof columns === "number" && rows > 0 && columns > 0)
    return { outer: shape.slice(0, -2), rows, columns };
  throw new Error(`takes matrices whose sides are known, not the shape [${shape.join(", ")}]`);
}

/** 1 at one place, 0 at the others. */
const unit = (size: number, at: number): Tensor => tf.oneHot(tf.scalar(at, "int32"), size).cast("float32");

const column = (x: Tensor, at: number): Tensor => tf.slice(x, [0, 0, at], [-1, -1, 1]);

/** Householder's reflections as LAPACK takes them; both factors are as differentiable as the steps. */
function reflected(x: Tensor): { readonly q: Tensor; readonly r: Tensor } {
  const [count, rows, columns] = x.shape as [number, number, number];
  let [q, r] = [tf.broadcastTo(tf.eye(rows), [count, rows, rows]) as Tensor, x];
  for (let k = 0; k < Math.min(rows - 1, columns); k++) {
    const [first, below] = tf.split(tf.slice(r, [0, k, k], [-1, -1, 1]), [1, rows - k - 1], 1) as [Tensor, Tensor];
    const size = tf.sum(tf.square(below), 1, true);
    // A column that is 0 below the diagonal stays.
    const isOpen = tf.greater(size, 0);
    const norm = tf.sqrt(tf.where(isOpen, tf.add(tf.square(first), size), tf.onesLike(first)));
    const head = tf.where(tf.greaterEqual(first, 0), tf.add(first, norm), tf.sub(first, norm));
    const vector = tf.pad(tf.concat([head, below], 1), [
      [0, 0],
      [k, 0],
      [0, 0],
    ]);
    const factor = tf.where(isOpen, tf.div(2, tf.add(tf.square(head), size)), tf.zerosLike(first));
    const scaled = tf.mul(vector, factor);
    r = tf.sub(r, tf.matMul(scaled, tf.matMul(vector, r, true, false)));
    q = tf.sub(q, tf.matMul(tf.matMul(q, scaled), vector, false, true));
  }
  const at = (length: number) => tf.range(0, length, 1, "int32");
  const isUpper = tf.lessEqual(tf.expandDims(at(rows), 1), at(columns));
  return { q, r: tf.where(isUpper, r, tf.zerosLike(r)) };
}

/** The triangles of the elimination with the largest pivot of each column, in one matrix, and which row each was. */
function eliminated(x: Tensor): { readonly triangles: Tensor; readonly pivots: Tensor } {
  const [, rows, columns] = x.shape as [number, number, number];
  const row = tf.range(0, rows, 1, "int32");
  const pivots: Tensor[] = [];
  let left = x;
  for (let k = 0; k < Math.min(rows, columns); k++) {
    const sizes = tf.abs(tf.squeeze(column(left, k), [2]));
    const chosen = tf.argMax(tf.where(tf.less(row, tf.scalar(k, "int32")), tf.fill(sizes.shape, -1), sizes), 1);
    pivots.push(chosen);
    const isChosen = tf.cast(tf.equal(tf.expandDims(chosen, 1), row), "float32");
    const change = tf.expandDims(tf.sub(isChosen, unit(rows, k)), 2);
    const pivotRow = tf.matMul(tf.expandDims(isChosen, 1), left);
    left = tf.sub(left, tf.mul(change, tf.sub(pivotRow, tf.slice(left, [0, k, 0], [-1, 1, -1]))));
    const pivot = column(pivotRow, k);
    const isBelow = tf.reshape(tf.cast(tf.greater(row, tf.scalar(k, "int32")), "float32"), [1, -1, 1]);
    const factors = tf.mul(tf.div(column(left, k), tf.where(tf.equal(pivot, 0), tf.onesLike(pivot), pivot)), isBelow);
    const place = tf.range(0, columns, 1, "int32");
    const isRight = tf.cast(tf.greater(place, tf.scalar(k, "int32")), "float32");
    const kept = tf.sub(1, tf.mul(isBelow, unit(columns, k)));
    left = tf.add(
      tf.sub(tf.mul(left, kept), tf.mul(factors, tf.mul(pivotRow, isRight))),
      tf.mul(factors, unit(columns, k)),
    );
  }
  return { triangles: left, pivots: tf.stack(pivots, 1) };
}

/** Matrices as products of simpler ones. */
export const FACTORS: readonly OperationType[] = [
  {
    className: "Qr",
    module: LINALG,
    parameters: ["x"],
    settings: { mode: "reduced" },
    shape: ({ x, mode }) => {
      if (mode !== "reduced" && mode !== "complete")
        throw new Error(`has mode=${JSON.stringify(mode)?.slice(0, 80)}, expected "reduced" or "complete"`);
      const { outer, rows, columns } = sidesOf(x);
      const inner = mode === "complete" ? rows : Math.min(rows, columns);
      return [
        [...outer, rows, inner],
        [...outer, inner, columns],
      ];
    },
    run: ({ x, mode }) => {
      const given = floatOf(x);
      const [rows, columns] = given.shape.slice(-2) as [number, number];
      const inner = mode === "complete" ? rows : Math.min(rows, columns);
      const { q, r } = reflected(stacked(given));
      const outer = given.shape.slice(0, -2);
      return [
        tf.reshape(tf.slice(q, [0, 0, 0], [-1, -1, inner]), [...outer, rows, inner]),
        tf.reshape(tf.slice(r, [0, 0, 0], [-1, inner, -1]), [...outer, inner, columns]),
      ];
    },
  },
  {
    className: "LuFactor",
    module: LINALG,
    parameters: ["x"],
    shape: ({ x }) => {
      const { outer, rows, columns } = sidesOf(x);
      return [
        [...outer, rows, columns],
        [...outer, Math.min(rows, columns)],
      ];
    },
    run: ({ x }) => {
      const given = floatOf(x);
      const { triangles, pivots } = eliminated(stacked(given));
      return [tf.reshape(triangles, given.shape), tf.reshape(pivots, [...given.shape.slice(0, -2), -1])];
    },
  },
];
