import { sizeOf } from "../../tensors/size-of.js";
import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { contract } from "../layers/contract.js";
import type { Shape } from "../layers/keras-layer.js";
import { move } from "./along-axis.js";
import { countable, NUMPY, unary } from "./elementwise.js";
import { axisOf, broadcastShape, floatOf, shapeOf, tensorOf, whole, wholes } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";
import { ANY_NUMBER, anyNumber, moving } from "./shape.js";

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/** Whole numbers give whole numbers; products are computed in float32. */
export function inFloats(operands: readonly unknown[], compute: (tensors: Tensor[]) => Tensor): Tensor {
  const given = operands.map(tensorOf);
  const value = compute(given.map((each) => tf.cast(each, "float32")));
  return given.every(({ dtype }) => dtype !== "float32") ? tf.cast(value, "int32") : value;
}

/** numpy's matmul: batches broadcast, vectors count as one row or one column. */
function matmul(x1: Tensor, x2: Tensor): Tensor {
  const [a, b] = [x1.rank === 1 ? tf.expandDims(x1, 0) : x1, x2.rank === 1 ? tf.expandDims(x2, -1) : x2];
  const value = a.rank > 2 && b.rank === 2 ? byRows(a, b) : batched(a, b);
  const dropped = [...(x1.rank === 1 ? [value.rank - 2] : []), ...(x2.rank === 1 ? [value.rank - 1] : [])];
  return dropped.length > 0 ? tf.squeeze(value, dropped) : value;
}

const byRows = (a: Tensor, b: Tensor): Tensor =>
  tf.reshape(tf.matMul(tf.reshape(a, [-1, a.shape[a.rank - 1] as number]), b), [
    ...a.shape.slice(0, -1),
    b.shape[1] as number,
  ]);

function batched(a: Tensor, b: Tensor): Tensor {
  const batch = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]) as number[];
  const whole = (x: Tensor) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  return tf.matMul(whole(a), whole(b));
}

function matmulShape(x1: Shape, x2: Shape): Shape {
  const [a, b] = [x1.length === 1 ? [1, ...x1] : x1, x2.length === 1 ? [...x2, 1] : x2];
  broadcastShape([[a.at(-1) ?? null], [b.at(-2) ?? null]]);
  const batch = broadcastShape([a.slice(0, -2), b.slice(0, -2)]);
  const rows = x1.length === 1 ? [] : [a.at(-2) as number | null];
  return [...batch, ...rows, ...(x2.length === 1 ? [] : [b.at(-1) as number | null])];
}

/** What an einsum does: letters for each operand's axes and the result's. */
interface Letters {
  readonly operands: readonly string[];
  readonly output: string;
}

/** Reads `...ij,kji->...k`; an ellipsis becomes letters that are not yet used. */
function lettersOf(subscripts: unknown, ranks: readonly number[]): Letters {
  if (typeof subscripts !== "string") throw new Error("has no subscripts");
  const [left = "", right] = subscripts.replace(/\s/g, "").split("->");
  const terms = left.split(",");
  const isTerm = (term: string) => /^[a-zA-Z]*(\.{3}[a-zA-Z]*)?$/.test(term);
  if (terms.length !== ranks.length || ![...terms, right ?? ""].every(isTerm))
    throw new Error(`has subscripts='${subscripts.slice(0, 80)}' for ${ranks.length} operands`);
  const free = LETTERS.filter((letter) => !subscripts.includes(letter));
  const more = terms.map((term, i) => (term.includes("...") ? (ranks[i] as number) - (term.length - 3) : 0));
  const ellipsis = free.slice(0, Math.max(0, ...more)).join("");
  const operands = terms.map((term, i) => {
    const letters = term.replace("...", more[i] === 0 ? "" : ellipsis.slice(-(more[i] as number)));
    if (letters.length === ranks[i] && (more[i] as number) >= 0) return letters;
    throw new Error(
      `has subscripts='${subscripts.slice(0, 80)}', which do not fit to the ${ranks[i]} axes of operand ${i}`,
    );
  });
  if (right !== undefined) return { operands, output: right.replace("...", ellipsis) };
  const all = terms.join("").replaceAll(".", "");
  const once = [...new Set(all)].filter((letter) => all.split(letter).length === 2).sort();
  return { operands, output: ellipsis + once.join("") };
}

