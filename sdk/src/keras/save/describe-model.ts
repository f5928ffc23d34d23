import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { LitModelError } from "../../errors.js";
import { STRUCTURES } from "../build-model.js";
import { isTensor } from "../calls.js";
import { isRecord, type KerasNode } from "../file/container.js";
import { CUSTOM_TYPES } from "../layers/custom-type.js";
import { givenToModel } from "../layers/flow-masks.js";
import { Lambda } from "../layers/lambda.js";
import { type Arguments, isModelLayer, type Layer, type LayerType } from "../layers/layer-type.js";
import { LAYER_TYPES } from "../layers/layer-types.js";
import { GET_ITEM } from "../operations/get-item.js";
import { fillSlots, Operation } from "../operations/operation.js";
import { camelCase } from "../settings/setting.js";

type Json = Record<string, unknown>;
type Container = LayersModel & { readonly containerNodes: ReadonlySet<string> };
type Node = Layer["inboundNodes"][number];

const POLICY = { module: "keras", class_name: "DTypePolicy", config: { name: "float32" }, registered_name: null };

export const isSequential = (model: LayersModel): boolean => model.getClassName() === "Sequential";

/**
 * A model as Keras 3's config.json describes it.
 * @throws LitModelError that names a layer which Keras has no counterpart for
 */
export function describeModel(model: LayersModel): Json {
  if (isSequential(model)) {
    const [shape] = model.inputs.map((input) => input.shape);
    const layers = withInput(model).map((layer) => describeLayer(layer));
    const config = { name: model.name, trainable: model.trainable, dtype: POLICY, layers, build_input_shape: shape };
    return {
      module: "keras",
      class_name: "Sequential",
      config,
      registered_name: null,
      build_config: { input_shape: shape },
    };
  }
  const calls = new Calls(model as Container);
  // tfjs-layers does not count inputs that no output comes from among its layers.
  const unused = model.inputs
    .map(({ sourceLayer }) => sourceLayer as Layer)
    .filter((layer) => !model.layers.includes(layer));
  const layers = [...unused, ...model.layers].map((layer) => ({
    ...describeCalled(layer),
    name: layer.name,
    inbound_nodes: isInput(layer) ? [] : calls.of(layer).map((node) => calls.describe(layer, node)),
  }));
  const structure = STRUCTURES.get(model);
  const ends = (tensors: SymbolicTensor[], isEnd: boolean, places: unknown) => {
    const refs = tensors.map((tensor) => calls.refTo(tensor, isEnd));
    return places === undefined ? (refs.length === 1 ? refs[0] : refs) : fillPlaces(places, refs);
  };
  return {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name: model.name,
      trainable: model.trainable,
      layers,
      input_layers: ends(model.inputs, false, structure?.inputs),
      output_layers: ends(model.outputs, true, structure?.outputs),
    },
    registered_name: "Functional",
    build_config: { input_shape: null },
  };
}

function fillPlaces(places: unknown, refs: readonly unknown[]): unknown {
  if (typeof places === "number") return refs[places];
  if (Array.isArray(places)) return places.map((place) => fillPlaces(place, refs));
  return Object.fromEntries(Object.entries(places as object).map(([key, place]) => [key, fillPlaces(place, refs)]));
}

const isInput = (layer: Layer): boolean => layer.getClassName() === "InputLayer";

/** A Sequential model's layers with its input first, which tfjs-layers keeps apart. */
function withInput(model: LayersModel): Layer[] {
  const [first] = model.layers;
  const input = model.inputs[0]?.sourceLayer as Layer;
  return first && isInput(first) ? model.layers : [input, ...model.layers];
}

/** The type of a layer. @throws LitModelError if Keras has none such */
export function typeOf(layer: Layer): LayerType {
  const type = CUSTOM_TYPES.get(layer) ?? LAYER_TYPES.get(layer.getClassName());
  if (type) return type;
  throw new LitModelError(`layer '${layer.name}' is a ${layer.getClassName()}, which Keras does not have`, {
    code: "UNSUPPORTED_LAYER",
  });
}

/** A layer, an operation or a nested model of a functional model: what config.json says of it but its calls. */
function describeCalled(layer: Layer): Json {
  const operation = operationOf(layer);
  return operation ? describeOperation(operation) : describeLayer(layer);
}

/** A layer or a nested model: what config.json says of it but its calls. */
export function describeLayer(layer: Layer): Json {
  if (isModelLayer(layer)) return describeModel(layer);
  if (isInput(layer)) return describeInput(layer);
  const custom = CUSTOM_TYPES.get(layer);
  if (custom) return describeCustom(layer, custom.className, custom.node);
  const type = typeOf(layer);
  return {
    module: type.module ?? "keras.layers",
    class_name: type.className,
    config: {
      name: layer.name,
      ...(type.takesTrainable !== false && { trainable: layer.trainable }),
      dtype: POLICY,
      ...settingsOf(layer, type),
    },
    registered_name: null,
    ...buildConfigOf(layer),
  };
}

/** As the file that it comes from says it. */
function describeCustom(layer: Layer, className: string, node: KerasNode): Json {
  const own = { name: layer.name, trainable: layer.trainable, dtype: POLICY };
  const written = Object.entries(node.config).map(([key, value]) => [key, key in own ? own[key as "name"] : value]);
  return {
    module: node.module ?? null,
    class_name: className,
    config: Object.fromEntries(written),
    registered_name: node.registered_name ?? node.class_name,
    ...(node.build_config ? { build_config: node.build_config } : buildConfigOf(layer)),
  };
}

