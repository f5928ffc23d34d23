import type { LayersModel } from "@tensorflow/tfjs-layers";
import { loadTf } from "../devices/load-tf.js";
import { LitError, LitModelError } from "../errors.js";
import type { CustomObjects } from "./settings/custom-objects.js";

export interface LoadKerasOptions {
  /** What the names of Lambdas, functions and classes stand for that Keras does not have; default none. */
  readonly customObjects?: CustomObjects;
  /** Hears how much of the weights is read, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Loads a Keras model file: `.keras` of Keras 3 or tf_keras, or a legacy `.h5`, told apart by content. Nothing in the
 * file is executed. Weights and inputs are float32.
 * @param source a path, or the file's bytes
 * @throws LitModelError that names the file and what in it does not load or is damaged
 */
export async function loadKeras(
  source: string | Uint8Array,
  { customObjects, onProgress }: LoadKerasOptions = {},
): Promise<LayersModel> {
  const tf = await loadTf();
  const [{ registerLayers }, { withContainer }, { buildModel }, { setWeights }, { loadCompiled }] = await Promise.all([
    import("./layers/layer-types.js"),
    import("./file/read-container.js"),
    import("./build-model.js"),
    import("./weights.js"),
    import("./compiled/load-compiled.js"),
  ]);
  registerLayers();
  return withContainer(source, async (container) => {
    const { config, path } = container;
    if (!config) throw new LitModelError(`${path}: the file holds weights and no model`);
    let model: LayersModel;
    try {
      model = buildModel(config, { path, major: container.major, ...(customObjects && { customObjects }) });
    } catch (cause) {
      if (cause instanceof LitError) throw cause;
      throw new LitModelError(`${path}: the layers do not fit together: ${(cause as Error).message}`, { cause });
    }
    try {
      await setWeights(model, container, tf, onProgress);
      await loadCompiled(model, container);
    } catch (error) {
      model.dispose();
      throw error;
    }
    return model;
  });
}
