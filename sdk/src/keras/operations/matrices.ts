import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { NUMPY } from "./elementwise.js";
import { broadcastShape, floatOf, shapeOf } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";

export const LINALG = "keras.src.ops.linalg";

export const transposed = (x: Tensor): Tensor => {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
};

/** Rows and columns of matrices, the matrices one after another. */
export const stacked = (x: Tensor): Tensor => tf.reshape(x, [-1, ...x.shape.slice(-2)]);

/** As many rows of 1 on the diagonal as there are. */
const identity = (size: number): Tensor => tf.eye(size);

interface Eliminated {
  /** What solves `a x = b`. */
  readonly solution: Tensor;
  /** The pivots `[count, size]`; their product is the determinant but for its sign. */
  readonly pivots: Tensor;
  /** 1 or -1 for each matrix: whether an odd number of rows changed places. */
  readonly sign: Tensor;
}

/** Gauss and Jordan's elimination of `a` `[count, n, n]` from `b` `[count, n, m]`, with the largest pivot of each column. */
function eliminate(a: Tensor, b: Tensor): Eliminated {
  const size = a.shape[1] as number;
  const width = b.shape[2] as number;
  const row = tf.range(0, size, 1, "int32");
  const pivots: Tensor[] = [];
  let [rows, sign] = [tf.concat([a, b], 2), tf.ones([a.shape[0] as number])];
  for (let k = 0; k < size; k++) {
    const column = tf.slice(rows, [0, 0, k], [-1, -1, 1]);
    const isDone = tf.less(row, tf.scalar(k, "int32"));
    const sizes = tf.where(tf.reshape(isDone, [1, -1]), -1, tf.abs(tf.squeeze(column, [2])));
    const chosen = tf.argMax(sizes, 1);
    const isChosen = tf.cast(tf.equal(tf.expandDims(chosen, 1), row), "float32");
    const isOwn = tf.cast(tf.equal(row, tf.scalar(k, "int32")), "float32");
    // Row k and the chosen one change places.
    const change = tf.expandDims(tf.sub(isChosen, isOwn), 2);
    const [pivotRow, ownRow] = [tf.matMul(tf.expandDims(isChosen, 1), rows), tf.slice(rows, [0, k, 0], [-1, 1, -1])];
    rows = tf.sub(rows, tf.mul(change, tf.sub(pivotRow, ownRow)));
    sign = tf.mul(sign, tf.sub(1, tf.mul(2, tf.cast(tf.notEqual(chosen, tf.scalar(k, "int32")), "float32"))));
    const pivot = tf.slice(pivotRow, [0, 0, k], [-1, 1, 1]);
    pivots.push(tf.reshape(pivot, [-1]));
    const scaled = tf.div(pivotRow, pivot);
    const others = tf.mul(tf.slice(rows, [0, 0, k], [-1, -1, 1]), tf.reshape(tf.sub(1, isOwn), [1, -1, 1]));
    rows = tf.add(
      tf.mul(rows, tf.reshape(tf.sub(1, isOwn), [1, -1, 1])),
      tf.sub(tf.mul(tf.reshape(isOwn, [1, -1, 1]), scaled), tf.mul(others, scaled)),
    );
  }
  return { solution: tf.slice(rows, [0, 0, size], [-1, -1, width]), pivots: tf.stack(pivots, 1), sign };
}

/** The matrix whose product with it is the identity: its gradient is the mathematical one, not that of the steps. */
const inverse = (x: Tensor): Tensor =>
  tf.customGrad((given, save) => {
    const input = stacked(given as Tensor);
    const size = input.shape[1] as number;
    const ones = tf.broadcastTo(identity(size), input.shape);
    const value = tf.reshape(eliminate(input, ones).solution, (given as Tensor).shape);
    (save as (tensors: Tensor[]) => void)([value]);
    const gradFunc = (slope: Tensor, [found]: Tensor[]) => {
      const turned = transposed(found as Tensor);
      return tf.neg(tf.matMul(tf.matMul(turned, slope), turned));
    };
    return { value, gradFunc: gradFunc as (slope: Tensor) => Tensor };
  })(x);

/** log |det| and the sign of each matrix. */
function determinant(x: Tensor): { readonly log: Tensor; readonly sign: Tensor } {
  const outer = x.shape.slice(0, -2);
  const compute = tf.customGrad((given, save) => {
    const input = given as Tensor;
    const empty = tf.zeros([...stacked(input).shape.slice(0, 2), 0]);
    const { pivots, sign } = eliminate(stacked(input), empty);
    const log = tf.sum(tf.log(tf.abs(pivots)), 1);
    const signs = tf.mul(sign, tf.prod(tf.sign(pivots), 1));
    (save as (tensors: Tensor[]) => void)([input]);
    const gradFunc = (slope: Tensor, [saved]: Tensor[]) => {
      const each = tf.reshape(tf.slice(slope, [0, 0], [1, -1]), [...outer, 1, 1]);
      return tf.mul(each, transposed(inverse(saved as Tensor)));
    };
    return { value: tf.stack([log, signs]), gradFunc: gradFunc as (slope: Tensor) => Tensor };
  });
  const [log, sign] = tf.unstack(compute(x)) as [Tensor, Tensor];
  return { log: tf.reshape(log, outer), sign: tf.reshape(sign, outer) };
}

