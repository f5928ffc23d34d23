import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { binary, countable, float, floats, NUMPY, type Own, unary } from "./elementwise.js";
import type { OperationType } from "./operation-type.js";
import { readNow } from "./read-now.js";

type Two = (x1: Tensor, x2: Tensor) => Tensor;

/** Keras calls these operands x and y. */
const XY: Own = { parameters: ["x", "y"] };

const bitwise = (className: string, compute: (a: number, b: number) => number): OperationType =>
  binary(className, (x1, x2) => pairwise(className, x1, x2, compute), XY);

/** A function of pairs of whole numbers, which tfjs does not have: it has no gradient. */
function pairwise(className: string, x1: Tensor, x2: Tensor, compute: (a: number, b: number) => number): Tensor {
  if (x1.dtype === "float32") throw new Error("takes whole numbers only");
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(x1.shape, x2.shape);
  const whole = (x: Tensor) => readNow<"int32">(className, tf.broadcastTo(tf.cast(x, "int32"), shape));
  const [a, b] = [whole(x1), whole(x2)];
  return tf.cast(
    tf.tensor(
      a.map((value, i) => compute(value, b[i] as number)),
      shape,
      "int32",
    ),
    x1.dtype,
  );
}

const not = (x: Tensor): Tensor =>
  x.dtype === "bool" ? tf.logicalNot(x) : tf.sub(tf.scalar(-1, "int32"), tf.cast(x, "int32"));

/** Beyond 31 places nothing is left but the sign. */
const shiftRight = (a: number, b: number): number => (b > 31 ? a >> 31 : a >> b);
const shiftLeft = (a: number, b: number): number => (b > 31 ? 0 : a << b);

function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

const lcm = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : Math.abs((a / gcd(a, b)) * b));

/** The one that is a number, if the other is not. */
const known = (className: string, more: Two): OperationType =>
  floats(className, (x1, x2) => {
    const found = more(tf.where(tf.isNaN(x1), x2, x1), tf.where(tf.isNaN(x2), x1, x2));
    return found;
  });

const truncated = (x1: Tensor, x2: Tensor): Tensor => {
  const quotient = tf.div(x1, x2);
  return tf.sub(x1, tf.mul(x2, tf.mul(tf.sign(quotient), tf.floor(tf.abs(quotient)))));
};

/** Coefficients of Giles' approximation of erfinv in single precision, by the size of -log(1 - x²). */
const NEAR = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
  2.46640727e-1, 1.50140941,
];
const FAR = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3, 1.00167406,
  2.83297682,
];

const polynomial = (x: Tensor, coefficients: readonly number[]): Tensor =>
  coefficients.reduce<Tensor>((sum, each) => tf.add(tf.mul(sum, x), each), tf.zerosLike(x));

/** Giles, "Approximating the erfinv function", as XLA computes it; its slope is that of the function itself. */
const inverseErf = (x: Tensor): Tensor =>
  tf.customGrad((given, save) => {
    const input = given as Tensor;
    const size = tf.neg(tf.log1p(tf.neg(tf.square(input))));
    const isNear = tf.less(size, 5);
    const near = polynomial(tf.sub(size, 2.5), NEAR);
    const far = polynomial(tf.sub(tf.sqrt(tf.maximum(size, 5)), 3), FAR);
    const inside = tf.mul(tf.where(isNear, near, far), input);
    const value = tf.where(tf.equal(tf.abs(input), 1), tf.mul(input, Number.POSITIVE_INFINITY), inside);
    (save as (tensors: Tensor[]) => void)([value]);
    const gradFunc = (slope: Tensor, [found]: Tensor[]) =>
      tf.mul(tf.mul(slope, Math.sqrt(Math.PI) / 2), tf.exp(tf.square(found as Tensor)));
    return { value, gradFunc: gradFunc as (slope: Tensor) => Tensor };
  })(x);

/** Whether x is negative, -0 too. */
const isNegative = (x: Tensor): Tensor =>
  tf.logicalOr(tf.less(x, 0), tf.logicalAnd(tf.equal(x, 0), tf.less(tf.div(1, x), 0)));

/** Operations on bits and on whole numbers, and what is left of those on single values. */
export const BITS: readonly OperationType[] = [
  bitwise("BitwiseAnd", (a, b) => a & b),
  bitwise("BitwiseOr", (a, b) => a | b),
  bitwise("BitwiseXor", (a, b) => a ^ b),
  bitwise("BitwiseLeftShift", shiftLeft),
  bitwise("LeftShift", shiftLeft),
  bitwise("BitwiseRightShift", shiftRight),
  bitwise("RightShift", shiftRight),
  unary("BitwiseInvert", not),
  unary("BitwiseNot", not),
  binary("Gcd", (x1, x2) => pairwise("Gcd", x1, x2, gcd)),
  binary("Lcm", (x1, x2) => pairwise("Lcm", x1, x2, lcm)),
  floats("Ldexp", (x1, x2) => tf.mul(x1, tf.pow(2, x2))),
  known("Fmax", tf.maximum),
  known("Fmin", tf.minimum),
  floats("Fmod", truncated),
  float("Erfinv", inverseErf, { module: "keras.src.ops.math" }),
  float("Signbit", isNegative),
  // Every number here is real.
  unary("Real", (x) => tf.clone(x)),
  unary("Conj", (x) => tf.clone(x)),
  unary("Conjugate", (x) => tf.clone(x)),
  unary("Imag", (x) => tf.zerosLike(countable(x)), { module: NUMPY }),
  unary("Isreal", (x) => tf.onesLike(tf.cast(x, "bool"))),
  float("Angle", (x) => tf.where(tf.isNaN(x), x, tf.mul(tf.cast(isNegative(x), "float32"), Math.PI))),
];
