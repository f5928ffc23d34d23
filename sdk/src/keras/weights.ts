import type { Variable } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { LitModelError } from "../errors.js";
import { isModel, layersOf } from "./build-model.js";
import {
  isNode,
  type KerasContainer,
  type KerasNode,
  legacyWeights,
  type StoredArray,
  type StoredGroup,
} from "./file/container.js";
import { OuterLayer } from "./layers/inner-layer.js";
import type { Layer } from "./layers/layer-type.js";
import { LAYER_TYPES } from "./layers/layer-types.js";
import { nameOf, type Origin } from "./make-layer.js";
import { isOperation } from "./operations/make-operation.js";

type Tf = typeof import("../tf.js");

/** A layer and the arrays that hold its weights, in their order. */
interface Match {
  readonly layer: Layer;
  readonly arrays: readonly StoredArray[];
}

/**
 * Reads every layer's weights into the model, one at a time.
 * @throws LitModelError that names the layer, found and expected, if a count or a shape does not fit; before any is read
 */
export async function setWeights(
  model: LayersModel,
  container: KerasContainer,
  tf: Tf,
  onProgress?: (fraction: number) => void,
): Promise<void> {
  const { weights, path } = container;
  const config = container.config ?? outlineOf(model);
  const matches =
    container.layout === "keras"
      ? matchGroups(model, config, weights, container)
      : matchNames(model, legacyWeights(weights), path);
  for (const match of matches) check(match, path);
  const sizeOf = ({ shape }: StoredArray) => shape.reduce((product, length) => product * length, 1);
  const total = matches.reduce((sum, { arrays }) => arrays.reduce((part, array) => part + sizeOf(array), sum), 0);
  let read = 0;
  for (const { layer, arrays } of matches) {
    const variables = layer.weights;
    for (const [i, array] of arrays.entries()) {
      const variable = variables[i]?.read() as Variable;
      const tensor = tf.tensor(await container.read(array), [...array.shape], variable.dtype as "float32" | "int32");
      // Not LayerVariable.write: a constraint holds for steps of training, not for what was saved.
      variable.assign(tensor);
      tensor.dispose();
      read += sizeOf(array);
      onProgress?.(read / total);
    }
  }
}

/** A model that is there, as far as the places of its weights depend on it. */
const outlineOf = (model: LayersModel): KerasNode => ({
  class_name: model.getClassName() === "Sequential" ? "Sequential" : "Functional",
  config: {
    name: model.name,
    layers: model.layers.map((layer) => {
      if ("layers" in layer) return outlineOf(layer as LayersModel);
      return { class_name: layer.getClassName(), config: { name: layer.name } };
    }),
  },
});

function check({ layer, arrays }: Match, path: string): void {
  const expected = layer.weights;
  const text = (shape: readonly (number | null)[]) => `[${shape.join(", ")}]`;
  if (arrays.length !== expected.length)
    throw new LitModelError(
      `${path}: layer '${layer.name}' has ${arrays.length} weights in the file, expected ${expected.length}: ${expected.map(({ shape }) => text(shape)).join(", ")}`,
    );
  for (const [i, { shape: found }] of arrays.entries()) {
    const shape = expected[i]?.shape ?? [];
    if (found.length !== shape.length || found.some((length, axis) => length !== shape[axis]))
      throw new LitModelError(
        `${path}: weight ${i} of layer '${layer.name}' has the shape ${text(found)}, expected ${text(shape)}`,
      );
  }
}

/**
 * `layers/<class>[_n]/vars/N`: a layer's group is the one whose attribute says its name (Keras >= 3.15) if all are named,
 * else found by counting the layers of its class. A nested model's group holds `layers` again.
 */
