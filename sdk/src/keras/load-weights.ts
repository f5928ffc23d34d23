import type { LayersModel } from "@tensorflow/tfjs-layers";
import { loadTf } from "../devices/load-tf.js";

/**
 * Reads weights into a model that is there: of `.weights.h5` (Keras 3), of `.h5` with weights alone, or of a whole model
 * file. Layers are matched by name, else by counting the layers of a class (Keras 3) or by their order (Keras 2).
 * @param source a path, or the file's bytes
 * @throws LitModelError that names the layer, found and expected, if a count or a shape does not fit; the model stays as it was
 */
export async function loadWeights(model: LayersModel, source: string | Uint8Array): Promise<void> {
  await loadTf();
  const [{ withContainer }, { replaceWeights }] = await Promise.all([
    import("./file/read-container.js"),
    import("./weights.js"),
  ]);
  await withContainer(source, (container) => replaceWeights(model, container));
}