function lengthsOf({ operands, output }: Letters, shapes: readonly Shape[]): Map<string, number | null> {
  const found = new Map<string, number | null>();
  for (const [i, letters] of operands.entries())
    for (const [axis, letter] of [...letters].entries()) {
      const length = shapes[i]?.[axis] ?? null;
      found.set(letter, broadcastShape([[found.get(letter) ?? (found.has(letter) ? null : 1)], [length]])[0] ?? null);
    }
  for (const letter of output)
    if (!found.has(letter)) throw new Error(`gives the axis '${letter}', which no operand has`);
  return found;
}

/** An operand of which each letter is once there and as long as in the others. */
function simplify(x: Tensor, letters: string, lengths: ReadonlyMap<string, number | null>): [Tensor, string] {
  let [value, left] = [x, letters];
  for (const letter of new Set(letters))
    while (left.indexOf(letter) !== left.lastIndexOf(letter)) {
      const [one, other] = [left.indexOf(letter), left.lastIndexOf(letter)];
      value = diagonal(value, 0, one, other);
      left = [...left].filter((_, i) => i !== one && i !== other).join("") + letter;
    }
  const single = [...left].flatMap((letter, i) => (value.shape[i] === 1 && lengths.get(letter) !== 1 ? [i] : []));
  if (single.length > 0) value = tf.squeeze(value, single);
  return [value, [...left].filter((_, i) => !single.includes(i)).join("")];
}

function einsum(subscripts: unknown, tensors: readonly Tensor[]): Tensor {
  const letters = lettersOf(
    subscripts,
    tensors.map(({ rank }) => rank),
  );
  const lengths = lengthsOf(
    letters,
    tensors.map(({ shape }) => shape),
  );
  const { output } = letters;
  const [first, ...others] = tensors.map((x, i) => simplify(x, letters.operands[i] as string, lengths)) as [
    [Tensor, string],
    ...[Tensor, string][],
  ];
  let [value, left] = first;
  for (const [i, [x, own]] of others.entries()) {
    const later =
      output +
      others
        .slice(i + 1)
        .map(([, each]) => each)
        .join("");
    const kept = [...new Set(left + own)].filter((letter) => later.includes(letter)).join("");
    value = contract(value, x, left, own, kept);
    left = kept;
  }
  const summed = [...left].flatMap((letter, i) => (output.includes(letter) ? [] : [i]));
  value = tf.sum(value, summed);
  left = [...left].filter((_, i) => !summed.includes(i)).join("");
  const ordered = tf.transpose(
    value,
    [...output].filter((letter) => left.includes(letter)).map((letter) => left.indexOf(letter)),
  );
  const shape = [...output].map((letter) => (left.includes(letter) ? (lengths.get(letter) as number) : 1));
  return tf.reshape(ordered, shape);
}

/** The axes of both operands that a tensordot sums over. */
function summedAxes(axes: unknown, ranks: readonly [number, number]): [number[], number[]] {
  if (!Array.isArray(axes)) {
    const count = whole(axes, "axes");
    if (count < 0 || count > Math.min(...ranks)) throw new Error(`sums over ${count} axes of ${Math.min(...ranks)}`);
    const range = Array.from({ length: count }, (_, i) => i);
    return [range.map((i) => ranks[0] - count + i), range];
  }
  const [one, other] = axes.map((each, i) =>
    wholes(each, "axes").map((axis) => axisOf(axis, ranks[i] as number, "axes")),
  );
  if (one?.length !== other?.length) throw new Error("sums over different numbers of axes");
  return [one ?? [], other ?? []];
}

