import { LitModelError } from "../errors.js";
import { countLayer } from "./build-limits.js";
import { buildModel, isModelNode } from "./build-model.js";
import { isNode, type KerasNode } from "./file/container.js";
import { customType } from "./layers/custom-type.js";
import type { Layer, LayerType } from "./layers/layer-type.js";
import { LAYER_TYPES } from "./layers/layer-types.js";
import { REFUSED_LAYERS } from "./layers/refused-layers.js";
import type { CustomObjects } from "./settings/custom-objects.js";
import { camelCase, refuse, type Where } from "./settings/setting.js";

/** The file that a model is loaded from. */
export interface Origin {
  /** The file, for messages. */
  readonly path: string;
  /** The major version of the Keras that wrote it. */
  readonly major: 2 | 3;
  readonly customObjects?: CustomObjects;
}

/** A name of a layer or a model. @throws LitModelError if it has none */
export function nameOf({ config, name, class_name }: KerasNode, { path }: Origin): string {
  const found = config.name ?? name;
  if (typeof found === "string") return found;
  throw new LitModelError(`${path}: a layer of class ${class_name} has no name`);
}

/** The type of a layer. @throws LitModelError if none loads it */
export function layerTypeOf(node: KerasNode, where: Where): LayerType {
  const { class_name, registered_name: registered } = node;
  const custom = customType(node, where);
  if (custom) return custom;
  const type = LAYER_TYPES.get(class_name);
  const isNamed = !registered || registered === class_name || registered.startsWith("keras");
  const isStock = isNamed && (!type?.module || (node.module ?? type.module) === type.module);
  if (type && isStock) return type;
  const reason =
    (isStock && REFUSED_LAYERS.get(class_name)) || "Keras has no such layer, pass its class in customObjects";
  return refuse(where, `is a ${registered ?? class_name}, which does not load: ${reason}`, "UNSUPPORTED_LAYER");
}

/** The layer that a config describes, not yet built. @throws LitModelError if it does not load */
export function makeLayer(node: KerasNode, origin: Origin): Layer {
  const where: Where = { ...origin, layer: nameOf(node, origin) };
  const type = layerTypeOf(node, where);
  countLayer();
  const { dtype } = node.config;
  if (isNode(dtype) && dtype.class_name.startsWith("Quantized"))
    refuse(where, `is quantized (${dtype.class_name}), which does not load`, "UNSUPPORTED_LAYER");
  const config: Record<string, unknown> = { name: where.layer, trainable: node.config.trainable !== false };
  for (const [key, setting] of Object.entries(type.settings)) {
    const given = node.config[key];
    if (setting.isRequired && (given ?? null) === null)
      refuse(where, `has no ${key} in its config, which does not load`);
    const value = given === undefined ? undefined : setting.load(given, where);
    if (value !== undefined) config[camelCase(key)] = value;
  }
  const makeWithin = (inner: KerasNode): Layer =>
    isModelNode(inner) ? buildModel(inner, origin) : makeLayer(inner, origin);
  const context = { ...where, makeLayer: makeWithin };
  const layer = type.make(config as never, context);
  layer.setFastWeightInitDuringBuild(true);
  return layer;
}

/** The shape that a layer's config gives its input, batch axis first; undefined if it gives none. */
export function inputShapeOf({ config }: KerasNode): (number | null)[] | undefined {
  const shape = config.batch_shape ?? config.batch_input_shape;
  return isShape(shape) ? shape : undefined;
}

export const isShape = (value: unknown): value is (number | null)[] =>
  Array.isArray(value) && value.every((length) => length === null || (Number.isSafeInteger(length) && length >= 0));

/** The type of an input's values: whole numbers are int32, others float32. */
export function inputTypeOf({ config: { dtype } }: KerasNode): "int32" | "float32" {
  const name = isNode(dtype) ? dtype.config.name : dtype;
  return typeof name === "string" && /^u?int/.test(name) ? "int32" : "float32";
}
