import type { LayersModel } from "@tensorflow/tfjs-layers";
import { loadTf } from "../devices/load-tf.js";
import { LitError, LitModelError } from "../errors.js";

/**
 * Loads a Keras model file: `.keras` of Keras 3 or tf_keras, or a legacy `.h5`, told apart by content. Nothing in the
 * file is executed. Weights and inputs are float32.
 * @throws LitModelError that names the file and what in it does not load or is damaged
 */
export async function loadKeras(path: string): Promise<LayersModel> {
  const tf = await loadTf();
  const [{ registerLayers }, { withContainer }, { convertModel }, { setWeights }] = await Promise.all([
    import("./layers/register.js"),
    import("./read-container.js"),
    import("./convert-config.js"),
    import("./weights.js"),
  ]);
  registerLayers();
  return withContainer(path, async (container) => {
    const modelTopology = convertModel(container.config, container);
    let model: LayersModel;
    try {
      model = await tf.loadLayersModel({ load: async () => ({ modelTopology }) });
    } catch (cause) {
      if (cause instanceof LitError) throw cause;
      throw new LitModelError(`${path}: the layers do not fit together: ${(cause as Error).message}`, { cause });
    }
    try {
      setWeights(model, container, tf);
    } catch (error) {
      model.dispose();
      throw error;
    }
    return model;
  });
}
