import * as tf from "../../../tfjs/core.js";
import { logSigmoid } from "../../devices/gradients/log-sigmoid.js";
import { sizeOf } from "../../tensors/size-of.js";

type Function1 = (x: tf.Tensor) => tf.Tensor;

/** Keras' `relu`: as Keras computes it, with its edges. */
export function relu(x: tf.Tensor, negativeSlope = 0, maxValue: number | null = null, threshold = 0): tf.Tensor {
  if (negativeSlope !== 0 && maxValue === null && threshold === 0) return leakyRelu(x, negativeSlope);
  if (negativeSlope === 0 && maxValue === 6 && threshold === 0) return relu6(x);
  const above = threshold === 0 ? tf.relu(x) : tf.where(tf.greater(x, threshold), x, 0);
  const bounded = maxValue === null ? above : tf.minimum(above, maxValue);
  if (negativeSlope === 0) return bounded;
  return tf.sub(bounded, tf.mul(negativeSlope, tf.relu(tf.sub(threshold, x))));
}

/** x between 0 and 6; as in Keras on JAX it does not rise at 6 any more. */
export const relu6 = (x: tf.Tensor): tf.Tensor => tf.where(tf.greaterEqual(x, 6), 6, tf.relu(x));

/** x, and below 0 `slope` x. */
export const leakyRelu = (x: tf.Tensor, slope: number): tf.Tensor =>
  tf.where(tf.greaterEqual(x, 0), x, tf.mul(slope, x));

/** x, and below 0 `alpha` (e^x - 1). */
export const elu = (x: tf.Tensor, alpha: number): tf.Tensor =>
  alpha === 1 ? tf.elu(x) : tf.add(tf.relu(x), tf.mul(alpha, tf.elu(tf.minimum(x, 0))));

/** Softmax along an axis, or over several together. tf.softmax knows the last one only. */
export function softmax(x: tf.Tensor, axis: number | readonly number[]): tf.Tensor {
  const axes = [axis].flat().map((at) => (at < 0 ? at + x.rank : at));
  if (axes.length === 1 && axes[0] === x.rank - 1) return tf.softmax(x);
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...kept, ...axes];
  const moved = tf.transpose(x, order);
  const size = sizeOf(axes.map((at) => x.shape[at] as number));
  const flat = tf.reshape(moved, [...kept.map((at) => x.shape[at] as number), size]);
  return tf.transpose(
    tf.reshape(tf.softmax(flat), moved.shape),
    order.map((_, i) => order.indexOf(i)),
  );
}

/** For each place in descending order along the last axis, 1 where its value stands. Not differentiated. */
const order = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((input) => {
    const size = x.shape.at(-1) as number;
    const { indices } = tf.topk(input as tf.Tensor, size, true);
    // wasm's oneHot of float32 gives the bits of whole numbers.
    const value = tf.cast(tf.oneHot(indices, size), "float32");
    return { value, gradFunc: () => tf.zeros(x.shape) };
  })(x);

/** Keras' sparsemax along the last axis. Its threshold sums what are sums already, unlike the paper's. */
function sparsemax(x: tf.Tensor): tf.Tensor {
  const sorted = tf.sum(tf.mul(order(x), tf.expandDims(x, -2)), -1);
  const sums = tf.cumsum(sorted, x.rank - 1);
  const places = tf.range(1, (x.shape.at(-1) as number) + 1);
  const support = tf.cast(tf.greater(tf.sub(sorted, tf.div(tf.sub(sums, 1), places)), 0), "float32");
  const threshold = tf.div(tf.sub(tf.sum(tf.mul(sums, support), -1, true), 1), tf.sum(support, -1, true));
  return tf.relu(tf.sub(x, threshold));
}

const isIn = (x: tf.Tensor, low: number, high: number) =>
  tf.cast(tf.logicalAnd(tf.greater(x, low), tf.less(x, high)), "float32");

const sparsePlus = (x: tf.Tensor): tf.Tensor =>
  tf.add(
    tf.mul(tf.cast(tf.greaterEqual(x, 1), "float32"), x),
    tf.mul(isIn(x, -1, 1), tf.div(tf.square(tf.add(x, 1)), 4)),
  );

const hardSigmoid: Function1 = (x) => tf.clipByValue(tf.add(tf.div(x, 6), 0.5), 0, 1);

function glu(x: tf.Tensor): tf.Tensor {
  const [value, gate] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
  return tf.mul(value, tf.sigmoid(gate));
}

/** Activations of Keras that tfjs-layers lacks or computes otherwise, under names of ours. */
export const ADDED: Readonly<Record<string, Function1>> = {
  litExponential: (x) => tf.exp(x),
  litGlu: glu,
  litHardShrink: (x) => tf.where(tf.greater(tf.abs(x), 0.5), x, 0),
  litHardSigmoid: hardSigmoid,
  litHardSilu: (x) => tf.mul(x, hardSigmoid(x)),
  litHardTanh: (x) => tf.clipByValue(x, -1, 1),
  litLeakyRelu: (x) => leakyRelu(x, 0.2),
  litLogSigmoid: (x) => logSigmoid(x),
  litRelu6: relu6,
  litSoftShrink: (x) => tf.sub(tf.relu(tf.sub(x, 0.5)), tf.relu(tf.sub(-0.5, x))),
  litSparsePlus: sparsePlus,
  litSparseSigmoid: (x) => tf.clipByValue(tf.div(tf.add(x, 1), 2), 0, 1),
  litSparsemax: sparsemax,
  litSquareplus: (x) => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 2),
  litTanhShrink: (x) => tf.sub(x, tf.tanh(x)),
};
