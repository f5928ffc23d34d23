import { LitModelError } from "../errors.js";
import { activationName } from "./activation-names.js";
import type { ItemKey } from "./layers/get-item.js";
import { isNode, isRecord, type KerasNode } from "./read-container.js";

/** A model or layer in the form that tfjs-layers deserializes. */
export interface TopologyNode {
  readonly class_name: string;
  readonly name?: string;
  readonly config: Record<string, unknown>;
  readonly inbound_nodes?: unknown;
}

interface Context {
  readonly path: string;
  readonly major: 2 | 3;
}

/** A reference to a layer's output: its name, the call's number, the output's number. */
type TensorRef = readonly [layer: string, node: number, tensor: number];

/** The config keys of each layer that tfjs-layers takes under the same name and meaning. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  Activation: ["activation"],
  BatchNormalization: ["axis", "momentum", "epsilon", "center", "scale"],
  Concatenate: ["axis"],
  Dense: ["units", "activation", "use_bias"],
  Dropout: ["rate", "noise_shape", "seed"],
  Flatten: ["data_format"],
  GaussianNoise: ["stddev"],
  InputLayer: [],
  Reshape: ["target_shape"],
};

/** Layers and operations that load. */
export const SUPPORTED: readonly string[] = [...Object.keys(KEYS), "GetItem"].sort();

/** Whether a node of a Functional model is an operation (`x[:, 0:5]`), which Keras does not count among its layers. */
export const isOperation = ({ module, class_name }: KerasNode): boolean =>
  class_name === "GetItem" || /(^|\.)ops\./.test(module ?? "");

/** A Functional or Sequential model as tfjs-layers deserializes it. */
export function convertModel(model: KerasNode, context: Context): TopologyNode {
  const { layers, name = "model" } = model.config;
  if (!Array.isArray(layers) || !layers.every(isNode))
    throw new LitModelError(`${context.path}: the model's config has no layers`);
  if (model.class_name === "Sequential") return convertSequential(model, layers, context);
  if (model.class_name !== "Functional" && model.class_name !== "Model")
    throw new LitModelError(
      `${context.path}: the model is a ${model.class_name}, expected a Functional or Sequential model`,
    );
  const converted = layers.map((layer) => ({
    ...convertLayer(layer, context),
    name: nameOf(layer, context),
    inbound_nodes: (layer.inbound_nodes ?? []).map((node) => convertInbound(node, layer, context)),
  }));
  const names = new Set(converted.map((layer) => layer.name));
  const ends = (key: "input_layers" | "output_layers") => {
    const refs = refsOf(model.config[key]);
    for (const [layer] of refs)
      if (!names.has(layer))
        throw new LitModelError(`${context.path}: ${key} names the layer '${layer}', which is not there`);
    if (refs.length === 0) throw new LitModelError(`${context.path}: the model's config has no ${key}`);
    return refs;
  };
  const config = { name, layers: converted, input_layers: ends("input_layers"), output_layers: ends("output_layers") };
  return { class_name: "Functional", config };
}

function convertSequential(model: KerasNode, nodes: readonly KerasNode[], context: Context): TopologyNode {
  const layers = nodes.map((layer) => convertLayer(layer, context));
  const [first] = layers;
  if (!first) throw new LitModelError(`${context.path}: the Sequential model has no layers`);
  const shape = model.config.build_input_shape ?? model.build_config?.input_shape;
  if (first.class_name !== "InputLayer" && first.config.batch_input_shape === undefined) {
    if (!Array.isArray(shape))
      throw new LitModelError(
        `${context.path}: the Sequential model was saved before it was built, its input's shape is unknown`,
      );
    first.config.batch_input_shape = shape;
  }
  return { class_name: "Sequential", config: { name: model.config.name ?? "sequential", layers } };
}

export function nameOf(layer: KerasNode, { path }: { readonly path: string }): string {
  const name = layer.config.name ?? layer.name;
  if (typeof name !== "string") throw new LitModelError(`${path}: a layer of class ${layer.class_name} has no name`);
  return name;
}

function convertLayer(layer: KerasNode, context: Context): TopologyNode {
  const name = nameOf(layer, context);
  const { class_name } = layer;
  if (class_name === "GetItem")
    return { class_name, config: { name, trainable: false, keys: itemKeys(layer, context) } };
  const keys = Object.hasOwn(KEYS, class_name) ? KEYS[class_name] : undefined;
  const registered = layer.registered_name;
  if (!keys || isOperation(layer) || (registered && registered !== class_name && !registered.startsWith("keras")))
    throw new LitModelError(
      `${context.path}: layer '${name}' is a ${registered ?? class_name}, which does not load; these do: ${SUPPORTED.join(", ")}`,
      { code: "UNSUPPORTED_LAYER" },
    );
  const config: Record<string, unknown> = { name, trainable: layer.config.trainable ?? true, dtype: "float32" };
  for (const key of keys) if (layer.config[key] !== undefined) config[key] = layer.config[key];
  if ("activation" in config) config.activation = convertActivation(config.activation, name, context);
  if (Array.isArray(config.axis)) config.axis = config.axis[0];
  const shape = layer.config.batch_shape ?? layer.config.batch_input_shape;
  if (Array.isArray(shape)) config.batch_input_shape = shape;
  if (class_name === "InputLayer") {
    if (!Array.isArray(shape)) throw new LitModelError(`${context.path}: the InputLayer '${name}' has no batch_shape`);
    config.sparse = false;
    config.dtype = inputType(layer.config.dtype);
  }
  if (class_name === "Dense") {
    Object.assign(config, { kernel_initializer: "zeros", bias_initializer: "zeros" });
    for (const key of ["kernel_regularizer", "bias_regularizer", "activity_regularizer"])
      if (isRecord(layer.config[key])) config[key] = convertRegularizer(layer.config[key], name, context);
  }
  return { class_name, config };
}

