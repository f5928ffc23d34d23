import type { KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";
import { LitError } from "../../errors.js";
import { replaceKernel } from "./replace-kernel.js";

type Inputs = Readonly<Record<string, TensorInfo>>;
type Attributes = Readonly<Record<string, unknown>>;

/** Kernels that take indices: the indices, and the shape that they are of. */
const INDEXED: Readonly<Record<string, (inputs: Inputs, attributes: Attributes) => [unknown, unknown]>> = {
  CropAndResize: ({ boxInd, image }) => [boxInd, image?.shape.slice(0, 1)],
  GatherNd: ({ indices, params }) => [indices, params?.shape],
  ScatterNd: ({ indices }, { shape }) => [indices, shape],
  SparseToDense: ({ sparseIndices }, { outputShape }) => [sparseIndices, outputShape],
  TensorScatterUpdate: ({ indices, tensor }) => [indices, tensor?.shape],
};

/** Has indices that are not within their shape be an error: wasm reads and writes what lies there, cpu takes some for others. */
export function checkIndices(): void {
  for (const backendName of ["cpu", "wasm"])
    for (const [kernelName, of] of Object.entries(INDEXED))
      replaceKernel(kernelName, backendName, (own) => (call) => {
        const [indices, shape] = of(call.inputs as Inputs, (call.attrs ?? {}) as Attributes);
        check(kernelName, indices as TensorInfo, shape as readonly number[], call.backend as KernelBackend);
        return own(call);
      });
}

function check(kernelName: string, indices: TensorInfo, shape: readonly number[], backend: KernelBackend): void {
  // A list of them is of one axis each, but to gather it is one.
  const isList = indices.shape.length < 2 && kernelName !== "GatherNd";
  const axes = isList ? 1 : (indices.shape.at(-1) as number);
  const values = backend.readSync(indices.dataId) as Int32Array;
  for (const [i, index] of values.entries()) {
    if (index >= 0 && index < (shape[i % axes] as number)) continue;
    const start = i - (i % axes);
    throw new LitError(`${kernelName}: the index [${values.subarray(start, start + axes)}] is not within [${shape}]`);
  }
}
