import type { LayersModel, layers } from "@tensorflow/tfjs-layers";
import { LitModelError } from "../errors.js";
import { type Dataset, type Group, isDataset, isGroup, textsOf } from "../hdf5.js";
import { isOperation, nameOf } from "./convert-config.js";
import type { KerasContainer, KerasNode } from "./read-container.js";

type Tf = typeof import("../tf.js");

/** Reads every layer's weights into the model; counts and shapes that do not fit are errors. */
export function setWeights(model: LayersModel, container: KerasContainer, tf: Tf): void {
  const stored = container.layout === "keras" ? kerasWeights(container) : legacyWeights(container);
  for (const layer of model.layers) {
    const datasets = stored.get(layer.name) ?? [];
    if (layer.weights.length > 0 || datasets.length > 0) setLayer(layer, datasets, container, tf);
  }
}

function setLayer(layer: layers.Layer, datasets: readonly Dataset[], { path }: KerasContainer, tf: Tf): void {
  const expected = layer.weights;
  const text = (shape: readonly (number | null)[]) => `[${shape.join(", ")}]`;
  if (datasets.length !== expected.length)
    throw new LitModelError(
      `${path}: layer '${layer.name}' has ${datasets.length} weights in the file, expected ${expected.length}: ${expected.map(({ shape }) => text(shape)).join(", ")}`,
    );
  for (const [i, dataset] of datasets.entries()) {
    const shape = expected[i]?.shape ?? [];
    const found = dataset.shape ?? [];
    if (found.length !== shape.length || found.some((length, axis) => length !== shape[axis]))
      throw new LitModelError(
        `${path}: weight ${i} of layer '${layer.name}' has the shape ${text(found)}, expected ${text(shape)}`,
      );
  }
  const tensors = datasets.map((dataset) => tf.tensor(floats(dataset, layer.name, path), dataset.shape ?? []));
  layer.setWeights(tensors);
  tf.dispose(tensors);
}

function floats(dataset: Dataset, layer: string, path: string): Float32Array {
  const { value } = dataset;
  if (value instanceof Float32Array) return value;
  if (value instanceof Float64Array || value instanceof Int32Array) return Float32Array.from(value);
  if (typeof value === "number") return Float32Array.of(value);
  throw new LitModelError(
    `${path}: a weight of layer '${layer}' is of type ${JSON.stringify(dataset.dtype)}, expected floats`,
  );
}

/** `layers/<class>[_n]/vars/N`, by the group's name attribute (Keras >= 3.15), else by counting classes in layer order. */
function kerasWeights({ config, weights, path }: KerasContainer): Map<string, Dataset[]> {
  const groups = weights.get("layers");
  if (!isGroup(groups)) throw new LitModelError(`${path}: model.weights.h5 has no group 'layers'`);
  const variables = new Map<string, Group>();
  const byName = new Map<string, string>();
  for (const key of groups.keys()) {
    const vars = weights.get(`layers/${key}/vars`);
    if (!isGroup(vars)) continue;
    variables.set(key, vars);
    const [name] = textsOf(vars.attrs.name) ?? [];
    if (name !== undefined) byName.set(name, key);
  }
  const counts = new Map<string, number>();
  const result = new Map<string, Dataset[]>();
  for (const layer of config.config.layers as readonly KerasNode[]) {
    if (isOperation(layer) || (config.class_name === "Sequential" && layer.class_name === "InputLayer")) continue;
    const snake = snakeCase(layer.class_name);
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    const name = nameOf(layer, { path });
    const vars = variables.get(byName.get(name) ?? (count === 0 ? snake : `${snake}_${count}`));
    const keys = vars?.keys().sort((a, b) => Number(a) - Number(b)) ?? [];
    result.set(name, keys.map((key) => vars?.get(key)).filter(isDataset));
  }
  return result;
}

/** `<layer>/<weight>` in the order of the attributes layer_names and weight_names. */
function legacyWeights({ weights, path }: KerasContainer): Map<string, Dataset[]> {
  const nested = weights.get("model_weights");
  const root = isGroup(nested) ? nested : weights;
  const names = attributeTexts(root, "layer_names");
  if (!names) throw new LitModelError(`${path}: no attribute layer_names, the file holds no weights`);
  return new Map(
    names.map((name) => {
      const group = root.get(name);
      if (!isGroup(group)) throw new LitModelError(`${path}: layer_names lists '${name}', which is not there`);
      const datasets = (attributeTexts(group, "weight_names") ?? []).map((weight) => {
        const dataset = group.get(weight);
        if (isDataset(dataset)) return dataset;
        throw new LitModelError(`${path}: layer '${name}' lists the weight '${weight}', which is not there`);
      });
      return [name, datasets];
    }),
  );
}

/** An attribute of texts; Keras splits one above 64 KB into name0, name1, … */
function attributeTexts(group: Group, name: string): string[] | undefined {
  const { attrs } = group;
  const whole = attrs[name];
  if (whole) return whole.shape?.[0] === 0 ? [] : textsOf(whole);
  const parts: string[] = [];
  for (let i = 0; attrs[`${name}${i}`]; i++) parts.push(...(textsOf(attrs[`${name}${i}`]) ?? []));
  return parts.length > 0 ? parts : undefined;
}

/** Keras' to_snake_case. */
const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
