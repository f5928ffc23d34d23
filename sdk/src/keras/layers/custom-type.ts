import { layers } from "../../tf.js";
import type { KerasNode } from "../file/container.js";
import type { CustomFunction, CustomLayer } from "../settings/custom-objects.js";
import type { Setting, Where } from "../settings/setting.js";
import type { LayerType } from "./layer-type.js";

const kept: Setting = { load: (value) => value, save: (value) => value };

const isLayerClass = (value: CustomFunction | CustomLayer | undefined): value is CustomLayer =>
  value?.prototype instanceof layers.Layer;

/** The type of a layer whose class is among `customObjects`; undefined if it is not. */
export function customType(node: KerasNode, { customObjects = {} }: Where): LayerType | undefined {
  const { class_name: className, registered_name: registered, config } = node;
  const names = [registered, className, className.slice(className.indexOf(">") + 1)];
  const key = names.find((name) => typeof name === "string" && Object.hasOwn(customObjects, name));
  const layerClass = customObjects[key ?? ""];
  if (!isLayerClass(layerClass)) return undefined;
  const keys = Object.keys(config).filter((name) => !["name", "trainable", "dtype"].includes(name));
  return {
    className,
    settings: Object.fromEntries(keys.map((name) => [name, kept])),
    make: (given: never) => new layerClass(given),
  };
}
