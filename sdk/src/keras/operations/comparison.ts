import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { binary, floats, NUMPY, unary } from "./elementwise.js";
import { alike, boolOf, broadcastShape, floatOf, numberOf, shapeOf, tensorOf } from "./operands.js";
import type { OperationType } from "./operation-type.js";

/** Comparisons take bools as whole numbers. */
const comparison = (className: string, compute: (x1: Tensor, x2: Tensor) => Tensor): OperationType =>
  binary(className, (x1, x2) =>
    x1.dtype === "bool" ? compute(tf.cast(x1, "int32"), tf.cast(x2, "int32")) : compute(x1, x2),
  );

const logical = (className: string, compute: (x1: Tensor, x2: Tensor) => Tensor): OperationType =>
  binary(className, (x1, x2) => compute(boolOf(x1), boolOf(x2)));

/** Of floats only; whole numbers are finite. */
const check = (className: string, compute: (x: Tensor) => Tensor): OperationType =>
  unary(className, (x) => compute(floatOf(x)));

const isInfinite = (x: Tensor, sign: 1 | -1): Tensor => tf.equal(x, sign / 0);

function isClose(x1: Tensor, x2: Tensor, relative: unknown, absolute: unknown, equalNan: unknown): Tensor {
  const reach = tf.add(numberOf(absolute, "atol"), tf.mul(numberOf(relative, "rtol"), tf.abs(x2)));
  const near = tf.logicalAnd(tf.lessEqual(tf.abs(tf.sub(x1, x2)), reach), tf.isFinite(x2));
  const close = tf.logicalOr(near, tf.equal(x1, x2));
  return equalNan === true ? tf.logicalOr(close, tf.logicalAnd(tf.isNaN(x1), tf.isNaN(x2))) : close;
}

/** Each pair, or x1's value where the condition is true and x2's elsewhere. */
export function choose(condition: Tensor, x1: Tensor, x2: Tensor): Tensor {
  const [yes, no] = alike([x1, x2]) as [Tensor, Tensor];
  return tf.where(condition, yes, no);
}

/** Comparisons, logic and choices: the results of the first two are bool. */
export const COMPARISON: readonly OperationType[] = [
  comparison("Equal", tf.equal),
  comparison("NotEqual", tf.notEqual),
  comparison("Greater", tf.greater),
  comparison("GreaterEqual", tf.greaterEqual),
  comparison("Less", tf.less),
  comparison("LessEqual", tf.lessEqual),
  logical("LogicalAnd", tf.logicalAnd),
  logical("LogicalOr", tf.logicalOr),
  logical("LogicalXor", (x1, x2) => tf.notEqual(tf.cast(x1, "int32"), tf.cast(x2, "int32"))),
  unary("LogicalNot", (x) => tf.logicalNot(boolOf(x))),
  check("Isnan", tf.isNaN),
  check("Isfinite", tf.isFinite),
  check("Isinf", (x) => tf.logicalOr(isInfinite(x, 1), isInfinite(x, -1))),
  check("Isposinf", (x) => isInfinite(x, 1)),
  check("Isneginf", (x) => isInfinite(x, -1)),
  floats(
    "Isclose",
    (x1, x2, { rtol = 1e-5, atol = 1e-8, equal_nan: equalNan }) => isClose(x1, x2, rtol, atol, equalNan),
    { settings: { equal_nan: false }, parameters: ["x1", "x2", "rtol", "atol"] },
  ),
  {
    className: "AllClose",
    module: NUMPY,
    parameters: ["x1", "x2"],
    settings: { rtol: 1e-5, atol: 1e-8, equal_nan: false },
    shape: () => [],
    run: ({ x1, x2, rtol, atol, equal_nan: equalNan }) =>
      tf.all(isClose(floatOf(x1), floatOf(x2), rtol, atol, equalNan)),
  },
  {
    className: "Where",
    module: NUMPY,
    parameters: ["condition", "x1", "x2"],
    load(operands) {
      if (operands.x1 === undefined || operands.x1 === null)
        throw new Error("is called without x1 and x2, which gives a shape that depends on values");
      return operands;
    },
    shape: ({ condition, x1, x2 }) => broadcastShape([condition, x1, x2].map(shapeOf)),
    run: ({ condition, x1, x2 }) => choose(boolOf(condition), tensorOf(x1), tensorOf(x2)),
  },
  {
    className: "Select",
    module: NUMPY,
    parameters: ["condlist", "choicelist", "default"],
    shape: ({ condlist, choicelist, default: otherwise = 0 }) =>
      broadcastShape([condlist, choicelist, otherwise].flat().map(shapeOf)),
    run: ({ condlist, choicelist, default: otherwise = 0 }) =>
      (condlist as unknown[]).reduceRight<Tensor>(
        (rest, condition, i) => choose(boolOf(condition), tensorOf((choicelist as unknown[])[i]), rest),
        tensorOf(otherwise),
      ),
  },
  {
    className: "IsIn",
    module: NUMPY,
    parameters: ["x1", "x2"],
    settings: { assume_unique: false, invert: false },
    shape: ({ x1 }) => shapeOf(x1),
    run: ({ x1, x2, invert }) => {
      const [x, known] = alike([tensorOf(x1), tensorOf(x2)]) as [Tensor, Tensor];
      const found = tf.any(tf.equal(tf.expandDims(x, -1), tf.reshape(known, [-1])), -1);
      return invert === true ? tf.logicalNot(found) : found;
    },
  },
];
