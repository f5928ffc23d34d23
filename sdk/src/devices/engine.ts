import type { DataId, DataType, KernelBackend, Tensor, Variable } from "@tensorflow/tfjs-core";
import { engine as theEngine } from "../../tfjs/core.js";

/** Where a tensor's numbers lie; several tensors may share them. */
export interface DataInfo {
  readonly backend: KernelBackend;
  readonly bytes: number;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** A kernel by its name, or a function with gradients of its own. */
export interface KernelCall {
  readonly kernelName?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly attrs?: object;
}

/** What TensorFlow.js' engine keeps to itself and the SDK watches. */
export interface Engine {
  readonly registry: Readonly<Record<string, KernelBackend>>;
  readonly state: {
    readonly tensorInfo: WeakMap<DataId, DataInfo>;
    registeredVariables: Record<string, Variable>;
    readonly activeScope: object | null | undefined;
    readonly gradientDepth: number;
  };
  trackTensor(tensor: Tensor, backend?: KernelBackend): void;
  incRef(tensor: Tensor, backend?: KernelBackend): void;
  track(tensor: Tensor): Tensor;
  keep(tensor: Tensor): Tensor;
  disposeTensor(tensor: Pick<Tensor, "dataId" | "dtype" | "size">): void;
  moveData(backend: KernelBackend, dataId: DataId): void;
  makeTensor(values: unknown, shape: number[], dtype?: DataType, backend?: KernelBackend): Tensor;
  runKernelFunc(call: KernelCall): unknown;
}

export const engine = theEngine() as unknown as Engine;
