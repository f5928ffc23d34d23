import type { layers, Tensor } from "../../tf.js";

/** What a Lambda or an activation computes. Tensors that it makes and does not return are disposed. */
export type CustomFunction = (inputs: never, settings?: Readonly<Record<string, unknown>>) => Tensor | Tensor[];

/** A class of tfjs-layers: its constructor takes the layer's config with camelCase keys. */
export type CustomLayer = new (config: never) => layers.Layer;

/**
 * What names in a model's file stand for: a function for a Lambda, under the layer's name; a function for an activation,
 * under its own name, a lambda under the layer's; a class for layers, under Keras' class name (`MyLayer` or `package>MyLayer`).
 */
export type CustomObjects = Readonly<Record<string, CustomFunction | CustomLayer>>;

/** The names of `customObjects` that a model's config does not mention: misspelt ones. */
export function unusedNames(config: unknown, customObjects: CustomObjects = {}): string[] {
  const left = new Set(Object.keys(customObjects));
  const visit = (value: unknown): void => {
    if (typeof value === "string") {
      left.delete(value);
      left.delete(value.slice(value.indexOf(">") + 1));
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit(config);
  return [...left];
}
