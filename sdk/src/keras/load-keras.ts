import type { LayersModel } from "@tensorflow/tfjs-layers";
import { loadTf } from "../devices/load-tf.js";
import { LitModelError } from "../errors.js";
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
export async function loadKeras(source: string | Uint8Array, options: LoadKerasOptions = {}): Promise<LayersModel> {
  check(options);
  await loadTf();
  const [{ withContainer }, { loadModel }] = await Promise.all([
    import("./file/read-container.js"),
    import("./load-model.js"),
  ]);
  return withContainer(source, (container) => loadModel(container, options));
}

function check(options: LoadKerasOptions): void {
  const fail = (what: string, value: unknown, expected: string) => {
    throw new LitModelError(`loadKeras: ${what} ${value === null ? null : typeof value}, expected ${expected}`);
  };
  if (typeof options !== "object" || options === null)
    fail("the options are", options, "{ customObjects, onProgress }");
  const { customObjects = {}, onProgress = () => undefined } = options;
  if (typeof customObjects !== "object" || customObjects === null)
    fail("customObjects is", customObjects, "functions and classes under their names");
  if (typeof onProgress !== "function") fail("onProgress is", onProgress, "a function");
}
