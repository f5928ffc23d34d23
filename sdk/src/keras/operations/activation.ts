import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { ADDED, elu, leakyRelu, relu6, softmax } from "../settings/activation-functions.js";
import { onLast } from "./along-axis.js";
import { float, NN, unary } from "./elementwise.js";
import { axesOf, axisOf, floatOf, numberOf } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";

const activation = (
  className: string,
  compute: (x: Tensor, settings: Operands) => Tensor,
  settings: Operands = {},
): OperationType => float(className, compute, { module: NN, settings });

const added = (className: string, name: string): OperationType =>
  activation(className, ADDED[name] as (x: Tensor) => Tensor);

function gelu(x: Tensor, isApproximate: boolean): Tensor {
  if (!isApproximate) return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
  const cubic = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.mul(x, x)))));
  return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(cubic)));
}

/** x beyond a threshold on either side, nearer to 0 by it, and 0 between. */
const softShrink = (x: Tensor, threshold: number): Tensor =>
  tf.sub(tf.relu(tf.sub(x, threshold)), tf.relu(tf.sub(tf.neg(x), threshold)));

function glu(x: Tensor, axis: unknown): Tensor {
  const [value, gate] = tf.split(x, 2, axisOf(axis, x.rank)) as [Tensor, Tensor];
  return tf.mul(value, tf.sigmoid(gate));
}

const logSoftmax = (x: Tensor, axis: unknown): Tensor => {
  const axes = axesOf(axis, x.rank);
  const [only] = axes;
  if (axes.length === 1 && only !== undefined) return onLast(x, only, (moved) => tf.logSoftmax(moved));
  return tf.sub(x, tf.logSumExp(x, axes, true));
};

/** Keras' activation functions. */
export const ACTIVATION: readonly OperationType[] = [
  unary("Relu", (x) => (x.dtype === "int32" ? tf.maximum(x, tf.zerosLike(x)) : tf.relu(floatOf(x))), { module: NN }),
  activation("Relu6", relu6),
  activation("Sigmoid", (x) => tf.sigmoid(x)),
  activation("Softplus", (x) => tf.softplus(x)),
  activation("Softsign", (x) => tf.div(x, tf.add(1, tf.abs(x)))),
  activation("SoftShrink", (x, { threshold }) => softShrink(x, numberOf(threshold, "threshold")), { threshold: 0.5 }),
  activation("Silu", (x) => tf.mul(x, tf.sigmoid(x))),
  activation("Squareplus", (x, { b }) => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), numberOf(b, "b")))), 2), {
    b: 4,
  }),
  activation("LogSigmoid", (x) => tf.logSigmoid(x)),
  activation("LeakyRelu", (x, { negative_slope: slope }) => leakyRelu(x, numberOf(slope, "negative_slope")), {
    negative_slope: 0.2,
  }),
  activation("Elu", (x, { alpha }) => elu(x, numberOf(alpha, "alpha")), { alpha: 1 }),
  activation("Selu", (x) => tf.selu(x)),
  activation("Gelu", (x, { approximate }) => gelu(x, approximate !== false), { approximate: true }),
  activation(
    "Celu",
    (x, { alpha }) => {
      const scale = numberOf(alpha, "alpha");
      return tf.add(tf.relu(x), tf.mul(scale, tf.elu(tf.div(tf.neg(tf.relu(tf.neg(x))), scale))));
    },
    { alpha: 1 },
  ),
  {
    className: "Glu",
    module: NN,
    parameters: ["x"],
    settings: { axis: -1 },
    run: ({ x, axis }) => glu(floatOf(x), axis),
  },
  activation(
    "HardShrink",
    (x, { threshold }) => {
      const isFar = tf.cast(tf.greater(tf.abs(x), numberOf(threshold, "threshold")), "float32");
      return tf.mul(x, isFar);
    },
    { threshold: 0.5 },
  ),
  activation(
    "Threshold",
    (x, { threshold, default_value: other }) =>
      tf.where(tf.greater(x, numberOf(threshold, "threshold")), x, tf.fill(x.shape, numberOf(other, "default_value"))),
    { threshold: undefined, default_value: undefined },
  ),
  activation("Softmax", (x, { axis }) => softmax(x, axesOf(axis, x.rank)), { axis: -1 }),
  activation("LogSoftmax", (x, { axis }) => logSoftmax(x, axis), { axis: -1 }),
  activation(
    "Sparsemax",
    (x, { axis }) => onLast(x, axisOf(axis, x.rank), ADDED.litSparsemax as (x: Tensor) => Tensor),
    { axis: -1 },
  ),
  added("SparseSigmoid", "litSparseSigmoid"),
  added("SparsePlus", "litSparsePlus"),
  added("HardSigmoid", "litHardSigmoid"),
  added("HardSilu", "litHardSilu"),
  added("HardTanh", "litHardTanh"),
  added("TanhShrink", "litTanhShrink"),
];
