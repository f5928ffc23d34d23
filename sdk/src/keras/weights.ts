import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { tensorOfBlocks } from "../devices/late-weights.js";
import { LitModelError } from "../errors.js";
import { sizeOf } from "../tensors/size-of.js";
import { isModelNode, layersOf } from "./build-model.js";
import {
  isNode,
  type KerasContainer,
  type KerasNode,
  legacyWeights,
  type StoredArray,
  type StoredGroup,
} from "./file/container.js";
import { CUSTOM_PLACES, CUSTOM_TYPES } from "./layers/custom-type.js";
import { OuterLayer } from "./layers/inner-layer.js";
import { isModelLayer, type Layer } from "./layers/layer-type.js";
import { LAYER_TYPES, pythonNameOf } from "./layers/layer-types.js";
import { nameOf, type Origin } from "./make-layer.js";
import { isOperation } from "./operations/make-operation.js";

/** A layer and the arrays that hold its weights, in their order. */
interface Match {
  readonly layer: Layer;
  readonly arrays: readonly StoredArray[];
}

/**
 * Reads the weights of a file into the model that was made from its config, one at a time.
 * @throws LitModelError that names the layer, found and expected, if a count or a shape does not fit; before any is read
 */
export async function setWeights(
  model: LayersModel,
  config: KerasNode,
  container: KerasContainer,
  onProgress?: (fraction: number) => void,
): Promise<void> {
  const pairs = pairWeights(model, config, container);
  const total = pairs.reduce((sum, { array }) => sum + sizeOf(array.shape), 0);
  let read = 0;
  for (const { variable, array } of pairs) {
    const tensor = await readWeight(container, array, variable);
    assign(variable, tensor);
    read += sizeOf(array.shape);
    onProgress?.(read / total);
  }
}

/**
 * Reads the weights of a file into a model that is there, all or none.
 * @throws LitModelError that names the layer, found and expected, if the file has other weights than the model
 */
export async function replaceWeights(model: LayersModel, container: KerasContainer): Promise<void> {
  const { layout, weights } = container;
  const pairs = pairsOf(
    layout === "keras"
      ? matchGroups(model, outlineOf(model), weights, container, true)
      : matchNames(model, legacyWeights(weights), container, false),
    container,
  );
  const tensors: Tensor[] = [];
  try {
    for (const { variable, array } of pairs) tensors.push(await readWeight(container, array, variable));
  } catch (error) {
    for (const tensor of tensors) tensor.dispose();
    throw error;
  }
  for (const [i, { variable }] of pairs.entries()) assign(variable, tensors[i] as Tensor);
}

/**
 * The weights of the model that was made from a file's config, each with the array that holds it.
 * @throws LitModelError that names the layer, found and expected, if a count or a shape does not fit
 */
export function pairWeights(model: LayersModel, config: KerasNode, container: KerasContainer): Pair[] {
  const { layout, weights } = container;
  const matches =
    layout === "keras"
      ? matchGroups(model, config, weights, container, false)
      : matchNames(model, legacyWeights(weights), container, true);
  return pairsOf(matches, container);
}

/** A weight and the array that holds it. */
interface Pair {
  readonly variable: Variable;
  readonly array: StoredArray;
}

/** @throws LitModelError if a count or a shape does not fit */
function pairsOf(matches: readonly Match[], { path }: KerasContainer): Pair[] {
  for (const match of matches) check(match, path);
  return matches.flatMap(({ layer, arrays }) =>
    arrays.map((array, i) => ({ variable: layer.weights[i]?.read() as Variable, array })),
  );
}

const readWeight = (container: KerasContainer, array: StoredArray, { dtype }: Variable): Promise<Tensor> =>
  tensorOfBlocks(container.blocks(array), [...array.shape], dtype as "float32" | "int32");

/** Not LayerVariable.write: a constraint holds for steps of training, not for what was saved. */
function assign(variable: Variable, tensor: Tensor): void {
  variable.assign(tensor);
  tensor.dispose();
}

/** A model that is there, as far as the places of its weights depend on it. */
const outlineOf = (model: LayersModel): KerasNode => ({
  class_name: model.getClassName() === "Sequential" ? "Sequential" : "Functional",
  config: {
    name: model.name,
    layers: model.layers.map((layer) => {
      if (isModelLayer(layer)) return outlineOf(layer);
      const wrapped = layer instanceof OuterLayer ? [...layer.inner.values()].find(isModelLayer) : null;
      const config = { name: layer.name, ...(wrapped ? { layer: outlineOf(wrapped) } : {}) };
      return { class_name: layer.getClassName(), config };
    }),
  },
});

