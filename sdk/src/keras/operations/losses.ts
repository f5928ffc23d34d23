import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { MATH, NN } from "./elementwise.js";
import { axisOf, broadcastShape, floatOf, numberOf, shapeOf, tensorOf } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";
import { reducedShape } from "./reduction.js";

/** Keras' epsilon: probabilities keep so far from 0 and 1. */
const EPSILON = 1e-7;

const within = (x: Tensor): Tensor => tf.clipByValue(x, EPSILON, 1 - EPSILON);

function binary({ target, output, from_logits: isLogits }: Operands): Tensor {
  const [wanted, given] = [floatOf(target), floatOf(output)];
  const [yes, no] =
    isLogits === true
      ? [tf.logSigmoid(given), tf.logSigmoid(tf.neg(given))]
      : [tf.log(within(given)), tf.log(tf.sub(1, within(given)))];
  return tf.neg(tf.add(tf.mul(wanted, yes), tf.mul(tf.sub(1, wanted), no)));
}

/** log of the probabilities along an axis. */
function logOf(output: Tensor, isLogits: unknown, axis: number): Tensor {
  if (isLogits === true) return tf.sub(output, tf.logSumExp(output, axis, true));
  return tf.log(within(tf.div(output, tf.sum(output, axis, true))));
}

function categorical({ target, output, from_logits: isLogits, axis }: Operands): Tensor {
  const given = floatOf(output);
  const at = axisOf(axis, given.rank);
  return tf.neg(tf.sum(tf.mul(floatOf(target), logOf(given, isLogits, at)), at));
}

function sparse({ target, output, from_logits: isLogits, axis }: Operands): Tensor {
  const given = floatOf(output);
  const at = axisOf(axis, given.rank);
  const classes = tf.cast(tensorOf(target), "int32");
  const named = classes.rank === given.rank && classes.shape.at(-1) === 1 ? tf.squeeze(classes, [-1]) : classes;
  const place = tf.reshape(
    tf.range(0, given.shape[at] as number, 1, "int32"),
    given.shape.map((length, i) => (i === at ? length : 1)),
  );
  const isWanted = tf.cast(tf.equal(tf.expandDims(named, at), place), "float32");
  return tf.neg(tf.sum(tf.mul(isWanted, logOf(given, isLogits, at)), at));
}

const without = ({ output, axis }: Operands) => {
  const shape = shapeOf(output);
  return reducedShape(shape, [axisOf(axis, shape.length)], false);
};

const crossentropy = (
  className: string,
  settings: NonNullable<OperationType["settings"]>,
  shape: OperationType["shape"],
  run: OperationType["run"],
): OperationType => ({ className, module: NN, parameters: ["target", "output"], settings, shape, run });

/** Losses as operations, and distances. */
export const LOSSES: readonly OperationType[] = [
  crossentropy(
    "BinaryCrossentropy",
    { from_logits: false },
    ({ target, output }) => broadcastShape([shapeOf(target), shapeOf(output)]),
    binary,
  ),
  crossentropy("CategoricalCrossentropy", { from_logits: false, axis: -1 }, without, categorical),
  crossentropy("SparseCategoricalCrossentropy", { from_logits: false, axis: -1 }, without, sparse),
  {
    className: "PSNR",
    module: NN,
    parameters: ["x1", "x2"],
    settings: { max_val: undefined },
    shape: () => [],
    run: ({ x1, x2, max_val: most }) => {
      const error = tf.mean(tf.squaredDifference(floatOf(x1), floatOf(x2)));
      return tf.sub(20 * Math.log10(numberOf(most, "max_val")), tf.mul(tf.log(error), 10 / Math.LN10));
    },
  },
  {
    className: "CDist",
    module: MATH,
    parameters: ["x", "y"],
    shape: ({ x, y }) => {
      const [a, b] = [shapeOf(x), shapeOf(y)];
      const batch = broadcastShape([a.slice(0, -2), b.slice(0, -2)]);
      return [...batch, a.at(-2) ?? null, b.at(-2) ?? null];
    },
    run: ({ x, y }) =>
      tf.sqrt(tf.sum(tf.squaredDifference(tf.expandDims(floatOf(x), -2), tf.expandDims(floatOf(y), -3)), -1)),
  },
];