type Axes = (a: number, b: number) => [number[], number[]];

/** A sum of products over some axes of both: the other axes of the first come before those of the second. */
const product = (className: string, axesFor: (operands: Operands) => Axes, settings: Operands = {}): OperationType => ({
  className,
  module: NUMPY,
  parameters: ["x1", "x2"],
  settings,
  shape: (operands) => {
    const [a, b] = [shapeOf(operands.x1), shapeOf(operands.x2)];
    const [ofA, ofB] = axesFor(operands)(a.length, b.length);
    for (const [i, axis] of ofA.entries()) broadcastShape([[a[axis] ?? null], [b[ofB[i] as number] ?? null]]);
    return [...a.filter((_, axis) => !ofA.includes(axis)), ...b.filter((_, axis) => !ofB.includes(axis))];
  },
  run: (operands) =>
    inFloats([operands.x1, operands.x2], ([a, b]) => {
      const [x1, x2] = [a as Tensor, b as Tensor];
      const [ofA, ofB] = axesFor(operands)(x1.rank, x2.rank);
      const left = LETTERS.slice(0, x1.rank);
      const right = LETTERS.slice(x1.rank, x1.rank + x2.rank);
      for (const [i, axis] of ofB.entries()) right[axis] = left[ofA[i] as number] as string;
      const kept = [
        ...left.filter((_, axis) => !ofA.includes(axis)),
        ...right.filter((_, axis) => !ofB.includes(axis)),
      ];
      return contract(x1, x2, left.join(""), right.join(""), kept.join(""));
    }),
});

/** x[…] with its diagonal over two axes as the last axis. */
export function diagonal(x: Tensor, offset: number, one: number, other: number): Tensor {
  const rest = x.shape.map((_, axis) => axis).filter((axis) => axis !== one && axis !== other);
  const moved = tf.transpose(x, [...rest, one, other]);
  const [rows, columns] = moved.shape.slice(-2) as [number, number];
  const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
  const count = Math.max(0, Math.min(rows - down, columns - right));
  const at = Array.from({ length: count }, (_, i) => (i + down) * columns + i + right);
  const flat = tf.reshape(moved, [...moved.shape.slice(0, -2), rows * columns]);
  return tf.gather(flat, tf.tensor1d(at, "int32"), flat.rank - 1);
}

/** x[…, size] as the diagonal of matrices of zeros. */
function asDiagonal(x: Tensor, offset: number): Tensor {
  const size = x.size + Math.abs(offset);
  const [down, right] = [Math.max(0, -offset), Math.max(0, offset)];
  const shifted = tf.pad(tf.reshape(x, [-1]), [[down, size - down - x.size]]);
  const on = tf.range(0, size, 1, "int32");
  const isOn = tf.equal(tf.expandDims(tf.add(on, tf.scalar(right - down, "int32")), 1), on);
  return tf.mul(tf.expandDims(shifted, 1), tf.cast(isOn, x.dtype === "bool" ? "int32" : x.dtype));
}

function diagonalShape(shape: Shape, k: unknown): Shape {
  const size = sizeOf(shape);
  const length = size === null ? null : size + Math.abs(whole(k, "k"));
  return [length, length];
}

/** The values of each matrix on one side of a diagonal, zeros elsewhere. */
function triangle(x: Tensor, offset: number, isKept: typeof tf.lessEqual): Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const row = tf.expandDims(tf.range(0, rows, 1, "int32"), 1);
  const at = tf.add(row, tf.scalar(offset, "int32"));
  return tf.where(isKept(tf.range(0, columns, 1, "int32"), at), x, tf.zerosLike(x));
}

const triangular = (className: string, isKept: typeof tf.lessEqual): OperationType =>
  unary(className, (x, { k }) => triangle(countable(x), whole(k, "k"), isKept), { settings: { k: 0 } });

