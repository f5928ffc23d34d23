import { FLOAT32_MAX } from "../../tensors/float32-max.js";
import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { binary, countable, float, floats, MATH, NUMPY, unary } from "./elementwise.js";
import { alike, broadcastShape, numberOf, shapeOf, tensorOf, whole } from "./operands.js";
import type { OperationType } from "./operation-type.js";

type Two = (x1: Tensor, x2: Tensor) => Tensor;

/** Arithmetic on whole numbers gives whole numbers, on bools too. */
const arithmetic = (className: string, compute: Two): OperationType =>
  binary(className, (x1, x2) => compute(countable(x1), countable(x2)));

/** Arithmetic in float32 that gives whole numbers for whole numbers. */
const rounded = (className: string, compute: Two): OperationType =>
  binary(className, (x1, x2) => {
    const value = compute(tf.cast(x1, "float32"), tf.cast(x2, "float32"));
    return x1.dtype === "float32" ? value : tf.cast(tf.round(value), "int32");
  });

/** What is whole already stays as it is. */
const rounding = (className: string, compute: (x: Tensor) => Tensor): OperationType =>
  unary(className, (x) => (x.dtype === "float32" ? compute(x) : countable(x)));

const root = (x: Tensor): Tensor => tf.mul(tf.sign(x), tf.pow(tf.abs(x), 1 / 3));
/** log(e^x1 + e^x2); where both are the same, both count half. */
export const logAddExp = (x1: Tensor, x2: Tensor): Tensor => {
  const isFirst = tf.greater(x1, x2);
  const more = tf.where(isFirst, x1, x2);
  return tf.add(more, tf.softplus(tf.sub(tf.where(isFirst, x2, x1), more)));
};
const floorDivide = (x1: Tensor, x2: Tensor): Tensor => tf.round(tf.div(tf.sub(x1, tf.mod(x1, x2)), x2));
const truncate = (x: Tensor): Tensor => tf.mul(tf.sign(x), tf.floor(tf.abs(x)));

function sinc(x: Tensor): Tensor {
  const scaled = tf.mul(x, Math.PI);
  const square = tf.square(scaled);
  // wasm's sine of what is near 0 is too coarse to be divided by it.
  const isNear = tf.less(square, 0.01);
  const near = tf.add(1, tf.mul(square, tf.sub(tf.div(square, 120), 1 / 6)));
  const safe = tf.where(isNear, tf.onesLike(scaled), scaled);
  return tf.where(isNear, near, tf.div(tf.sin(safe), safe));
}

function round(x: Tensor, decimals: number): Tensor {
  if (x.dtype !== "float32" && decimals >= 0) return countable(x);
  const factor = 10 ** decimals;
  const value = decimals === 0 ? tf.round(x) : tf.div(tf.round(tf.mul(tf.cast(x, "float32"), factor)), factor);
  return tf.cast(value, x.dtype);
}

/** Numbers and tensors between bounds; null is no bound. */
function clip(x: Tensor, least: unknown, most: unknown): Tensor {
  const bounded = (value: Tensor, bound: unknown, compute: Two) => {
    if (bound === null || bound === undefined) return value;
    const [a, b] = alike([value, tensorOf(bound)]) as [Tensor, Tensor];
    return compute(a, b);
  };
  return bounded(bounded(countable(x), least, tf.maximum), most, tf.minimum);
}

function nanToNum(x: Tensor, nan: unknown, high: unknown, low: unknown): Tensor {
  if (x.dtype !== "float32") return x;
  const put = (value: Tensor, condition: Tensor, by: number) => tf.where(condition, tf.fill(x.shape, by), value);
  const known = put(x, tf.isNaN(x), numberOf(nan, "nan"));
  const below = put(known, tf.greater(x, FLOAT32_MAX), numberOf(high ?? FLOAT32_MAX, "posinf"));
  return put(below, tf.less(x, -FLOAT32_MAX), numberOf(low ?? -FLOAT32_MAX, "neginf"));
}

