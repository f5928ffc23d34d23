import type { KernelBackend, KernelConfig, TensorInfo } from "@tensorflow/tfjs-core";
import { findBackend, getKernel, getKernelsForBackend, registerKernel } from "../../tfjs/core.js";
import { countFallback } from "./fallbacks.js";

/**
 * Gives a backend every kernel that it lacks and cpu has: the inputs are read synchronously, cpu computes, the outputs
 * are written back. So a model that runs on cpu runs there.
 */
export function fallBackToCpu(backendName: string): void {
  const own = new Set(getKernelsForBackend(backendName).map(({ kernelName }) => kernelName));
  for (const { kernelName } of getKernelsForBackend("cpu"))
    if (!own.has(kernelName))
      registerKernel({ kernelName, backendName, kernelFunc: computeOnCpu(kernelName, backendName) });
}

/** A kernel of cpu's for another backend, counted there as a fallback. */
export function computeOnCpu(kernelName: string, backendName: string): KernelConfig["kernelFunc"] {
  const kernel = getKernel(kernelName, "cpu") as KernelConfig;
  return counted({ ...kernelThrough(kernel, "cpu"), backendName }).kernelFunc;
}

const counted = (kernel: KernelConfig): KernelConfig => ({
  ...kernel,
  kernelFunc: (call) => {
    const start = performance.now();
    const result = kernel.kernelFunc(call);
    countFallback(kernel.backendName, kernel.kernelName, performance.now() - start);
    return result;
  },
});

/** A kernel that another backend computes: the inputs are read synchronously and written there, the outputs back. */
export function kernelThrough(
  { kernelName, kernelFunc }: Pick<KernelConfig, "kernelName" | "kernelFunc">,
  computing: string,
): Omit<KernelConfig, "backendName"> {
  return {
    kernelName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const own = backend as KernelBackend;
      const other = findBackend(computing) as KernelBackend;
      const move = (from: KernelBackend, to: KernelBackend, { dataId, shape, dtype }: TensorInfo): TensorInfo => {
        const values = from.readSync(dataId);
        return { dataId: to.write(values, shape, dtype), shape, dtype };
      };
      const moved: TensorInfo[] = [];
      const take = (tensor: TensorInfo) => {
        const copy = move(own, other, tensor);
        moved.push(copy);
        return copy;
      };
      const takeAny = (value: unknown) =>
        Array.isArray(value) ? value.map(take) : value === undefined ? value : take(value as TensorInfo);
      // Einsum's are a list.
      const taken = Array.isArray(inputs)
        ? inputs.map(take)
        : Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, takeAny(value)]));
      const result = kernelFunc({ inputs: taken as never, attrs, backend: other });
      const outputs = [result].flat();
      const back = outputs.map((output) => move(other, own, output));
      for (const dataId of new Set([...moved, ...outputs].map((tensor) => tensor.dataId)))
        other.disposeData(dataId, true);
      return Array.isArray(result) ? back : (back[0] as TensorInfo);
    },
  };
}
