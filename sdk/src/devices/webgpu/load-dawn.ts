import { createRequire } from "node:module";
import { LitError } from "../../errors.js";

/** What is used of WebGPU's `GPUAdapterInfo`; the names are in small letters with dashes. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** The driver and its version. */
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

export interface GpuDevice {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
  destroy(): void;
}

export interface GpuAdapter {
  readonly info: AdapterInfo;
  readonly features: ReadonlySet<string>;
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: object): Promise<GpuDevice>;
}

export interface Gpu {
  requestAdapter(options: { readonly powerPreference: "high-performance" }): Promise<GpuAdapter | null>;
}

export interface Dawn {
  /** @param options `adapter=NAME`: the first adapter whose name contains it */
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}

const PACKAGES = ["webgpu", "@tensorflow/tfjs-backend-webgpu"] as const;
const require = createRequire(import.meta.url);

/** The versions of what WebGPU needs. @throws LitError if it is not installed, with what to do */
export function webgpuVersions(): string {
  try {
    return PACKAGES.map((name) => `${name} ${(require(`${name}/package.json`) as { version: string }).version}`).join(
      ", ",
    );
  } catch (cause) {
    throw new LitError("WebGPU is not installed: npm install --include=optional", { code: "NOT_INSTALLED", cause });
  }
}

/** Dawn, Chromium's WebGPU. @throws LitError if it is not installed or does not run here */
export async function loadDawn(): Promise<Dawn> {
  webgpuVersions();
  try {
    const [name] = PACKAGES;
    return (await import(name)) as Dawn;
  } catch (cause) {
    throw new LitError(`Dawn does not run here: ${(cause as Error).message}`, { code: "NO_DEVICE", cause });
  }
}
