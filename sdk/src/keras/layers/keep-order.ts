import { clone, type LayersModel, type SymbolicTensor, type Tensor } from "../../tf.js";
import { KerasLayer, type Shape, single, singleShape } from "./keras-layer.js";
import { type GraphCall, inKerasOrder } from "./keras-order.js";
import type { Layer } from "./layer-type.js";
import { maskOf, withMask } from "./mask.js";

/** A tensor that comes once its second input is there. No layer of a model (see `Remask`). */
class After extends KerasLayer {
  static readonly className = "After";

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return singleShape(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const tensor = single(inputs);
    return withMask(clone(tensor), maskOf(tensor));
  }
}

const after = (tensor: SymbolicTensor, before: SymbolicTensor): SymbolicTensor =>
  Object.assign(new After({}).apply([tensor, before]) as SymbolicTensor, { dtype: tensor.dtype });

/** Whether a call of the layer may change what its next call gives or leaves: moving statistics, states. */
const hasState = (layer: Layer): boolean => layer.stateful || layer.nonTrainableWeights.length > 0;

/** Has a Functional model run the calls of each layer with a state in Keras' order. */
export function keepOrder(model: LayersModel, calls: readonly GraphCall[]): void {
  const seen = new Set<Layer>();
  const isRepeated = ({ layer }: GraphCall) => seen.size === seen.add(layer).size && hasState(layer);
  if (!calls.some(isRepeated)) return;
  const last = new Map<Layer, SymbolicTensor>();
  for (const { layer, outputs } of inKerasOrder(calls, model.outputs)) {
    const [output] = outputs;
    if (!output || !hasState(layer)) continue;
    const before = last.get(layer);
    last.set(layer, output);
    const [first, ...others] = output.inputs;
    if (!before || !first || output.inputs.includes(before)) continue;
    const inputs = [after(first, before), ...others];
    for (const each of outputs) Object.assign(each, { inputs });
  }
}
