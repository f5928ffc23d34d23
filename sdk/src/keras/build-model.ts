import { withLateWeights } from "../devices/late-weights.js";
import { LitError, LitModelError } from "../errors.js";
import { type LayersModel, model as makeModel, type SymbolicTensor, sequential } from "../tf.js";
import { countLayer } from "./build-limits.js";
import {
  applyLayer,
  applyToInputs,
  bind,
  type Call,
  flatten,
  isTensor,
  mapRefs,
  resolveCall,
  type TensorRef,
} from "./calls.js";
import { isNode, isRecord, type KerasNode } from "./file/container.js";
import { fromKeras1 } from "./keras-1.js";
import { flowMasks, flowMasksOf, giveMasks } from "./layers/flow-masks.js";
import { keepOrder } from "./layers/keep-order.js";
import type { GraphCall } from "./layers/keras-order.js";
import type { Layer } from "./layers/layer-type.js";
import { forgetLostCalls } from "./layers/release-calls.js";
import { repeatOutputs } from "./layers/repeated-outputs.js";
import { takeScalars } from "./layers/scalar-inputs.js";
import { makeInputLayer, tensorOf } from "./layers/tensor-names.js";
import { inputShapeOf, inputTypeOf, isShape, layerTypeOf, makeLayer, nameOf, type Origin } from "./make-layer.js";
import { applyOperation, isOperation } from "./operations/make-operation.js";

type Shape = readonly (number | null)[];

/** How a loaded model takes and gives its tensors in Python: their numbers, alone, in lists or under names. */
export const STRUCTURES = new WeakMap<LayersModel, { readonly inputs: unknown; readonly outputs: unknown }>();

/** Whether a node is a model, nested or not. */
export const isModelNode = ({ class_name }: KerasNode): boolean =>
  class_name === "Functional" || class_name === "Model" || class_name === "Sequential";

/** The layers of a model's config. Keras before 2.2 wrote a Sequential model's config as the list itself. */
export function layersOf({ config }: KerasNode, { path, major }: Origin): readonly KerasNode[] {
  const layers = Array.isArray(config) ? config : config.layers;
  if (Array.isArray(layers) && layers.every(isNode))
    return major === 2 ? layers.map((layer) => fromKeras1(layer, path)) : layers;
  throw new LitModelError(`${path}: the model's config has no list of layers, each with class_name and config`);
}

/**
 * The model that a config describes, its weights not yet those of the file. Nested models are layers of it.
 * @param shape the input's, batch axis first, for a Sequential model that does not know it
 * @throws LitModelError that names the file, the layer and what does not load
 */
export function buildModel(node: KerasNode, origin: Origin, shape?: Shape): LayersModel {
  if (node.class_name === "Sequential") return buildSequential(node, origin, shape);
  if (isModelNode(node)) return buildFunctional(node, origin);
  throw new LitModelError(
    `${origin.path}: the model is a ${node.class_name}, expected a Functional or Sequential model`,
  );
}

function buildSequential(node: KerasNode, origin: Origin, shape?: Shape): LayersModel {
  const nodes = layersOf(node, origin);
  const [first] = nodes;
  if (!first) throw new LitModelError(`${origin.path}: the Sequential model has no layers`);
  const name = [node.config.name, node.name].find((found) => typeof found === "string") ?? "sequential";
  const model = sequential({ name });
  if (first.class_name !== "InputLayer") {
    const known = [inputShapeOf(first), node.config.build_input_shape, node.build_config?.input_shape, shape];
    const batchInputShape = known.find(isShape);
    if (!batchInputShape)
      throw new LitModelError(
        `${origin.path}: the Sequential model was saved before it was built, its input's shape is unknown`,
      );
    model.add(makeInputLayer({ batchInputShape, dtype: inputTypeOf(first), name: `${name}_input` }));
  }
  for (const layer of nodes) fitting(layer, origin, () => model.add(makeSequentialLayer(layer, origin, model)));
  flowMasksOf(model);
  return withTrainable(model, node);
}

/** Has TensorFlow.js' errors name the layer. */
function fitting<T>(node: KerasNode, origin: Origin, build: () => T): T {
  try {
    return build();
  } catch (cause) {
    if (cause instanceof LitError) throw cause;
    const layer = nameOf(node, origin);
    throw new LitModelError(`${origin.path}: layer '${layer}' cannot be built: ${(cause as Error).message}`, { cause });
  }
}

function makeSequentialLayer(node: KerasNode, origin: Origin, model: LayersModel): Layer {
  if (node.class_name === "InputLayer") return inputLayerOf(node, origin);
  return isModelNode(node)
    ? buildModel(node, origin, model.outputs[0]?.shape)
    : withLateWeights(makeLayer(node, origin));
}

const inputLayerOf = (node: KerasNode, origin: Origin): Layer =>
  makeInputLayer({
    batchInputShape: inputShape(node, origin),
    dtype: inputTypeOf(node),
    name: nameOf(node, origin),
  });

function inputShape(node: KerasNode, origin: Origin): (number | null)[] {
  const shape = inputShapeOf(node);
  if (shape) return shape;
  throw new LitModelError(`${origin.path}: the InputLayer '${nameOf(node, origin)}' has no batch_shape`);
}

const withTrainable = (model: LayersModel, { config }: KerasNode): LayersModel => {
  model.trainable = config.trainable !== false;
  takeScalars(model);
  forgetLostCalls(model);
  return model;
};