const diagonalOf = (x: Tensor, { offset, axis1, axis2 }: Operands): Tensor =>
  diagonal(x, whole(offset, "offset"), axisOf(axis1, x.rank, "axis1"), axisOf(axis2, x.rank, "axis2"));

const DIAGONAL = { offset: 0, axis1: 0, axis2: 1 };

function differences(x: Tensor, times: number, axis: number): Tensor {
  const length = x.shape[axis] as number;
  if (times < 0) throw new Error(`has n=${times}, expected at least 0`);
  if (times === 0 || length === 0) return x;
  const from = (start: number) =>
    tf.slice(
      x,
      x.shape.map((_, i) => (i === axis ? start : 0)),
      x.shape.map((each, i) => (i === axis ? Math.max(0, length - 1) : each)),
    );
  return differences(tf.sub(from(1), from(0)), times - 1, axis);
}

function cross(x1: Tensor, x2: Tensor): Tensor {
  const part = (x: Tensor, i: number) => {
    const turned = (i + 3) % 3;
    return tf.gather(x, tf.tensor1d([turned, (turned + 1) % 3, (turned + 2) % 3], "int32"), x.rank - 1);
  };
  return tf.sub(tf.mul(part(x1, 1), part(x2, 2)), tf.mul(part(x1, 2), part(x2, 1)));
}