const inputType = (dtype: unknown): string => {
  const name = isRecord(dtype) && isRecord(dtype.config) ? dtype.config.name : dtype;
  return typeof name === "string" && /^u?int/.test(name) ? "int32" : "float32";
};

function convertActivation(value: unknown, layer: string, { path, major }: Context): string {
  if (value === null) return "linear";
  const name = typeof value === "string" ? activationName(value, major) : undefined;
  if (name !== undefined) return name;
  const found = typeof value === "string" ? value : isRecord(value) ? String(value.class_name) : typeof value;
  throw new LitModelError(`${path}: layer '${layer}' has the activation '${found}', which does not load`, {
    code: "UNSUPPORTED_ACTIVATION",
  });
}

function convertRegularizer(value: Readonly<Record<string, unknown>>, layer: string, { path }: Context): unknown {
  const { l1 = 0, l2 = 0 } = isRecord(value.config) ? value.config : {};
  if (["L1", "L2", "L1L2"].includes(String(value.class_name))) return { class_name: "L1L2", config: { l1, l2 } };
  throw new LitModelError(
    `${path}: layer '${layer}' has the regularizer ${String(value.class_name)}, which does not load`,
  );
}

/** The calls of a layer as tfjs-layers writes them: `[[layer, node, tensor, {}], …]` for each. */
function convertInbound(node: unknown, layer: KerasNode, context: Context): unknown {
  const refs = isRecord(node) ? tensorsOf(node.args) : refsOf(node);
  const kwargs = isRecord(node) && isRecord(node.kwargs) ? node.kwargs : {};
  if (refs.length === 0 || tensorsOf(Object.values(kwargs)).length > 0 || kwargs.training === true)
    throw new LitModelError(
      `${context.path}: layer '${nameOf(layer, context)}' is called with ${refs.length === 0 ? "no tensor" : "arguments by name"}, which does not load`,
    );
  return refs.map((ref) => [...ref, {}]);
}

/** Keras 3's tensors within the arguments of a call, in order. */
function tensorsOf(value: unknown): TensorRef[] {
  if (Array.isArray(value)) return value.flatMap(tensorsOf);
  if (!isNode(value) || value.class_name !== "__keras_tensor__") return [];
  const history = value.config.keras_history;
  return isRef(history) ? [[history[0], history[1], history[2]]] : [];
}

/** Keras 2's references within a call, or a model's inputs or outputs: one, a list or a record of them. */
function refsOf(value: unknown): TensorRef[] {
  if (isRef(value)) return [[value[0], value[1], value[2]]];
  if (Array.isArray(value)) return value.flatMap(refsOf);
  return isRecord(value) ? Object.values(value).flatMap(refsOf) : [];
}

const isRef = (value: unknown): value is TensorRef =>
  Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number" && typeof value[2] === "number";

/** The key of `x[key]` from GetItem's call. */
function itemKeys(layer: KerasNode, context: Context): ItemKey[] {
  const [node] = layer.inbound_nodes ?? [];
  const args = isRecord(node) && Array.isArray(node.args) ? node.args : [];
  const kwargs = isRecord(node) && isRecord(node.kwargs) ? node.kwargs : {};
  const key = args.length > 1 ? args[1] : kwargs.key;
  return (Array.isArray(key) ? key : [key]).map((item) => itemKey(item, layer, context));
}

function itemKey(item: unknown, layer: KerasNode, context: Context): ItemKey {
  const isBound = (value: unknown): value is number | null => value === null || Number.isSafeInteger(value);
  if (item === null) return { kind: "newaxis" };
  if (typeof item === "number" && Number.isSafeInteger(item)) return { kind: "index", at: item };
  if (isRecord(item) && /ellipsis/i.test(String(item.class_name))) return { kind: "ellipsis" };
  if (isNode(item) && item.class_name === "__slice__") {
    const { start = null, stop = null, step = null } = item.config;
    if (isBound(start) && isBound(stop) && isBound(step) && step !== 0) return { kind: "slice", start, stop, step };
  }
  throw new LitModelError(
    `${context.path}: operation '${nameOf(layer, context)}' takes ${JSON.stringify(item)?.slice(0, 80)}, expected an index, a slice, an ellipsis or None`,
  );
}