function settingsOf(layer: Layer, type: LayerType): Json {
  const config = layer.getConfig();
  const settings: Json = {};
  for (const [key, setting] of Object.entries(type.settings)) {
    const value = config[camelCase(key)];
    if (value === undefined) continue;
    try {
      settings[key] = setting.save(value, camelCase(key));
    } catch (cause) {
      throw new LitModelError(
        `layer '${layer.name}' cannot be saved: its setting ${camelCase(key)}: ${(cause as Error).message}`,
        { cause },
      );
    }
  }
  return settings;
}

/** What Keras builds the layer by; one of several inputs, or within another layer, is built as it is called. */
function buildConfigOf(layer: Layer): Json {
  const [shape, ...others] = layer.inboundNodes[0]?.inputTensors.map((input) => input.shape) ?? [];
  return shape && others.length === 0 ? { build_config: { input_shape: shape } } : {};
}

function describeInput(layer: Layer): Json {
  const { name, dtype, batchInputShape } = layer;
  return {
    module: "keras.layers",
    class_name: "InputLayer",
    config: { batch_shape: batchInputShape, dtype, sparse: false, ragged: false, name },
    registered_name: null,
  };
}

/** What a functional model calls as an operation; undefined for a layer. */
type Called = Pick<Operation, "name" | "type" | "config">;

/**
 * A layer's operation, if Keras is to have one in a functional model: also of a Lambda that takes a slice and is called
 * once, since stock Keras loads no Lambda without being told to.
 */
export function operationOf(layer: Layer): Called | undefined {
  if (layer instanceof Operation) return layer;
  if (!(layer instanceof Lambda) || !layer.slice || layer.inboundNodes.length !== 1) return undefined;
  const operands = { x: { tensor: 0 }, key: layer.slice };
  return { name: layer.name, type: GET_ITEM, config: { operation: GET_ITEM.className, operands, settings: [] } };
}

function describeOperation({ name, type, config }: Called): Json {
  const operands = type.save?.(config.operands) ?? config.operands;
  const settings = Object.fromEntries(config.settings.map((key) => [key, operands[key]]));
  return {
    module: type.module,
    class_name: type.className,
    config: { name, ...settings },
    registered_name: type.className,
  };
}

/** The calls of a functional model's layers, in its own numbers. */
class Calls {
  readonly #model: Container;
  readonly #nodes = new Map<Layer, readonly Node[]>();

  constructor(model: Container) {
    this.#model = model;
  }

  /** The calls of a layer that belong to the model, in order. */
  of(layer: Layer): readonly Node[] {
    let nodes = this.#nodes.get(layer);
    if (!nodes) {
      nodes = layer.inboundNodes.filter(
        (_, i) => isInput(layer) || this.#model.containerNodes.has(`${layer.name}_ib-${i}`),
      );
      this.#nodes.set(layer, nodes);
    }
    return nodes;
  }

  /** Keras counts a nested Functional's calls from 1 where a model names its outputs. */
  refTo(tensor: SymbolicTensor, isEnd: boolean): [string, number, number] {
    const layer = tensor.sourceLayer as Layer;
    const call = this.of(layer).indexOf(layer.inboundNodes[tensor.nodeIndex] as Node);
    const offset = isEnd && isModelLayer(layer) && !isSequential(layer) ? 1 : 0;
    return [layer.name, call + offset, tensor.tensorIndex];
  }

  describe(layer: Layer, node: Node): Json {
    const [given, parameters] = givenTo(layer, node);
    const names = Object.keys(given);
    const inPlace = parameters.findIndex((name) => !names.includes(name));
    const positional = inPlace < 0 ? parameters : parameters.slice(0, inPlace);
    const byName = names.filter((name) => !positional.includes(name));
    return {
      args: positional.map((name) => this.#write(given[name])),
      kwargs: Object.fromEntries(byName.map((name) => [name, this.#write(given[name])])),
    };
  }

  #write(value: unknown): unknown {
    if (isTensor(value)) {
      // What an operation gives is of no type here until it is computed.
      const dtype = operationOf(value.sourceLayer as Layer) ? null : value.dtype;
      const config = { shape: value.shape, dtype, keras_history: this.refTo(value, false) };
      return { class_name: "__keras_tensor__", config };
    }
    if (Array.isArray(value)) return value.map((item) => this.#write(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#write(item)]));
  }
}

/** What a call gave, by the names of the layer's arguments. */
function givenTo(layer: Layer, node: Node): [Arguments, readonly string[]] {
  if (isModelLayer(layer)) {
    const { inputs, masks } = givenToModel(node);
    const single = (values: readonly unknown[]) => (values.length === 1 ? values[0] : values);
    const places = STRUCTURES.get(layer)?.inputs;
    const given = isRecord(places) ? fillPlaces(places, inputs) : single(inputs);
    return [{ inputs: given, ...(masks && { mask: single(masks) }) }, ["inputs"]];
  }
  const { inputTensors: inputs } = node;
  const operation = operationOf(layer);
  if (operation) {
    const { type, config } = operation;
    const operands = type.save?.(config.operands) ?? config.operands;
    const given = Object.entries(operands).filter(([name]) => !config.settings.includes(name));
    return [Object.fromEntries(given.map(([name, value]) => [name, fillSlots(value, inputs)])), type.parameters];
  }
  const type = typeOf(layer);
  const [first = "inputs"] = type.parameters ?? [];
  return [
    type.given?.(layer, inputs) ?? { [first]: inputs.length === 1 ? inputs[0] : inputs },
    type.parameters ?? ["inputs"],
  ];
}
