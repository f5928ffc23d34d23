import { createRequire } from "node:module";
import { join } from "node:path";
import util from "node:util";
import type { KernelBackend } from "@tensorflow/tfjs-core";
import * as core from "../../../tfjs/core.js";
import { LitError } from "../../errors.js";
import { fallBackToCpu } from "../kernels/fallback-kernels.js";
import { visibleGpu } from "../visible-gpu.js";
import { fuseActivationGradients } from "./activation-gradients.js";
import { convolveChannelsFirst } from "./channels-first.js";
import { correctRound } from "./correct-round.js";
import { BINDING, MANIFEST, PACKAGE, QUIET_LOADER, readInstallation, SHARED_CORE } from "./installation.js";
import { leaveToCpu } from "./leave-to-cpu.js";
import { multiplyMatrices } from "./multiply-matrices.js";
import { shareEqual } from "./share-equal.js";
import { withVariables } from "./with-variables.js";

type Backend = new (binding: unknown, packageName: string) => KernelBackend & { readonly isUsingGpuDevice: boolean };

let registered: Promise<{ readonly usesGpu: boolean }> | undefined;

/**
 * Registers the backend `tensorflow`: TensorFlow's own kernels, and cpu's where it lacks one.
 * @param gpu the one that it is to see from its start to the process' end; null: none; else what the environment says
 * @returns whether it computes on a GPU
 * @throws LitError if it is not installed or does not fit
 */
export function registerTensorflow(gpu?: number | null): Promise<{ readonly usesGpu: boolean }> {
  registered ??= register(gpu).catch((error) => {
    registered = undefined;
    throw error;
  });
  return registered;
}

async function register(gpu: number | null | undefined): Promise<{ readonly usesGpu: boolean }> {
  const { folder, tensorflow } = await readInstallation();
  Object.assign(globalThis, { [Symbol.for(SHARED_CORE)]: core });
  // The package still calls them: Node 22 warns of that, 23 has them no more.
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
  let backend: InstanceType<Backend>;
  try {
    backend = withVariables(() => load(folder), gpu === undefined ? {} : visibleGpu(gpu));
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
  leaveToCpu();
  correctRound();
  convolveChannelsFirst();
  multiplyMatrices();
  shareEqual();
  fuseActivationGradients();
  return { usesGpu: backend.isUsingGpuDevice };
}

function load(folder: string): InstanceType<Backend> {
  const require = createRequire(join(folder, MANIFEST));
  require(join(folder, QUIET_LOADER));
  const binding = require(join(folder, BINDING));
  require(join(folder, PACKAGE, "dist/register_all_kernels.js"));
  const { NodeJSKernelBackend } = require(join(folder, PACKAGE, "dist/nodejs_kernel_backend.js")) as {
    readonly NodeJSKernelBackend: Backend;
  };
  return new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node-gpu");
}
