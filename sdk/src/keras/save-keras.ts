import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { loadTf } from "../devices/load-tf.js";
import { LitError, LitModelError } from "../errors.js";
import { besidePath, writeBeside } from "../home.js";

/** The Keras whose config.json we write. */
const KERAS_VERSION = "3.15.1";
/** Files hold no dates, so that the same model gives the same bytes: the zip's first instant, and the same in metadata.json. */
const DATE = new Date(1980, 0, 1);
const DATE_SAVED = "1980-01-01@00:00:00";

/**
 * Saves a model as `.keras`, which stock Keras 3 loads: layers, weights, and how it was compiled. The file is there whole
 * or not at all; the same model gives the same bytes.
 * @throws LitModelError that names the path, or a layer or setting that Keras has no counterpart for
 */
export async function saveKeras(model: LayersModel, path: string): Promise<void> {
  await check(model, path);
  await loadTf();
  const [
    { registerLayers },
    { describeModel },
    { storedWeights },
    { writeWeights },
    { describeCompiled },
    { pythonJson },
    { ZipFile },
  ] = await Promise.all([
    import("./layers/layer-types.js"),
    import("./save/describe-model.js"),
    import("./save/stored-weights.js"),
    import("./save/write-weights.js"),
    import("./compiled/describe-compiled.js"),
    import("./compiled/python-json.js"),
    import("yazl"),
  ]);
  registerLayers();
  const weights = besidePath(path);
  try {
    const compiled = describeCompiled(model);
    const config = pythonJson({ ...describeModel(model), ...(compiled && { compile_config: compiled.config }) });
    const groups = storedWeights(model);
    if (compiled) groups.push({ path: "optimizer/vars", name: compiled.name, arrays: compiled.arrays });
    await writeBeside(path, async (temporary) => {
      await writeWeights(weights, groups);
      const zip = new ZipFile();
      const options = { compress: false, mtime: DATE, mode: 0o100644, forceDosTimestamp: true };
      const metadata = JSON.stringify({ keras_version: KERAS_VERSION, date_saved: DATE_SAVED });
      zip.addBuffer(Buffer.from(metadata), "metadata.json", options);
      zip.addBuffer(Buffer.from(config), "config.json", options);
      zip.addFile(weights, "model.weights.h5", options);
      zip.end();
      const written = pipeline(zip.outputStream, createWriteStream(temporary));
      await Promise.race([written, new Promise<never>((_, reject) => zip.on("error", reject))]);
    });
  } catch (cause) {
    const { message } = cause as Error;
    if (cause instanceof LitError) throw new LitModelError(`${path}: ${message}`, { cause, code: cause.code });
    throw new LitModelError(`${path}: the model cannot be saved: ${message}`, { cause });
  } finally {
    await rm(weights, { force: true });
  }
}

/** @throws LitModelError if it is no model, or the path none of a `.keras` file */
async function check(model: LayersModel, path: string): Promise<void> {
  if (typeof path !== "string" || !path.endsWith(".keras") || path.includes("\0"))
    throw new LitModelError(`${path}: a model is saved as a .keras file, expected a path that ends in .keras`);
  if (!Array.isArray(model?.layers) || !Array.isArray(model.inputs))
    throw new LitModelError(
      `${path}: expected a tf.LayersModel to save, found ${model === null ? null : typeof model}`,
    );
  if (model.inputs.length === 0)
    throw new LitModelError(`${path}: the model has no input yet; give its first layer an inputShape`);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new LitModelError(`${path}: a folder is there, expected a file or nothing`);
}
