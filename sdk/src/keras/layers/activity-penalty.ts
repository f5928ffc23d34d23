import { addN, div, type layers, scalar, type Tensor, tidy } from "../../tf.js";
import type { Regularizer } from "../settings/instances.js";
import { carry } from "./carry.js";

type Layer = layers.Layer;

/** The penalties of a layer's calls in the current step of training or evaluation. */
const pending = new WeakMap<Layer, Map<object, Tensor>>();

let isMeasuring = false;

/** Runs a model's call in a step whose loss is asked for: activity penalties count in it. */
export function measuring<T>(call: () => T): T {
  isMeasuring = true;
  try {
    return call();
  } finally {
    isMeasuring = false;
  }
}

/** Whether activity penalties count in a call: in one of training, and in a step of evaluation. */
export const countsPenalties = (isTraining: boolean): boolean => isTraining || isMeasuring;

/** Adds the activity penalty of a call to the layer's losses: as in Keras, per sample of the batch. */
export function addActivityPenalty(layer: Layer, regularizer: Regularizer, outputs: readonly Tensor[]): void {
  for (const output of outputs) {
    const penalties = penaltiesOf(layer);
    const key = {};
    const penalty = tidy(() => div(regularizer.apply(output), output.shape[0] || 1));
    carry(penalty, (tensor) => penalties.set(key, tensor));
  }
}

function penaltiesOf(layer: Layer): Map<object, Tensor> {
  let penalties = pending.get(layer);
  if (!penalties) {
    penalties = new Map();
    pending.set(layer, penalties);
    layer.addLoss(() => take(layer) as never);
  }
  for (const [key, { isDisposed }] of penalties) if (isDisposed) penalties.delete(key);
  return penalties;
}

function take(layer: Layer): Tensor {
  const penalties = penaltiesOf(layer);
  const found = [...penalties.values()];
  penalties.clear();
  return found.length > 0 ? addN(found) : scalar(0);
}
