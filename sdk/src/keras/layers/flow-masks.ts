import type { LayersModel, SymbolicTensor } from "../../tf.js";
import { flatten, isTensor } from "../calls.js";
import { Operation } from "../operations/operation.js";
import { refuse, type Where } from "../settings/setting.js";
import { MultiHeadAttention } from "./attention/multi-head-attention.js";
import { Identity } from "./identity.js";
import { type GraphCall, inKerasOrder } from "./keras-order.js";
import type { Layer } from "./layer-type.js";
import { Noise } from "./noise.js";
import { remasked } from "./remask.js";

type Node = Layer["inboundNodes"][number];
type Masks = readonly (SymbolicTensor | undefined)[];

/** The masks that a call of a nested model gives its inputs. */
const GIVEN = new WeakMap<Node, Masks>();

/** The inputs of a model whose masks its layers take off. */
const DROPPED = new WeakMap<Layer, ReadonlySet<number>>();

const nodeOf = ({ sourceLayer, nodeIndex }: SymbolicTensor): Node => sourceLayer.inboundNodes[nodeIndex] as Node;

/**
 * Has a call of a nested model give its inputs masks: Keras writes those that they have anyway, too.
 * @param mask one, or several as the inputs are given; null for an input that gets none
 * @throws LitModelError for a mask that is no tensor, or one too many
 */
export function giveMasks(outputs: readonly SymbolicTensor[], mask: unknown, where: Where): void {
  const node = nodeOf(outputs[0] as SymbolicTensor);
  const masks = flatten(mask).map((item) => item ?? undefined);
  const tensors = masks.filter(isTensor);
  if (tensors.length < masks.filter((item) => item !== undefined).length)
    refuse(where, "is called with a mask that is no tensor");
  if (masks.length > node.inputTensors.length)
    refuse(
      where,
      `is called with ${masks.length} masks, expected at most one for each of ${node.inputTensors.length} inputs`,
    );
  if (tensors.length === 0) return;
  // tfjs-layers follows these from a model's outputs to all its layers.
  Object.assign(node, {
    inputTensors: [...node.inputTensors, ...tensors],
    inboundLayers: [...node.inboundLayers, ...tensors.map(({ sourceLayer }) => sourceLayer)],
    nodeIndices: [...node.nodeIndices, ...tensors.map(({ nodeIndex }) => nodeIndex)],
    tensorIndices: [...node.tensorIndices, ...tensors.map(({ tensorIndex }) => tensorIndex)],
  });
  for (const { sourceLayer } of tensors) sourceLayer.outboundNodes.push(node);
  GIVEN.set(node, masks as Masks);
}

/** The tensors that a nested model was called with, and the masks, null for an input that got none. */
export function givenToModel(node: Node): { inputs: SymbolicTensor[]; masks: (SymbolicTensor | null)[] | undefined } {
  const inputs = node.inputTensors.slice(0, (node.outboundLayer as LayersModel).inputs.length);
  return { inputs, masks: GIVEN.get(node)?.map((tensor) => tensor ?? null) };
}

/** The tensor that Keras has in a tensor's place: layers that change nothing give what they are given. */
function sameAs(tensor: SymbolicTensor, isTraining: boolean): SymbolicTensor {
  let same = tensor;
  for (
    let { sourceLayer: layer } = same;
    layer instanceof Identity || (layer instanceof Noise && !isTraining);
    layer = same.sourceLayer
  )
    same = nodeOf(same).inputTensors[0] as SymbolicTensor;
  return same;
}

/** Whether a layer takes the masks off its inputs: Keras 3's MultiHeadAttention does, Keras 2's does not. */
const takesMasks = (layer: Layer): boolean => layer instanceof MultiHeadAttention && !layer.config.weighsHidden;

/** A mask that a call has given a tensor; without one it has taken the tensor's own. */
interface Changed {
  readonly tensor: SymbolicTensor;
  readonly mask?: SymbolicTensor | undefined;
}

/**
 * Has the layers of a Functional model see masks as in Keras, where a mask is the tensor's, whoever takes it: after
 * MultiHeadAttention it has none, and after a nested model that one which the model was called with. Which layers come
 * after depends on Keras' order of the calls.
 */
export function flowMasks(model: LayersModel, calls: readonly GraphCall[]): void {
  const isChanging = ({ layer, outputs }: GraphCall) =>
    takesMasks(layer) || DROPPED.has(layer) || GIVEN.has(nodeOf(outputs[0] as SymbolicTensor));
  if (!calls.some(isChanging)) return;
  const changed = new Map<SymbolicTensor, Changed>();
  const change = (tensor: SymbolicTensor, mask?: SymbolicTensor) =>
    changed.set(sameAs(tensor, false), { tensor, mask });
  for (const { layer, outputs } of inKerasOrder(calls, model.outputs)) {
    if (layer instanceof Operation || outputs.length === 0) continue;
    const node = nodeOf(outputs[0] as SymbolicTensor);
    const taken = (outputs[0] as SymbolicTensor).inputs;
    const masks = GIVEN.get(node) ?? [];
    for (const [i, mask] of masks.entries()) if (mask) change(node.inputTensors[i] as SymbolicTensor, mask);
    const seen = taken.map((tensor) => {
      const found = changed.get(sameAs(tensor, false));
      return found ? remasked(tensor, found.mask, sameAs(found.tensor, true) !== sameAs(tensor, true)) : tensor;
    });
    for (const output of outputs) Object.assign(output, { inputs: seen });
    const dropped = takesMasks(layer) ? new Set(node.inputTensors.keys()) : DROPPED.get(layer);
    for (const [i, tensor] of node.inputTensors.entries()) if (dropped?.has(i)) change(tensor);
  }
  const dropped = [...model.inputs.keys()].filter((i) => isDropped(changed.get(model.inputs[i] as SymbolicTensor)));
  if (dropped.length > 0) DROPPED.set(model, new Set(dropped));
}

const isDropped = (changed: Changed | undefined): boolean => changed !== undefined && !changed.mask;

/** Notes that a Sequential model takes off its input's mask, if its first layer does. */
export function flowMasksOf(model: LayersModel): void {
  const first = model.layers.find(
    (layer) => layer.getClassName() !== "InputLayer" && !(layer instanceof Identity || layer instanceof Noise),
  );
  const dropped = first && DROPPED.get(first);
  if (dropped) DROPPED.set(model, dropped);
}
