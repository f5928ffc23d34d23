import { addN, div, type layers, scalar, type Tensor, tidy } from "../../tf.js";
import type { Regularizer } from "../settings/instances.js";
import { carry } from "./carry.js";

type Layer = layers.Layer;

/** The penalties of a layer's calls in the current step of training. */
const pending = new WeakMap<Layer, Map<object, Tensor>>();

/** Adds the activity penalty of a training call to the layer's losses: as in Keras, per sample of the batch. */
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
