import { createRequire } from "node:module";
import * as core from "../../../tfjs/core.js";
import { LitError } from "../../errors.js";
import { correctKernels, correctPrograms, type RunsPrograms } from "./correct-webgpu.js";
import { isSoftware } from "./find-adapters.js";
import { type Guarded, guardBackend, type WebgpuBackend } from "./guard-webgpu.js";
import { type AdapterInfo, type Gpu, type GpuAdapter, type GpuDevice, loadDawn } from "./load-dawn.js";

export interface WebgpuOptions {
  /** The GPU's name; default: Dawn's choice. */
  readonly adapter?: string | undefined;
  /** Tests only: takes an adapter that is no GPU. Default false. */
  readonly allowsSoftware?: boolean;
}

interface Opened extends Guarded {
  readonly adapterName: string | undefined;
  /** Dawn ends with these: the process would crash. */
  readonly held: readonly [Gpu, GpuAdapter, GpuDevice];
}

type Backend = new (device: GpuDevice, info: AdapterInfo) => WebgpuBackend & RunsPrograms;

/** What the backend's shaders need beyond WebGPU's defaults. */
const LIMITS = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup",
];

let opened: Opened | undefined;

/**
 * Registers the backend `webgpu` on a GPU; again, if it was lost.
 * @throws LitError if it is not installed, there is no such GPU, or this process computes on another one
 */
export async function registerWebgpu({ adapter: name, allowsSoftware = false }: WebgpuOptions): Promise<void> {
  if (opened && !opened.isLost()) {
    if (opened.adapterName === name) return;
    throw new LitError(
      `WebGPU already computes on ${opened.adapterName} in this process, it cannot change to ${name}: restart the kernel and choose it first`,
      { code: "DEVICE_IN_USE" },
    );
  }
  const { create, globals } = await loadDawn();
  Object.assign(globalThis, globals);
  const gpu = create(name === undefined ? [] : [`adapter=${name}`]);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) throw new LitError(`Dawn sees no ${name ?? "GPU"}`, { code: "NO_DEVICE" });
  const { info, features, limits } = adapter;
  if (!allowsSoftware && isSoftware(info))
    throw new LitError(`${info.device} computes on the processor, it is no GPU`, { code: "NO_DEVICE" });
  const device = await adapter.requestDevice({
    requiredFeatures: ["timestamp-query"].filter((feature) => features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, limits[limit]])),
  });
  const require = createRequire(import.meta.url);
  const { WebGPUBackend } = require("@tensorflow/tfjs-backend-webgpu") as { readonly WebGPUBackend: Backend };
  const backend = withNavigator(() => new WebGPUBackend(device, info));
  correctPrograms(backend);
  if (opened) core.removeBackend("webgpu");
  else correctKernels();
  opened = { ...guardBackend(backend, device, name ?? info.device), adapterName: name, held: [gpu, adapter, device] };
  core.registerBackend("webgpu", () => backend);
}

/** The backend is only made where a browser's `navigator.gpu` is; others would take that for a browser. */
function withNavigator<T>(make: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { gpu: {} }, configurable: true });
  try {
    return make();
  } finally {
    if (before) Object.defineProperty(globalThis, "navigator", before);
    else Reflect.deleteProperty(globalThis, "navigator");
  }
}
