import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";
import type { KernelBackend } from "@tensorflow/tfjs-core";
import * as core from "../../../tfjs/core.js";
import { LitError } from "../../errors.js";
import { fallBackToCpu } from "../fallback-kernels.js";
import { fuseActivationGradients } from "./activation-gradients.js";
import { correctRound } from "./correct-round.js";
import { BINDING, MANIFEST, PACKAGE, QUIET_LOADER, readInstallation, SHARED_CORE } from "./installation.js";
import { shareEqual } from "./share-equal.js";

type Backend = new (binding: unknown, packageName: string) => KernelBackend & { readonly isUsingGpuDevice: boolean };

let registered: Promise<{ readonly usesGpu: boolean }> | undefined;

/**
 * Registers the backend `tensorflow`: TensorFlow's own kernels, and cpu's where it lacks one.
 * @returns whether it computes on a GPU
 * @throws LitError if it is not installed or does not fit
 */
export function registerTensorflow(): Promise<{ readonly usesGpu: boolean }> {
  registered ??= register().catch((error) => {
    registered = undefined;
    throw error;
  });
  return registered;
}

async function register(): Promise<{ readonly usesGpu: boolean }> {
  const { folder, tensorflow } = await readInstallation();
  // Its log tells what is amiss, not what is.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  // Otherwise the first process takes a GPU's whole memory.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
  // Graphs run in the thread that calls: handing their small ops to others takes longer than the ops.
  process.env.TF_NUM_INTEROP_THREADS ??= "-1";
  // Elsewhere than on the newest processors it is off, and dilated convolutions are missing.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "1";
  Object.assign(globalThis, { [Symbol.for(SHARED_CORE)]: core });
  // The package still calls them: Node 22 warns of that, 23 has them no more.
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
  const require = createRequire(join(folder, MANIFEST));
  let backend: InstanceType<Backend>;
  try {
    require(join(folder, QUIET_LOADER));
    const binding = require(join(folder, BINDING));
    require(join(folder, PACKAGE, "dist/register_all_kernels.js"));
    const { NodeJSKernelBackend } = require(join(folder, PACKAGE, "dist/nodejs_kernel_backend.js")) as {
      readonly NodeJSKernelBackend: Backend;
    };
    backend = new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node-gpu");
  } catch (cause) {
    throw new LitError(
      `TensorFlow ${tensorflow} in ${folder} does not load: ${(cause as Error).message}; remove it (litlab device remove tensorflow) and install it again`,
      { code: "NO_DEVICE", cause },
    );
  }
  core.registerBackend("tensorflow", () => backend);
  // Its own draws other numbers at each call, whatever the seed.
  core.unregisterKernel("Multinomial", "tensorflow");
  fallBackToCpu("tensorflow");
  correctRound();
  shareEqual();
  fuseActivationGradients();
  return { usesGpu: backend.isUsingGpuDevice };
}
