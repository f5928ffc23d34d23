import type { LayersModel } from "@tensorflow/tfjs-layers";
import { settingAlone } from "../devices/trainable.js";
import { LitError, LitModelError } from "../errors.js";
import { sizeOf } from "../tensors/size-of.js";
import { Tensor } from "../tf.js";
import { buildWithin } from "./build-limits.js";
import { buildModel } from "./build-model.js";
import { loadCompiled } from "./compiled/load-compiled.js";
import type { KerasContainer, KerasNode, StoredGroup } from "./file/container.js";
import { registerLayers } from "./layers/layer-types.js";
import type { LoadKerasOptions } from "./load-keras.js";
import { unusedNames } from "./settings/custom-objects.js";
import { setWeights } from "./weights.js";

/** Values of weights that a model may have beyond those in its file, until each layer's are checked. */
const SLACK = 2 ** 20;

/** The model that an open file holds. @throws LitModelError that names the file and what in it does not load */
export async function loadModel(container: KerasContainer, options: LoadKerasOptions = {}): Promise<LayersModel> {
  const model = buildUnset(container, options);
  try {
    await setWeights(model, container.config as KerasNode, container, options.onProgress);
    await loadCompiled(model, container);
  } catch (error) {
    model.dispose();
    throw error;
  }
  takeInputsByName(model);
  return model;
}

/**
 * The model that an open file holds, its weights not yet those of the file: they have shapes and must not be read.
 * @throws LitModelError that names the file and what in it does not load
 */
export function buildUnset(container: KerasContainer, { customObjects }: LoadKerasOptions = {}): LayersModel {
  const { config, path, major, weights } = container;
  if (!config) throw new LitModelError(`${path}: the file holds weights and no model`);
  registerLayers();
  const origin = { path, major, ...(customObjects && { customObjects }) };
  try {
    return buildWithin(valuesIn(weights) + SLACK, () => settingAlone(() => buildModel(config, origin)));
  } catch (cause) {
    if (cause instanceof LitError) throw withUnused(cause, unusedNames(config, customObjects));
    throw new LitModelError(`${path}: the layers do not fit together: ${(cause as Error).message}`, { cause });
  }
}

/** Lets a model predict from inputs under their names, as `fit` takes them. */
function takeInputsByName(model: LayersModel): void {
  const predict = model.predict.bind(model);
  model.predict = (x, options) => {
    if (x instanceof Tensor || Array.isArray(x)) return predict(x, options);
    const inputs = x as Readonly<Record<string, Tensor>>;
    const lost = model.inputNames.find((name) => !(inputs[name] instanceof Tensor));
    if (lost === undefined)
      return predict(
        model.inputNames.map((name) => inputs[name] as Tensor),
        options,
      );
    throw new LitModelError(
      `${model.name}: no input '${lost}' among ${Object.keys(inputs).join(", ") || "none"}, expected ${model.inputNames.join(", ")}`,
    );
  };
}

/** What asks for customObjects also says which of them nothing asks for. */
function withUnused(error: LitError, names: readonly string[]): LitError {
  if (names.length === 0 || !error.message.includes("customObjects")) return error;
  const { code, cause } = error;
  const list = names.map((name) => `'${name}'`).join(", ");
  return new LitModelError(`${error.message}; nothing in the model is named ${list}, which customObjects has`, {
    code,
    cause,
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** How many values a group's arrays hold. */
const valuesIn = ({ arrays, groups }: StoredGroup): number =>
  sum([...arrays.values()].map(({ shape }) => sizeOf(shape))) + sum([...groups.values()].map(valuesIn));
