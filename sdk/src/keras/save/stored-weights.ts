import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Variable } from "../../tf.js";
import type { StateArray } from "../compiled/keras-optimizer.js";
import type { Layer } from "../layers/layer-type.js";
import { Operation } from "../operations/operation.js";
import { snakeCase } from "../weights.js";
import { isModelLayer, isSequential, typeOf } from "./describe-model.js";

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
  const counts = new Map<string, number>();
  const groups = model.layers.flatMap((layer): WeightGroup[] => {
    if (layer instanceof Operation || (isSequential(model) && layer.getClassName() === "InputLayer")) return [];
    const snake = snakeCase(pythonNameOf(layer));
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    const path = `${base}layers/${snake}${count === 0 ? "" : `_${count}`}`;
    return isModelLayer(layer) ? storedWeights(layer, `${path}/`) : groupsOf(layer, path);
  });
  return [...groups, { path: `${base}vars`, name: model.name, arrays: [] }];
}

function pythonNameOf(layer: Layer): string {
  if (isModelLayer(layer)) return isSequential(layer) ? "Sequential" : "Functional";
  return layer.getClassName() === "InputLayer" ? "InputLayer" : (typeOf(layer).pythonName ?? layer.getClassName());
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
