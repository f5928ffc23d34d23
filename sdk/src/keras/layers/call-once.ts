import { clone, engine, type Tensor } from "../../tf.js";
import type { Kwargs } from "./keras-layer.js";
import type { Layer } from "./layer-type.js";
import { maskOf, withMask } from "./mask.js";

interface Called {
  readonly inputs: readonly Tensor[];
  readonly training: boolean;
  readonly outputs: Tensor[];
}

const CALLS = new WeakMap<object, Map<Layer, Called[]>>();

/**
 * Calls a layer that gives several tensors. tfjs-layers' executor calls it again for each of them that is used: within one
 * execution (one scope of tidy) the same inputs give the same outputs, so states go on and values drop out once.
 */
export function callOnce(layer: Layer, inputs: readonly Tensor[], kwargs: Kwargs, call: () => Tensor[]): Tensor[] {
  const scope = engine().state.activeScope as object | undefined;
  if (!scope) return call();
  const training = kwargs.training === true;
  const calls = CALLS.get(scope) ?? new Map<Layer, Called[]>();
  CALLS.set(scope, calls);
  const known = calls.get(layer) ?? [];
  calls.set(layer, known);
  const found = known.find(
    (called) =>
      called.training === training &&
      called.inputs.length === inputs.length &&
      called.inputs.every((input, i) => input === inputs[i]),
  );
  // Clones: the executor ends each tensor by itself, and needs none that it has ended.
  if (found)
    return found.outputs.map((output) => (output.isDisposed ? output : withMask(clone(output), maskOf(output))));
  const outputs = call();
  known.push({ inputs, training, outputs });
  return outputs;
}