/** Products and matrices. */
export const LINEAR_ALGEBRA: readonly OperationType[] = [
  {
    className: "Matmul",
    module: NUMPY,
    parameters: ["x1", "x2"],
    shape: ({ x1, x2 }) => matmulShape(shapeOf(x1), shapeOf(x2)),
    run: ({ x1, x2 }) => inFloats([x1, x2], ([a, b]) => matmul(a as Tensor, b as Tensor)),
  },
  product("Dot", () => (a, b) => (a === 0 || b === 0 ? [[], []] : [[a - 1], [b === 1 ? 0 : b - 2]])),
  product("Inner", () => (a, b) => (a === 0 || b === 0 ? [[], []] : [[a - 1], [b - 1]])),
  product(
    "Tensordot",
    ({ axes }) =>
      (a, b) =>
        summedAxes(axes, [a, b]),
    { axes: 2 },
  ),
  {
    className: "Einsum",
    module: NUMPY,
    parameters: ANY_NUMBER,
    settings: { subscripts: undefined },
    shape: (operands) => {
      const shapes = anyNumber(operands).map(shapeOf);
      const letters = lettersOf(
        operands.subscripts,
        shapes.map(({ length }) => length),
      );
      const lengths = lengthsOf(letters, shapes);
      return [...letters.output].map((letter) => lengths.get(letter) ?? null);
    },
    run: (operands) => inFloats(anyNumber(operands), (tensors) => einsum(operands.subscripts, tensors)),
  },
  {
    className: "Outer",
    module: NUMPY,
    parameters: ["x1", "x2"],
    shape: ({ x1, x2 }) => [sizeOf(shapeOf(x1)), sizeOf(shapeOf(x2))],
    run: ({ x1, x2 }) =>
      inFloats([x1, x2], ([a, b]) => tf.mul(tf.reshape(a as Tensor, [-1, 1]), tf.reshape(b as Tensor, [1, -1]))),
  },
  {
    className: "Vdot",
    module: NUMPY,
    parameters: ["x1", "x2"],
    shape: () => [],
    run: ({ x1, x2 }) =>
      inFloats([x1, x2], ([a, b]) => tf.sum(tf.mul(tf.reshape(a as Tensor, [-1]), tf.reshape(b as Tensor, [-1])))),
  },
  {
    className: "Kron",
    module: NUMPY,
    parameters: ["x1", "x2"],
    run: ({ x1, x2 }) =>
      inFloats([x1, x2], (given) => {
        const rank = Math.max(...given.map((each) => each.rank));
        const shapes = given.map(({ shape }) => [...Array.from({ length: rank - shape.length }, () => 1), ...shape]);
        const [a, b] = shapes as [number[], number[]];
        const spread = (x: Tensor, lengths: number[], isFirst: boolean) =>
          tf.reshape(
            x,
            lengths.flatMap((length) => (isFirst ? [length, 1] : [1, length])),
          );
        const value = tf.mul(spread(given[0] as Tensor, a, true), spread(given[1] as Tensor, b, false));
        return tf.reshape(
          value,
          a.map((length, i) => length * (b[i] as number)),
        );
      }),
  },
  {
    className: "Cross",
    module: NUMPY,
    parameters: ["x1", "x2"],
    settings: { axisa: -1, axisb: -1, axisc: -1, axis: null },
    load: (operands) => {
      if (
        ["axisa", "axisb", "axisc"].some((name) => operands[name] !== -1) ||
        ![null, -1].includes(operands.axis as null)
      )
        throw new Error("takes the cross product of another axis than the last, which does not load");
      return operands;
    },
    run: ({ x1, x2 }) => {
      const [a, b] = [tensorOf(x1), tensorOf(x2)];
      if (a.shape.at(-1) !== 3 || b.shape.at(-1) !== 3)
        throw new Error("takes the cross product of others than 3 values, which does not load");
      const shape = broadcastShape([a.shape, b.shape]) as number[];
      return cross(tf.broadcastTo(a, shape), tf.broadcastTo(b, shape));
    },
  },
  moving("Diagonal", diagonalOf, DIAGONAL),
  moving("Trace", (x, operands) => tf.sum(countable(diagonalOf(x, operands)), -1), DIAGONAL),
  {
    ...moving("Diag", (x, { k }) => (x.rank === 1 ? asDiagonal(x, whole(k, "k")) : diagonal(x, whole(k, "k"), 0, 1)), {
      k: 0,
    }),
    shape: ({ x, k }) => {
      const shape = shapeOf(x);
      if (shape.length === 1) return diagonalShape(shape, k);
      if (shape.length !== 2) throw new Error(`takes a vector or a matrix, not the shape [${shape.join(", ")}]`);
      const [rows = null, columns = null] = shape;
      const offset = whole(k, "k");
      if (rows === null || columns === null) return [null];
      return [Math.max(0, Math.min(rows - Math.max(0, -offset), columns - Math.max(0, offset)))];
    },
  },
  {
    ...moving("Diagflat", (x, { k }) => asDiagonal(x, whole(k, "k")), { k: 0 }),
    shape: ({ x, k }) => diagonalShape(shapeOf(x), k),
  },
  triangular("Tril", tf.lessEqual),
  triangular("Triu", tf.greaterEqual),
  moving("Diff", (x, { n, axis }) => differences(x, whole(n, "n"), axisOf(axis, x.rank)), { n: 1, axis: -1 }, ["a"]),
  {
    className: "Trapezoid",
    module: NUMPY,
    parameters: ["y"],
    settings: { x: null, dx: 1, axis: -1 },
    run: ({ y, x, dx, axis }) => {
      const values = floatOf(y);
      const moved = move(values, axisOf(axis, values.rank), values.rank - 1);
      const last = moved.rank - 1;
      const sums = tf.sub(tf.mul(2, withoutFirst(moved)), differences(moved, 1, last));
      const steps = x === null ? floatOf(dx) : differences(floatOf(x), 1, floatOf(x).rank - 1);
      return tf.sum(tf.mul(tf.div(sums, 2), steps), -1);
    },
  },
];

/** Each value of the last axis but the first. */
const withoutFirst = (x: Tensor): Tensor =>
  tf.slice(x, [...x.shape.slice(0, -1).map(() => 0), 1], [...x.shape.slice(0, -1), (x.shape.at(-1) as number) - 1]);
