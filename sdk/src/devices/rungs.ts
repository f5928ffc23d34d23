import { createRequire } from "node:module";
import { LitError } from "../errors.js";
import { readInstallation } from "./tensorflow/installation.js";
import { webgpuVersions } from "./webgpu/load-dawn.js";
import type { WebgpuOptions } from "./webgpu/register-webgpu.js";

/** A backend of TensorFlow.js: TensorFlow's own code, a GPU through Dawn, WebAssembly, JavaScript. */
export type RungName = "tensorflow" | "webgpu" | "wasm" | "cpu";

/** What can drive a device, best first. */
export const RUNGS = ["tensorflow", "webgpu", "wasm", "cpu"] as const satisfies readonly RungName[];

const require = createRequire(import.meta.url);
const NODE = `Node ${process.versions.node} ${process.platform} ${process.arch}`;

/**
 * What a rung is made of, as one line: what was found out about it holds until that changes.
 * @throws LitError if it is not installed, with what to do
 */
export async function identityOf(rung: RungName): Promise<string> {
  if (rung === "tensorflow") {
    const { tensorflow, binding, gpu } = await readInstallation();
    return `TensorFlow ${tensorflow}${gpu ? " with CUDA" : ""}, binding ${binding}, ${NODE}`;
  }
  if (rung === "webgpu") return `${webgpuVersions()}, ${NODE}`;
  const { version } = require(`@tensorflow/tfjs-backend-${rung}/package.json`) as { readonly version: string };
  return `tfjs-backend-${rung} ${version}, ${NODE}`;
}

/** Where libraries are looked for. */
const LIBRARIES = ["LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];
/** What decides beside a rung's parts what becomes of it: its libraries, drivers, and the GPUs that it is to see. */
const VARIABLES: Readonly<Record<RungName, readonly string[]>> = {
  tensorflow: [
    ...LIBRARIES,
    "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER",
    "NVIDIA_VISIBLE_DEVICES",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_GPU_ALLOCATOR",
    "TF_ENABLE_ONEDNN_OPTS",
    "XLA_FLAGS",
  ],
  webgpu: [
    ...LIBRARIES,
    "NVIDIA_VISIBLE_DEVICES",
    "VK_DRIVER_FILES",
    "VK_ICD_FILENAMES",
    "VK_ADD_DRIVER_FILES",
    "VK_LOADER_DRIVERS_SELECT",
    "VK_LOADER_DRIVERS_DISABLE",
    "VK_LOADER_DEVICE_SELECT",
    "VK_INSTANCE_LAYERS",
    "MESA_VK_DEVICE_SELECT",
    "DRI_PRIME",
    "XDG_DATA_DIRS",
  ],
  wasm: [],
  cpu: [],
};

/** What an environment says of that, as one line: what was found out in one does not hold in another. */
export const environmentOf = (rung: RungName, env: NodeJS.ProcessEnv = process.env): string =>
  VARIABLES[rung]
    .filter((name) => env[name] !== undefined)
    .map((name) => `${name}=${env[name]}`)
    .join(" ");

export interface RungOptions extends WebgpuOptions {
  /** What TensorFlow is to see: the GPU that it computes on, or none (null). Default: what the environment says. */
  readonly gpu?: number | null;
}

/** Lets TensorFlow.js compute on a rung from now on. @throws LitError if it cannot be started: what computed before goes on */
export async function openRung(rung: RungName, options?: RungOptions): Promise<void> {
  const tf = await import("../tf.js");
  const before = tf.getBackend();
  try {
    await open(tf, rung, options);
  } catch (error) {
    if (before) await tf.setBackend(before);
    else Object.assign(tf.engine(), { backendName: undefined, backendInstance: null }); // as it was: none is chosen
    throw error;
  }
}

async function open(
  tf: typeof import("../tf.js"),
  rung: RungName,
  { gpu, ...options }: RungOptions = {},
): Promise<void> {
  // What follows takes the weights of models over from there synchronously; those of a GPU that was lost are gone.
  if (rung !== "webgpu" && tf.getBackend() === "webgpu")
    await Promise.allSettled(Object.values(tf.engine().registeredVariables).map((variable) => variable.data()));
  if (rung === "tensorflow") {
    await tf.setBackend("wasm"); // which computes what loops over a sequence
    const { registerTensorflow } = await import("./tensorflow/register-tensorflow.js");
    const { usesGpu } = await registerTensorflow(gpu);
    if (typeof gpu === "number" && !usesGpu)
      throw new LitError(
        "TensorFlow finds no GPU, though it did before: is its driver still there? getDevices() says",
        {
          code: "NO_DEVICE",
        },
      );
  } else if (rung === "webgpu") {
    const { registerWebgpu } = await import("./webgpu/register-webgpu.js");
    await registerWebgpu(options);
  }
  if (!(await tf.setBackend(rung))) throw new LitError(`the backend ${rung} cannot be started`, { code: "NO_DEVICE" });
}
