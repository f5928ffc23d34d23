import type { KernelBackend, KernelConfig, TensorInfo } from "@tensorflow/tfjs-core";
import {
  findBackend,
  getKernel,
  getKernelsForBackend,
  registerKernel,
  engine as theEngine,
} from "../../../tfjs/core.js";
import { countFallback } from "./fallbacks.js";
import { replaceKernel } from "./replace-kernel.js";

/** Gives a backend every kernel that it lacks and cpu has, so that a model that runs on cpu runs there. */
export function fallBackToCpu(backendName: string): void {
  const own = new Set(getKernelsForBackend(backendName).map(({ kernelName }) => kernelName));
  for (const { kernelName } of getKernelsForBackend("cpu"))
    if (!own.has(kernelName))
      registerKernel({ kernelName, backendName, kernelFunc: computeOnCpu(kernelName, backendName) });
}

/** Whether a call of a kernel is one of some. */
export type IsCase = (
  inputs: Readonly<Record<string, TensorInfo | undefined>>,
  attributes: Readonly<Record<string, unknown>>,
  backend: unknown,
) => boolean;

export const either =
  (...cases: readonly IsCase[]): IsCase =>
  (...call) =>
    cases.some((isCase) => isCase(...call));

/** Has cpu compute some calls of another backend's kernel; nothing where that backend has none. */
export function computeOnCpuWhere(kernelName: string, backendName: string, isCase: IsCase): void {
  const onCpu = computeOnCpu(kernelName, backendName);
  replaceKernel(kernelName, backendName, (own) => (call) => {
    const is = isCase(call.inputs as Parameters<IsCase>[0], call.attrs ?? {}, call.backend);
    return (is ? onCpu : own)(call);
  });
}

/** Has cpu compute what another backend's kernel says that it lacks. */
export function computeOnCpuAfter(kernelName: string, backendName: string, lacks: RegExp): void {
  const onCpu = computeOnCpu(kernelName, backendName);
  replaceKernel(kernelName, backendName, (own) => (call) => {
    try {
      return own(call);
    } catch (error) {
      if (!lacks.test(String(error))) throw error;
      return onCpu(call);
    }
  });
}

/**
 * A kernel of cpu's for another backend, counted there as a fallback: the inputs are read synchronously, cpu computes, the
 * outputs are written back. Complex numbers stay with cpu, as wasm cannot hold them.
 */
function computeOnCpu(kernelName: string, backendName: string): KernelConfig["kernelFunc"] {
  const { kernelFunc } = getKernel(kernelName, "cpu") as KernelConfig;
  return ({ inputs, attrs, backend }) => {
    const start = performance.now();
    const own = backend as KernelBackend;
    const cpu = findBackend("cpu") as KernelBackend;
    const move = (from: KernelBackend, to: KernelBackend, { dataId, shape, dtype }: TensorInfo): TensorInfo => {
      const read = from.readSync(dataId);
      // Some of cpu's whole numbers are kept as floats.
      const values = dtype === "int32" && read instanceof Float32Array ? Int32Array.from(read) : read;
      return { dataId: to.write(values, shape, dtype), shape, dtype };
    };
    const moved: TensorInfo[] = [];
    const take = (tensor: TensorInfo) => {
      if (tensor.dtype === "complex64") return tensor;
      // Some kernels ask for the rank.
      const copy = { ...move(own, cpu, tensor), rank: tensor.shape.length };
      moved.push(copy);
      return copy;
    };
    const takeAny = (value: unknown) =>
      Array.isArray(value) ? value.map(take) : value === undefined ? value : take(value as TensorInfo);
    const giveBack = (output: TensorInfo) => {
      if (output.dtype === "complex64") return theEngine().makeTensorFromTensorInfo(output, cpu);
      moved.push(output);
      return move(cpu, own, output);
    };
    try {
      // Einsum's are a list.
      const taken = Array.isArray(inputs)
        ? inputs.map(take)
        : Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, takeAny(value)]));
      const result = kernelFunc({ inputs: taken as never, attrs, backend: cpu });
      return Array.isArray(result) ? result.map(giveBack) : giveBack(result);
    } finally {
      for (const dataId of new Set(moved.map((tensor) => tensor.dataId))) cpu.disposeData(dataId, true);
      countFallback(backendName, kernelName, performance.now() - start);
    }
  };
}
