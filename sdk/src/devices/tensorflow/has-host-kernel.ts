import { backend, getBackend, getKernel } from "../../../tfjs/core.js";
import type { NodeBackend } from "./node-backend.js";

/**
 * Whether a kernel of ours that others can do without, a graph or compiled code, computes on the backend in use. On a GPU none does:
 * what goes into a graph and comes out passes through the processor's memory, and what is compiled is for processors.
 */
export const hasHostKernel = (kernelName: string): boolean =>
  getKernel(kernelName, getBackend()) !== undefined && !(backend() as Partial<NodeBackend>).isUsingGpuDevice;
