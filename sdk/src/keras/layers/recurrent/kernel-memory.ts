import type { KernelBackend, KernelConfig, TensorInfo } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../../tensors/size-of.js";
import { getKernel, registerKernel } from "../../../tf.js";
import { multiply } from "./multiply.js";

/** How a kernel that loops in JavaScript reaches float32 tensors of its backend. */
export interface KernelMemory {
  /** A tensor, its values open. */
  make(shape: number[]): TensorInfo;
  /** The values in place, until the next call of `make` or `matMul`. */
  view(tensor: TensorInfo): Float32Array;
  /** a [m, k] · b [k, n] as a tensor of its own. */
  matMul(a: TensorInfo, b: TensorInfo): TensorInfo;
  free(tensor: TensorInfo): void;
}

/** Registers a kernel for cpu and wasm, whose tensors JavaScript can reach while it computes. */
export function registerLoop(
  kernelName: string,
  run: (
    memory: KernelMemory,
    inputs: Readonly<Record<string, TensorInfo>>,
    attributes: Readonly<Record<string, unknown>>,
  ) => TensorInfo[],
): void {
  const kernelFor =
    (memoryOf: (backend: never) => KernelMemory): KernelConfig["kernelFunc"] =>
    ({ inputs, attrs = {}, backend }) =>
      run(memoryOf(backend as never), inputs as Record<string, TensorInfo>, attrs);
  registerKernel({ kernelName, kernelFunc: kernelFor(cpuMemory), backendName: "cpu" });
  registerKernel({ kernelName, kernelFunc: kernelFor(wasmMemory), backendName: "wasm" });
}

interface CpuBackend extends KernelBackend {
  readonly data: { get(dataId: object): { readonly values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: "float32", values: Float32Array): TensorInfo;
}

function cpuMemory(backend: CpuBackend): KernelMemory {
  const memory: KernelMemory = {
    make: (shape) => backend.makeTensorInfo(shape, "float32", new Float32Array(sizeOf(shape))),
    view: ({ dataId }) => backend.data.get(dataId).values,
    matMul(a, b) {
      const [m, k, n] = [a.shape[0], a.shape[1], b.shape[1]] as [number, number, number];
      const out = memory.make([m, n]);
      multiply(memory.view(a), memory.view(b), memory.view(out), m, k, n);
      return out;
    },
    free: ({ dataId }) => backend.disposeData(dataId, true),
  };
  return memory;
}

interface WasmBackend extends KernelBackend {
  makeOutput(shape: number[], dtype: "float32"): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
}

function wasmMemory(backend: WasmBackend): KernelMemory {
  const { kernelFunc } = getKernel("BatchMatMul", "wasm") as KernelConfig;
  const attrs = { transposeA: false, transposeB: false };
  return {
    make: (shape) => backend.makeOutput(shape, "float32"),
    view: (tensor) => backend.typedArrayFromHeap(tensor),
    matMul: (a, b) => kernelFunc({ inputs: { a, b }, attrs, backend }) as TensorInfo,
    free: ({ dataId }) => backend.disposeData(dataId, true),
  };
}

/** The rows of a matrix [rows, columns] as columns. */
export function transposed(memory: KernelMemory, matrix: TensorInfo, rows: number, columns: number): TensorInfo {
  const out = memory.make([columns, rows]);
  const [from, to] = [memory.view(matrix), memory.view(out)];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) to[column * rows + row] = from[row * columns + column] as number;
  return out;
}

/** The part of step t of a tensor [time, …]. */
export function stepOf(memory: KernelMemory, tensor: TensorInfo, t: number): Float32Array {
  const values = memory.view(tensor);
  const size = values.length / (tensor.shape[0] as number);
  return values.subarray(t * size, (t + 1) * size);
}