function check({ layer, arrays }: Match, path: string): void {
  const expected = layer.weights;
  const text = (shape: readonly (number | null)[]) => `[${shape.join(", ")}]`;
  if (arrays.length !== expected.length)
    throw new LitModelError(
      `${path}: layer '${layer.name}' has ${arrays.length} ${arrays.length === 1 ? "weight" : "weights"} in the file, expected ${[expected.length, ...expected.map(({ shape }) => text(shape))].join(" ")}`,
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
 * @param isExact a group of no layer of the model is an error
 */
function matchGroups(
  model: LayersModel,
  node: KerasNode,
  group: StoredGroup,
  origin: Origin,
  isExact: boolean,
): Match[] {
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
  const used = new Set<StoredGroup>();
  const matches = kept.flatMap((inner): Match[] => {
    const snake = snakeCase(pythonNameOf(inner.class_name));
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    const name = nameOf(inner, origin);
    const layer = layers.get(name);
    const found = isNamed ? byName.get(name) : groups.groups.get(count === 0 ? snake : `${snake}_${count}`);
    if (!layer) return [];
    if (found) used.add(found);
    const modelMatches = (model: Layer, node: KerasNode, group: StoredGroup | undefined): Match[] =>
      group ? matchGroups(model as LayersModel, node, group, origin, isExact) : [{ layer: model, arrays: [] }];
    if (isModelNode(inner)) return modelMatches(layer, inner, found);
    const { layer: wrapped } = inner.config;
    if (layer instanceof OuterLayer && isNode(wrapped) && isModelNode(wrapped))
      return [...layer.inner.values()].flatMap((model) => modelMatches(model, wrapped, found?.groups.get("layer")));
    const type = CUSTOM_TYPES.get(layer) ?? LAYER_TYPES.get(inner.class_name);
    const places = type?.places?.(layer) ?? layer.weights.map((_, i) => `vars/${i}`);
    const placed = places.map((place) => {
      const [first = ""] = [place].flat();
      // tf_keras names the layers within a layer by their private attributes.
      return found && (arrayAt(found, first) ?? arrayAt(found, `_${first}`));
    });
    const stored = found ? arraysOf(found) : [];
    const arrays = stored.map(([, array]) => array);
    // When some are missing or left over, the count in the message is the file's.
    const fits = placed.every((array) => array !== undefined) && arrays.length === places.flat().length;
    if (!fits && CUSTOM_TYPES.has(layer))
      CUSTOM_PLACES.set(
        layer,
        stored.map(([place]) => place),
      );
    return [{ layer, arrays: fits ? (placed as StoredArray[]) : arrays }];
  });
  const [other] = [...groups.groups].find(([, group]) => !used.has(group) && arraysOf(group).length > 0) ?? [];
  if (isExact && other !== undefined)
    throw new LitModelError(
      `${origin.path}: the file has weights of a layer '${other}', which '${model.name}' has not`,
    );
  return matches;
}

/** Every array of a layer's group and its place there, without the states of random generators. */
export function arraysOf(group: StoredGroup, prefix = ""): [string, StoredArray][] {
  const inner = [...group.groups].filter(([name]) => !name.startsWith("seed_generator"));
  return [
    ...[...group.arrays].map(([name, array]): [string, StoredArray] => [prefix + name, array]),
    ...inner.flatMap(([name, found]) => arraysOf(found, `${prefix}${name}/`)),
  ];
}

/**
 * `<layer>/<weight>` in the order of the attributes layer_names and weight_names, by name; weights of another model's file
 * else in the layers' order.
 * @param isOwn the model is the file's
 */
function matchNames(model: LayersModel, root: StoredGroup, { path }: KerasContainer, isOwn: boolean): Match[] {
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
  const list = (found: readonly string[]) =>
    `${found.length} (${found.slice(0, 5).join(", ")}${found.length > 5 ? ", …" : ""})`;
  if (!isOwn && inOrder.length !== weighted.length)
    throw new LitModelError(
      `${path}: the layers with weights in the file are ${list(inOrder.map(([name]) => name))}, expected ${list(weighted.map(({ name }) => name))}`,
    );
  const lost = weighted.find(({ name }) => !byName.has(name));
  if (isOwn && lost) throw new LitModelError(`${path}: no weights of layer '${lost.name}', found ${list(names)}`);
  if (lost) return weighted.map((layer, i) => ({ layer, arrays: inOrder[i]?.[1] ?? [] }));
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