function matchGroups(model: LayersModel, node: KerasNode, group: StoredGroup, origin: Origin): Match[] {
  const groups = group.groups.get("layers") ?? group.groups.get("_layer_checkpoint_dependencies");
  if (!groups) throw new LitModelError(`${origin.path}: model.weights.h5 has no group 'layers'`);
  const byName = new Map<string, StoredGroup>();
  for (const found of groups.groups.values()) {
    const [name] = found.groups.get("vars")?.texts.get("name") ?? [];
    if (name !== undefined) byName.set(name, found);
  }
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const kept = layersOf(node, origin).filter(
    (inner) => !isOperation(inner) && !(node.class_name === "Sequential" && inner.class_name === "InputLayer"),
  );
  // Names that another model's file shares by chance say nothing.
  const isNamed = kept.every((inner) => byName.has(nameOf(inner, origin)));
  const counts = new Map<string, number>();
  return kept.flatMap((inner): Match[] => {
    const type = LAYER_TYPES.get(inner.class_name);
    const snake = snakeCase(type?.pythonName ?? inner.class_name);
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    const name = nameOf(inner, origin);
    const layer = layers.get(name);
    const found = isNamed ? byName.get(name) : groups.groups.get(count === 0 ? snake : `${snake}_${count}`);
    if (!layer) return [];
    const modelMatches = (model: Layer, node: KerasNode, group: StoredGroup | undefined): Match[] =>
      group ? matchGroups(model as LayersModel, node, group, origin) : [{ layer: model, arrays: [] }];
    if (isModel(inner)) return modelMatches(layer, inner, found);
    const { layer: wrapped } = inner.config;
    if (layer instanceof OuterLayer && isNode(wrapped) && isModel(wrapped))
      return [...layer.inner.values()].flatMap((model) => modelMatches(model, wrapped, found?.groups.get("layer")));
    const places = type?.places?.(layer) ?? layer.weights.map((_, i) => `vars/${i}`);
    const placed = places.map((place) => {
      const [first = ""] = [place].flat();
      // tf_keras names the layers within a layer by their private attributes.
      return found && (arrayAt(found, first) ?? arrayAt(found, `_${first}`));
    });
    const arrays = found ? arraysOf(found) : [];
    // When some are missing or left over, the count in the message is the file's.
    const fits = placed.every((array) => array !== undefined) && arrays.length === places.flat().length;
    return [{ layer, arrays: fits ? (placed as StoredArray[]) : arrays }];
  });
}

/** Every array of a layer's group but the states of random generators. */
function arraysOf(group: StoredGroup): StoredArray[] {
  const inner = [...group.groups].filter(([name]) => !name.startsWith("seed_generator"));
  return [...group.arrays.values(), ...inner.flatMap(([, found]) => arraysOf(found))];
}

/** `<layer>/<weight>` in the order of the attributes layer_names and weight_names, by name, else in the layers' order. */
function matchNames(model: LayersModel, root: StoredGroup, path: string): Match[] {
  const names = root.texts.get("layer_names");
  if (!names) throw new LitModelError(`${path}: no attribute layer_names, the file holds no weights`);
  const stored = names.map((name): [string, StoredArray[]] => {
    const found = root.groups.get(name);
    if (!found) throw new LitModelError(`${path}: layer_names lists '${name}', which is not there`);
    const arrays = (found.texts.get("weight_names") ?? []).map((weight) => {
      const array = arrayAt(found, weight);
      if (array) return array;
      throw new LitModelError(`${path}: layer '${name}' lists the weight '${weight}', which is not there`);
    });
    return [name, arrays];
  });
  const byName = new Map(stored);
  const weighted = model.layers.filter((layer) => layer.weights.length > 0);
  const inOrder = stored.filter(([, arrays]) => arrays.length > 0);
  const isNamed = weighted.every(({ name }) => byName.has(name)) || weighted.length !== inOrder.length;
  if (!isNamed) return weighted.map((layer, i) => ({ layer, arrays: inOrder[i]?.[1] ?? [] }));
  return model.layers.map((layer) => ({ layer, arrays: byName.get(layer.name) ?? [] }));
}

export function arrayAt(group: StoredGroup, path: string): StoredArray | undefined {
  const names = path.split("/");
  const last = names.pop() as string;
  let found: StoredGroup | undefined = group;
  for (const name of names) found = found?.groups.get(name);
  return found?.arrays.get(last);
}

/** Keras' to_snake_case. */
export const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
