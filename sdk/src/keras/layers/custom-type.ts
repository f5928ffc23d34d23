import { layers } from "../../tf.js";
import type { KerasNode } from "../file/container.js";
import type { CustomFunction, CustomLayer } from "../settings/custom-objects.js";
import { refuse, type Setting, type Where } from "../settings/setting.js";
import type { Layer, LayerType } from "./layer-type.js";

/** The type of one layer of a class that Keras does not have. */
interface CustomType extends LayerType {
  /** What the file says of the layer: saving it says the same. */
  readonly node: KerasNode;
}

/** The layers that classes of `customObjects` made. */
export const CUSTOM_TYPES = new WeakMap<Layer, CustomType>();

/** Where the file keeps a custom layer's weights if it is not `vars/0`, `vars/1`, …: those of layers within it. */
export const CUSTOM_PLACES = new WeakMap<Layer, readonly string[]>();

const kept: Setting = { load: (value) => value, save: (value) => value };

const isLayerClass = (value: CustomFunction | CustomLayer | undefined): value is CustomLayer =>
  value?.prototype instanceof layers.Layer;

/** The name of a class without its package, `Scale` of `mine>Scale`. */
const withoutPackage = (name: string): string => name.slice(name.indexOf(">") + 1);

/**
 * The type of a layer whose class is among `customObjects`; undefined if it is not.
 * @throws LitModelError if something else is there under its name
 */
export function customType(node: KerasNode, where: Where): LayerType | undefined {
  const { customObjects = {} } = where;
  const { class_name, registered_name: registered, config } = node;
  const className = withoutPackage(class_name);
  const names = [registered, class_name, className];
  const key = names.find((name): name is string => typeof name === "string" && Object.hasOwn(customObjects, name));
  if (key === undefined) return undefined;
  const layerClass = customObjects[key];
  if (!isLayerClass(layerClass))
    return refuse(
      where,
      `is a ${registered ?? class_name}: customObjects has a ${typeof layerClass} under '${key}', expected a class of tf.layers.Layer`,
      "UNSUPPORTED_LAYER",
    );
  const keys = Object.keys(config).filter((name) => !["name", "trainable", "dtype"].includes(name));
  const type: CustomType = {
    className,
    node,
    settings: Object.fromEntries(keys.map((name) => [name, kept])),
    make: (given: never) => {
      const layer = new layerClass(given);
      CUSTOM_TYPES.set(layer, type);
      return layer;
    },
    places: (layer) => CUSTOM_PLACES.get(layer) ?? layer.weights.map((_, i) => `vars/${i}`),
  };
  return type;
}
