import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { logAddExp } from "./arithmetic.js";
import { NN } from "./elementwise.js";
import { floatOf, shapeOf, tensorOf, whole } from "./operands.js";
import type { OperationType } from "./operation-type.js";

/** The logarithm of what is as good as impossible, in Keras. */
const NEVER = -1e5;

/** Whether each place `[batch, size]` is beyond its sequence's length. */
const isBeyond = (lengths: Tensor, size: number): Tensor =>
  tf.greaterEqual(tf.range(0, size, 1, "int32"), tf.expandDims(tf.cast(lengths, "int32"), 1));

/**
 * The negative logarithm of the probability of labels under all their alignments to steps: Keras' forward recursion.
 * @param target labels `[batch, labels]`
 * @param output logits `[batch, steps, classes]`
 * @param targetLengths how many labels count, `[batch]`
 * @param outputLengths how many steps count, `[batch]`; default all
 * @param blank the class that stands for no label
 * @returns `[batch]`
 */
export function ctcLoss(
  target: Tensor,
  output: Tensor,
  targetLengths: Tensor,
  outputLengths: Tensor | undefined,
  blank: number,
): Tensor {
  const [batch, steps, classes] = output.shape as [number, number, number];
  const labels = target.shape[1] as number;
  const ids = tf.cast(target, "int32");
  const logits = tf.logSoftmax(output);
  const hot = tf.cast(tf.oneHot(ids, classes), "float32");
  const labelScores = tf.unstack(tf.matMul(logits, hot, false, true), 1);
  const blankScores = tf.unstack(tf.slice(logits, [0, 0, blank], [-1, -1, 1]), 1);
  const isOver = outputLengths && tf.unstack(tf.expandDims(isBeyond(outputLengths, steps), 2), 1);
  const [before, after] = [tf.slice(ids, [0, 0], [-1, labels - 1]), tf.slice(ids, [0, 1], [-1, labels - 1])];
  // What a label that is the next one too must not do, and what another must not.
  const repeats = tf.pad(tf.cast(tf.equal(before, after), "float32"), [
    [0, 0],
    [0, 1],
  ]);
  const [ifSame, ifOther] = [tf.mul(repeats, NEVER), tf.mul(tf.sub(1, repeats), NEVER)];
  const enter = (blanks: Tensor, added: Tensor) => {
    const [first, others] = tf.split(blanks, [1, labels], 1) as [Tensor, Tensor];
    return tf.concat([first, logAddExp(others, added)], 1);
  };
  let blanks: Tensor = tf.concat([tf.zeros([batch, 1]), tf.fill([batch, labels], NEVER)], 1);
  let emitted: Tensor = tf.fill([batch, labels], NEVER);
  for (let step = 0; step < steps; step++) {
    const [label, none] = [labelScores[step] as Tensor, blankScores[step] as Tensor];
    const reached = enter(blanks, tf.add(emitted, ifSame));
    const nextEmitted = logAddExp(tf.add(tf.slice(reached, [0, 0], [-1, labels]), label), tf.add(emitted, label));
    const nextBlanks = enter(tf.add(reached, none), tf.add(tf.add(emitted, none), ifOther));
    const over = isOver?.[step];
    [blanks, emitted] = over
      ? [tf.where(over, blanks, nextBlanks), tf.where(over, emitted, nextEmitted)]
      : [nextBlanks, nextEmitted];
  }
  const counted = tf.minimum(
    tf.maximum(tf.cast(targetLengths, "int32"), tf.scalar(0, "int32")),
    tf.scalar(labels, "int32"),
  );
  const isLast = tf.cast(tf.oneHot(counted, labels + 1), "float32");
  return tf.neg(tf.sum(tf.mul(enter(blanks, emitted), isLast), 1));
}

