import type { layers, SymbolicTensor } from "../../tf.js";

type Layer = layers.Layer;

/** For a layer and a number of tensors: which of them each input is. */
const PATTERNS = new WeakMap<Layer, Map<number, readonly number[]>>();

/**
 * Notes a call that may take a tensor twice, `Add()([x, x])`. tfjs-layers' executor counts such a tensor's uses wrongly and
 * disposes it while other layers still need it; so it is to see each tensor once, and `repeatInputs` has the call as it was.
 */
export function noteRepeats(layer: Layer, inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): void {
  const unique = [...new Set(inputs)];
  const pattern = inputs.map((input) => unique.indexOf(input));
  const patterns = PATTERNS.get(layer) ?? new Map<number, readonly number[]>();
  PATTERNS.set(layer, patterns);
  const known = patterns.get(unique.length) ?? pattern;
  if (String(known) !== String(pattern))
    throw new Error(`layer '${layer.name}' takes a tensor twice in one of its calls and not in another`);
  patterns.set(unique.length, pattern);
  for (const output of outputs) Object.assign(output, { inputs: unique });
}

/** The inputs of a call that `noteRepeats` has seen, from one of each. */
export function repeatInputs<T>(layer: Layer, inputs: T[]): T[] {
  const pattern = PATTERNS.get(layer)?.get(inputs.length);
  return pattern && pattern.length > inputs.length ? pattern.map((i) => inputs[i] as T) : inputs;
}
