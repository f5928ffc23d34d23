import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { LitError } from "../../errors.js";
import { cacheFolder } from "../../home.js";

/** What an installation says of itself in `installed.json`. */
const manifest = z.object({
  /** TensorFlow's version. */
  tensorflow: z.string(),
  /** The version of @tensorflow/tfjs-node-gpu, whose binding it is. */
  binding: z.string(),
  /** It brings CUDA. */
  gpu: z.boolean(),
  /** Bytes on the disk that are its own. */
  bytes: z.number(),
});

export type Installation = z.infer<typeof manifest> & { readonly folder: string };

/** Where `litlab device install tensorflow` puts the native binding; for all homes. */
export const tensorflowFolder = (): string => join(cacheFolder(), "tensorflow", `${process.platform}-${process.arch}`);

/** The file of an installation that is complete. */
export const MANIFEST = "installed.json";
/** What loads TensorFlow's libraries, the native binding, and the folder of JavaScript beside it. */
export const QUIET_LOADER = "load_quietly.node";
export const BINDING = "tfjs_binding.node";
export const PACKAGE = join("node_modules", "@tensorflow", "tfjs-node-gpu");

/** The symbol of the TensorFlow.js that the package's `require("@tensorflow/tfjs")` gets: a file beside it hands it on. */
export const SHARED_CORE = "litlab.tfjs-core";

const INSTALL = "npx --no-install litlab device install tensorflow";

/** The native binding that is installed. @throws LitError if there is none, or it is not complete, with what to do */
export async function readInstallation(): Promise<Installation> {
  const folder = tensorflowFolder();
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), "utf8");
  } catch (cause) {
    throw new LitError(`TensorFlow is not installed: ${INSTALL}`, { code: "NOT_INSTALLED", cause });
  }
  try {
    return { ...manifest.parse(JSON.parse(text)), folder };
  } catch (cause) {
    throw new LitError(`${join(folder, MANIFEST)} is broken, install TensorFlow again: ${INSTALL}`, {
      code: "NOT_INSTALLED",
      cause,
    });
  }
}