/** What `a` multiplies to give the columns `b`: as `inverse`, with the mathematical gradient. */
const solveColumns = (a: Tensor, b: Tensor): Tensor =>
  tf.customGrad((...given) => {
    const [left, right, save] = given as [Tensor, Tensor, tf.GradSaveFunc];
    const of = (matrices: Tensor, columns: Tensor) =>
      tf.reshape(eliminate(stacked(matrices), stacked(columns)).solution, columns.shape);
    const value = of(left, right);
    save([left, value]);
    const gradFunc = (slope: Tensor, saved: Tensor[]) => {
      const [kept, found] = saved as [Tensor, Tensor];
      const ofRight = of(transposed(kept), slope);
      return [tf.neg(tf.matMul(ofRight, found, false, true)), ofRight];
    };
    return { value, gradFunc: gradFunc as (slope: Tensor) => Tensor[] };
  })(a, b);

export function solve(a: Tensor, b: Tensor): Tensor {
  const columns = b.rank === a.rank - 1 ? tf.expandDims(b, -1) : b;
  const outer = broadcastShape([a.shape.slice(0, -2), columns.shape.slice(0, -2)]) as number[];
  const whole = (x: Tensor) => tf.broadcastTo(x, [...outer, ...x.shape.slice(-2)]);
  const value = solveColumns(whole(a), whole(columns));
  return b.rank === a.rank - 1 ? tf.squeeze(value, [-1]) : value;
}

/** 1 on one side of the diagonal and on it. */
const side = (size: number, isLower: boolean): Tensor => {
  const at = tf.range(0, size, 1, "int32");
  const row = tf.expandDims(at, 1);
  return tf.cast(isLower ? tf.lessEqual(at, row) : tf.greaterEqual(at, row), "float32");
};

/** The lower triangle whose product with its own transpose is the symmetric part of x. */
function cholesky(x: Tensor): Tensor {
  const size = x.shape.at(-1) as number;
  const input = stacked(tf.div(tf.add(x, transposed(x)), 2));
  const columns: Tensor[] = [];
  for (let k = 0; k < size; k++) {
    let rest = tf.slice(input, [0, k, k], [-1, -1, 1]);
    for (const column of columns) {
      const below = tf.slice(column, [0, k, 0], [-1, -1, -1]);
      rest = tf.sub(rest, tf.mul(below, tf.slice(below, [0, 0, 0], [-1, 1, -1])));
    }
    const scaled = tf.div(rest, tf.sqrt(tf.slice(rest, [0, 0, 0], [-1, 1, -1])));
    columns.push(
      tf.pad(scaled, [
        [0, 0],
        [k, 0],
        [0, 0],
      ]),
    );
  }
  return tf.reshape(tf.concat(columns, 2), x.shape);
}

const matrix = (
  className: string,
  run: (x: Tensor, operands: Operands) => Tensor | Tensor[],
  settings: Operands = {},
): OperationType => ({
  className,
  module: LINALG,
  parameters: ["x"],
  settings,
  shape: ({ x }) => square(x),
  run: (operands) => run(floatOf(operands.x), operands),
});

/** The shape of square matrices. */
function square(x: unknown): (number | null)[] {
  const shape = shapeOf(x);
  const [rows, columns] = shape.slice(-2);
  if (shape.length > 1 && rows === columns && rows !== null) return shape;
  throw new Error(`takes square matrices, not the shape [${shape.join(", ")}]`);
}

const outerOf = (x: unknown): (number | null)[] => square(x).slice(0, -2);

/** What is computed of square matrices, one after another or many at once. */
export const MATRICES: readonly OperationType[] = [
  matrix("Inv", inverse),
  {
    ...matrix("Det", (x) => {
      const { log, sign } = determinant(x);
      return tf.mul(sign, tf.exp(log));
    }),
    shape: ({ x }) => outerOf(x),
  },
  { ...matrix("Logdet", (x) => determinant(x).log), module: "keras.src.ops.math", shape: ({ x }) => outerOf(x) },
  {
    ...matrix("Slogdet", (x) => {
      const { log, sign } = determinant(x);
      return [sign, log];
    }),
    module: NUMPY,
    shape: ({ x }) => [outerOf(x), outerOf(x)],
  },
  {
    ...matrix("Solve", () => []),
    parameters: ["a", "b"],
    shape: ({ a, b }) => {
      square(a);
      return shapeOf(b);
    },
    run: ({ a, b }) => solve(floatOf(a), floatOf(b)),
  },
  {
    ...matrix("SolveTriangular", () => []),
    parameters: ["a", "b"],
    settings: { lower: false },
    shape: ({ a, b }) => {
      square(a);
      return shapeOf(b);
    },
    run: ({ a, b, lower }) => {
      const given = floatOf(a);
      return solve(tf.mul(given, side(given.shape.at(-1) as number, lower === true)), floatOf(b));
    },
  },
  matrix("Cholesky", (x, { upper }) => (upper === true ? transposed(cholesky(x)) : cholesky(x)), { upper: false }),
  matrix(
    "CholeskyInverse",
    (x, { upper }) => {
      const kept = inverse(tf.mul(x, side(x.shape.at(-1) as number, upper !== true)));
      return upper === true ? tf.matMul(kept, kept, false, true) : tf.matMul(kept, kept, true, false);
    },
    { upper: false },
  ),
];
