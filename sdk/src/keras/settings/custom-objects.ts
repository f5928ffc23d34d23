import type { layers, Tensor } from "../../tf.js";

/** What a Lambda or an activation computes. Tensors that it makes and does not return are disposed. */
export type CustomFunction = (inputs: never, settings?: Readonly<Record<string, unknown>>) => Tensor | Tensor[];

/** A class of tfjs-layers: its constructor takes the layer's config with camelCase keys. */
export type CustomLayer = new (config: never) => layers.Layer;

/**
 * What names in a model's file stand for: a function for a Lambda, under the layer's name; a function for an activation,
 * under its own name; a class for layers, under Keras' class name (`MyLayer` or `package>MyLayer`).
 */
export type CustomObjects = Readonly<Record<string, CustomFunction | CustomLayer>>;
