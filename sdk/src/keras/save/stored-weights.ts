import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Variable } from "../../tf.js";
import type { StateArray } from "../compiled/keras-optimizer.js";
import { isModelLayer, type Layer } from "../layers/layer-type.js";
import { counted } from "../layers/places.js";
import { isSequential, operationOf, typeOf } from "./describe-model.js";

/** A group of model.weights.h5 with the name that Keras >= 3.15 finds it by, and its arrays. */
export interface WeightGroup {
  /** The group that holds the arrays, `layers/dense/vars`. */
  readonly path: string;
  /** Its attribute `name`. */
  readonly name: string;
  readonly arrays: readonly (Variable | StateArray)[];
}

/** Where `.keras` keeps a model's weights: groups in the order in which Keras writes them. */
export function storedWeights(model: LayersModel, base = ""): WeightGroup[] {
  const nameOf = counted();
  const groups = model.layers.flatMap((layer): WeightGroup[] => {
    const isLeftOut = isSequential(model) ? layer.getClassName() === "InputLayer" : operationOf(layer) !== undefined;
    if (isLeftOut) return [];
    const path = `${base}layers/${nameOf(layer)}`;
    return isModelLayer(layer) ? storedWeights(layer, `${path}/`) : groupsOf(layer, path);
  });
  return [...groups, { path: `${base}vars`, name: model.name, arrays: [] }];
}

/** A layer's groups: its own `vars`, and those of the layers within it. */
function groupsOf(layer: Layer, path: string): WeightGroup[] {
  const isInput = layer.getClassName() === "InputLayer";
  const places = (isInput ? undefined : typeOf(layer).places?.(layer)) ?? layer.weights.map((_, i) => `vars/${i}`);
  const groups = new Map<string, Variable[]>([["vars", []]]);
  for (const [i, all] of places.entries())
    for (const place of [all].flat()) {
      const at = place.lastIndexOf("/");
      const arrays = groups.get(place.slice(0, at)) ?? [];
      arrays[Number(place.slice(at + 1))] = layer.weights[i]?.read() as Variable;
      groups.set(place.slice(0, at), arrays);
    }
  // Only the layer's own group is found by name; those within it are found by their place.
  return [...groups].map(([inner, arrays]) => ({
    path: `${path}/${inner}`,
    name: inner === "vars" ? layer.name : "",
    arrays,
  }));
}
