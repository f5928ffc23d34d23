import type { SymbolicTensor } from "../../tf.js";
import type { Layer } from "./layer-type.js";

/** A call of a layer in a Functional model. */
export interface GraphCall {
  readonly layer: Layer;
  /** The tensors that it takes, masks among them, in Keras' order. */
  readonly tensors: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
}

/** The calls that lead to the outputs, each after those that it takes tensors of. */
function leadingTo(ends: readonly SymbolicTensor[], callOf: ReadonlyMap<SymbolicTensor, GraphCall>): Set<GraphCall> {
  const order = new Set<GraphCall>();
  const entered = new Set<GraphCall>();
  const open = ends.toReversed();
  for (let tensor = open.at(-1); tensor; tensor = open.at(-1)) {
    const call = callOf.get(tensor);
    if (!call || order.has(call)) open.pop();
    else if (entered.has(call)) order.add(call);
    else {
      entered.add(call);
      open.push(...call.tensors.toReversed());
    }
  }
  return order;
}

/** The calls of a Functional model in the order in which Keras runs them: by their distance from the outputs. */
export function inKerasOrder(calls: readonly GraphCall[], ends: readonly SymbolicTensor[]): GraphCall[] {
  const callOf = new Map(calls.flatMap((call) => call.outputs.map((output) => [output, call])));
  const depths = new Map<GraphCall, number>();
  const ofLayers = new Map<Layer, number>();
  for (const call of [...leadingTo(ends, callOf)].reverse()) {
    const depth = Math.max(depths.get(call) ?? 0, ofLayers.get(call.layer) ?? 0);
    ofLayers.set(call.layer, depth);
    depths.set(call, depth);
    for (const tensor of call.tensors) {
      const before = callOf.get(tensor);
      if (before) depths.set(before, Math.max(depth + 1, depths.get(before) ?? 0));
    }
  }
  return [...depths].sort(([, a], [, b]) => b - a).map(([call]) => call);
}
