import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LitError } from "../../errors.js";
import { cacheFolder } from "../../home.js";

/** What an installation says of itself in `installed.json`. */
interface Manifest {
  /** TensorFlow's version. */
  readonly tensorflow: string;
  /** The version of @tensorflow/tfjs-node-gpu, whose binding it is. */
  readonly binding: string;
  /** Which of Lit Lab's own kernels it has: `KERNELS`. */
  readonly kernels: number;
  /** It brings CUDA. */
  readonly gpu: boolean;
  /** Bytes on the disk that are its own. */
  readonly bytes: number;
}

export interface Installation extends Manifest {
  readonly folder: string;
}

/** Where `litlab device install tensorflow` puts the native binding; for all homes. */
export const tensorflowFolder = (): string => join(cacheFolder(), "tensorflow", `${process.platform}-${process.arch}`);

/** What this SDK asks of Lit Lab's own kernels (cli/native): counted up when they change. */
export const KERNELS = 1;

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
    return { ...(await parseManifest(text)), folder };
  } catch (cause) {
    throw new LitError(
      `${join(folder, MANIFEST)} is broken or another Lit Lab's, install TensorFlow again: ${INSTALL}`,
      {
        code: "NOT_INSTALLED",
        cause,
      },
    );
  }
}

async function parseManifest(text: string): Promise<Manifest> {
  // Loading it takes longer than a backend's start: not before there is something to check.
  const { z } = await import("zod");
  return z
    .object({
      tensorflow: z.string(),
      binding: z.string(),
      kernels: z.literal(KERNELS),
      gpu: z.boolean(),
      bytes: z.number(),
    })
    .parse(JSON.parse(text));
}