/** The likeliest class of each step without repetitions and blanks, `[1, batch, steps]`; what is left is -1. It has no gradient. */
const likeliest = (inputs: Tensor, isOver: Tensor, isMerged: boolean, blank: number): Tensor =>
  tf.customGrad((given) => {
    const steps = (given as Tensor).shape[1] as number;
    const none = tf.scalar(blank, "int32");
    const best = tf.where(isOver, none, tf.argMax(given as Tensor, 2));
    const repeats = tf.equal(tf.slice(best, [0, 1], [-1, steps - 1]), tf.slice(best, [0, 0], [-1, steps - 1]));
    const isRepeat = tf.pad(tf.cast(repeats, "float32"), [
      [0, 0],
      [1, 0],
    ]);
    const isLabel = tf.cast(tf.notEqual(best, none), "float32");
    const isKept = isMerged ? tf.mul(isLabel, tf.sub(1, isRepeat)) : isLabel;
    const place = tf.sub(tf.cumsum(isKept, 1), 1);
    const isAt = tf.mul(
      tf.cast(tf.equal(tf.expandDims(place, 2), tf.range(0, steps)), "float32"),
      tf.expandDims(isKept, 2),
    );
    const found = tf.matMul(tf.expandDims(tf.add(tf.cast(best, "float32"), 1), 1), isAt);
    const value = tf.cast(tf.transpose(tf.sub(found, 1), [1, 0, 2]), "int32");
    return { value, gradFunc: () => tf.zeros(inputs.shape) };
  })(inputs);

function ranked(value: unknown, rank: number, name: string): (number | null)[] {
  const shape = shapeOf(value);
  if (shape.length === rank) return shape;
  throw new Error(`takes the ${name} [${shape.join(", ")}], expected ${rank} axes`);
}

function classOf(value: unknown, classes: number | null | undefined): number {
  const blank = whole(value, "mask_index");
  if (blank >= 0 && blank < (classes ?? Number.POSITIVE_INFINITY)) return blank;
  throw new Error(`has mask_index=${blank} of ${classes} classes`);
}

/** Connectionist temporal classification. */
export const CTC: readonly OperationType[] = [
  {
    className: "CTCLoss",
    module: NN,
    parameters: ["target", "output", "target_length", "output_length"],
    settings: { mask_index: 0 },
    shape: ({ target, output, mask_index: blank, ...lengths }) => {
      classOf(blank, ranked(output, 3, "output")[2]);
      for (const name of ["target_length", "output_length"]) ranked(lengths[name], 1, name);
      return ranked(target, 2, "target").slice(0, 1);
    },
    run: ({ target, output, target_length: targets, output_length: outputs, mask_index: blank }) =>
      ctcLoss(tensorOf(target), floatOf(output), tensorOf(targets), tensorOf(outputs), whole(blank, "mask_index")),
  },
  {
    className: "CTCDecode",
    module: NN,
    parameters: ["inputs", "sequence_lengths"],
    settings: { strategy: "greedy", beam_width: 100, top_paths: 1, merge_repeated: true, mask_index: 0 },
    shape: ({ inputs, sequence_lengths: lengths, strategy, mask_index: blank }) => {
      if (strategy !== "greedy")
        throw new Error(
          `has strategy=${JSON.stringify(strategy)?.slice(0, 80)}, which does not load: only "greedy" does, a beam search compares sequences`,
        );
      const [batch = null, steps = null, classes] = ranked(inputs, 3, "inputs");
      if (blank !== null) classOf(blank, classes);
      ranked(lengths, 1, "sequence_lengths");
      return [
        [1, batch, steps],
        [batch, 1],
      ];
    },
    run: ({ inputs, sequence_lengths: lengths, merge_repeated: isMerged, mask_index: blank }) => {
      const given = floatOf(inputs);
      const [, steps, classes] = given.shape as [number, number, number];
      const isOver = isBeyond(tensorOf(lengths), steps);
      const none = blank === null ? classes - 1 : whole(blank, "mask_index");
      const scores = tf.where(isOver, 0, tf.max(given, 2));
      return [likeliest(given, isOver, isMerged !== false, none), tf.neg(tf.sum(scores, 1, true))];
    },
  },
];
