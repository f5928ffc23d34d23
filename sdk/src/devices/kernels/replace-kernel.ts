import { getKernel, type KernelConfig, registerKernel, unregisterKernel } from "../../../tfjs/core.js";

type KernelFunc = KernelConfig["kernelFunc"];

/** Has a kernel of a backend compute as `make` says, which is given how it did; nothing where the backend has none. */
export function replaceKernel(kernelName: string, backendName: string, make: (own: KernelFunc) => KernelFunc): void {
  const own = getKernel(kernelName, backendName);
  if (!own) return;
  unregisterKernel(kernelName, backendName);
  registerKernel({ ...own, kernelFunc: make(own.kernelFunc) });
}