function buildFunctional(node: KerasNode, origin: Origin): LayersModel {
  const { path } = origin;
  const nodes = new Map(layersOf(node, origin).map((layer) => [nameOf(layer, origin), layer]));
  if (nodes.size < layersOf(node, origin).length) throw new LitModelError(`${path}: two layers have the same name`);
  /** What each layer's calls have given so far. */
  const outputs = new Map<string, SymbolicTensor[][]>([...nodes.keys()].map((name) => [name, []]));
  /** In Keras 2 the first call of a nested model has the number 1; in Keras 3 only a Functional's among a model's outputs. */
  const find = ([layer, call, output]: TensorRef, isEnd: boolean): SymbolicTensor | undefined => {
    const [calls, target] = [outputs.get(layer), nodes.get(layer)];
    if (!calls || !target) throw new LitModelError(`${path}: a call takes a tensor of '${layer}', which is not there`);
    const isOffset =
      origin.major === 2 ? isModelNode(target) : isEnd && isModelNode(target) && target.class_name !== "Sequential";
    const first = isOffset && call > 0 ? 1 : 0;
    return calls[call - first]?.[output];
  };
  const made: GraphCall[] = [];
  const callers = [...nodes].map(([name, layer]) => ({ name, calls: pendingCalls(name, layer, origin, made) }));
  // As in Keras, a call waits until what it takes is there.
  const waiting = new Map<string, typeof callers>();
  for (const caller of callers) {
    const { name, calls } = caller;
    let missing: string | undefined;
    const take = (ref: TensorRef): SymbolicTensor | undefined => {
      const tensor = find(ref, false);
      if (!tensor) missing = ref[0];
      return tensor;
    };
    let count = 0;
    for (let call = calls[0]?.(take); call; call = calls[0]?.(take)) {
      outputs.get(name)?.push(call);
      calls.shift();
      count++;
    }
    if (missing !== undefined) {
      const others = waiting.get(missing) ?? [];
      others.push(caller);
      waiting.set(missing, others);
    }
    if (count === 0) continue;
    callers.push(...(waiting.get(name) ?? []));
    waiting.delete(name);
  }
  if (waiting.size > 0) {
    const names = [...waiting.values()].flat().map(({ name }) => `'${name}'`);
    throw new LitModelError(
      `${path}: the layers do not fit together: ${names.slice(0, 5).join(", ")} wait for tensors that never come`,
    );
  }
  const ends = (key: "input_layers" | "output_layers"): [SymbolicTensor[], unknown] => {
    const tensors: SymbolicTensor[] = [];
    /** Of a tensor that is there several times, the first place: what is saved are references to tensors. */
    const places = new Map<SymbolicTensor, number>();
    const structure = mapRefs(node.config[key], (ref) => {
      const tensor = nodes.has(ref[0]) ? find(ref, true) : undefined;
      if (!tensor) throw new LitModelError(`${path}: ${key} names the layer '${ref[0]}', which is not there`);
      if (key === "input_layers" && nodes.get(ref[0])?.class_name !== "InputLayer")
        throw new LitModelError(`${path}: ${key} names the layer '${ref[0]}', which is no InputLayer`);
      const place = places.get(tensor) ?? tensors.length;
      places.set(tensor, place);
      tensors.push(tensor);
      return place;
    });
    if (tensors.length === 0) throw new LitModelError(`${path}: the model's config has no ${key}`);
    return [tensors, structure];
  };
  const name = typeof node.config.name === "string" ? node.config.name : "model";
  const [inputs, taken] = ends("input_layers");
  const [tensors, given] = ends("output_layers");
  const model = makeModel({ name, inputs, outputs: [...new Set(tensors)] });
  STRUCTURES.set(model, { inputs: taken, outputs: repeatOutputs(model, tensors, given) });
  const built = withTrainable(model, node);
  flowMasks(built, made);
  keepOrder(built, made);
  return built;
}

type Find = (ref: TensorRef) => SymbolicTensor | undefined;

/**
 * The calls of a layer: each gives its outputs, or undefined while it waits for a tensor.
 * @param made gets the calls that were made
 */
function pendingCalls(
  name: string,
  node: KerasNode,
  origin: Origin,
  made: GraphCall[],
): ((find: Find) => SymbolicTensor[] | undefined)[] {
  const where = { ...origin, layer: name };
  if (node.class_name === "InputLayer") return [() => [tensorOf(inputLayerOf(node, origin))]];
  let layer: Layer | undefined;
  const apply = (call: Call): SymbolicTensor[] => {
    if (isOperation(node)) return applyOperation(node, call, where);
    if (!isModelNode(node)) {
      layer ??= withLateWeights(makeLayer(node, origin));
      return applyLayer(layerTypeOf(node, where), layer, call, where);
    }
    const { mask, ...given } = bind(call, ["inputs"], where);
    layer ??= buildModel(node, origin, flatten(given.inputs).find(isTensor)?.shape);
    const inputs = isRecord(given.inputs) && !isTensor(given.inputs) ? flatten(given.inputs) : given.inputs;
    const outputs = [applyToInputs(layer, { ...given, inputs }, where)].flat();
    if (mask) giveMasks(outputs, mask, where);
    return outputs;
  };
  return (node.inbound_nodes ?? []).map(
    (inbound) => (find) =>
      fitting(node, origin, () => {
        const call = resolveCall(inbound, find);
        if (!call) return undefined;
        countLayer();
        const outputs = apply(call);
        const tensors = flatten([call.args, call.kwargs]).filter(isTensor);
        const [{ sourceLayer }] = outputs as [SymbolicTensor];
        made.push({ layer: sourceLayer, tensors, outputs });
        return outputs;
      }),
  );
}