/** Sums, products and functions of single values. */
export const ARITHMETIC: readonly OperationType[] = [
  binary("Add", (x1, x2) => (x1.dtype === "bool" ? tf.logicalOr(x1, x2) : tf.add(x1, x2))),
  arithmetic("Subtract", tf.sub),
  arithmetic("Multiply", tf.mul),
  floats("Divide", tf.div),
  floats("TrueDivide", tf.div),
  floats("DivideNoNan", (x1, x2) => {
    const isZero = tf.equal(x2, 0);
    return tf.mul(tf.cast(tf.logicalNot(isZero), "float32"), tf.div(x1, tf.where(isZero, tf.onesLike(x2), x2)));
  }),
  rounded("FloorDivide", floorDivide),
  rounded("Mod", tf.mod),
  rounded("Power", tf.pow),
  arithmetic("Maximum", tf.maximum),
  arithmetic("Minimum", tf.minimum),
  floats("Arctan2", tf.atan2),
  floats("Hypot", (x1, x2) => tf.sqrt(tf.add(tf.square(x1), tf.square(x2)))),
  floats("Logaddexp", logAddExp),
  floats("Logaddexp2", (x1, x2) => tf.div(logAddExp(tf.mul(x1, Math.LN2), tf.mul(x2, Math.LN2)), Math.LN2)),
  floats("Heaviside", (x1, x2) => {
    const isZero = tf.cast(tf.equal(x1, 0), "float32");
    return tf.add(tf.cast(tf.greater(x1, 0), "float32"), tf.mul(isZero, x2));
  }),
  unary("Absolute", (x) => tf.abs(countable(x))),
  unary("Abs", (x) => tf.abs(countable(x))),
  float("Fabs", (x) => tf.abs(x)),
  unary("Negative", (x) => tf.neg(countable(x))),
  unary("Sign", (x) => tf.cast(tf.sign(tf.cast(x, "float32")), countable(x).dtype)),
  unary("Square", (x) => tf.mul(countable(x), countable(x))),
  float("Sqrt", (x) => tf.sqrt(x)),
  float("Cbrt", root),
  float("Rsqrt", (x) => tf.rsqrt(x), { module: MATH }),
  float("Reciprocal", (x) => tf.div(1, x)),
  float("Exp", (x) => tf.exp(x)),
  float("Exp2", (x) => tf.pow(2, x)),
  float("Expm1", (x) => tf.expm1(x)),
  float("Log", (x) => tf.log(x)),
  float("Log1p", (x) => tf.log1p(x)),
  float("Log2", (x) => tf.div(tf.log(x), Math.LN2)),
  float("Log10", (x) => tf.div(tf.log(x), Math.LN10)),
  float("Sin", (x) => tf.sin(x)),
  float("Cos", (x) => tf.cos(x)),
  float("Tan", (x) => tf.tan(x)),
  float("Arcsin", (x) => tf.asin(x)),
  float("Arccos", (x) => tf.acos(x)),
  float("Arctan", (x) => tf.atan(x)),
  float("Sinh", (x) => tf.sinh(x)),
  float("Cosh", (x) => tf.cosh(x)),
  float("Tanh", (x) => tf.tanh(x)),
  float("Arcsinh", (x) => tf.asinh(x)),
  float("Arccosh", (x) => tf.acosh(x)),
  float("Arctanh", (x) => tf.atanh(x)),
  float("Sinc", sinc),
  float("Deg2rad", (x) => tf.mul(x, Math.PI / 180)),
  float("Rad2deg", (x) => tf.mul(x, 180 / Math.PI)),
  float("Erf", (x) => tf.erf(x), { module: MATH }),
  float("Erfc", (x) => tf.sub(1, tf.erf(x)), { module: MATH }),
  rounding("Ceil", tf.ceil),
  rounding("Floor", tf.floor),
  rounding("Trunc", truncate),
  unary("Round", (x, { decimals }) => round(x, whole(decimals, "decimals")), { settings: { decimals: 0 } }),
  {
    className: "Clip",
    module: NUMPY,
    parameters: ["x"],
    settings: { x_min: null, x_max: null },
    shape: ({ x, x_min: least, x_max: most }) => broadcastShape([x, least, most].map(shapeOf)),
    run: ({ x, x_min: least, x_max: most }) => clip(tensorOf(x), least, most),
  },
  unary("NanToNum", (x, { nan, posinf, neginf }) => nanToNum(x, nan, posinf, neginf), {
    settings: { nan: 0, posinf: null, neginf: null },
  }),
];
