import type { KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

type Attribute = Readonly<Record<"name" | "type" | "value", unknown>>;

/** TensorFlow's numbers for kinds of attributes and for types, and its graphs. */
interface Binding extends Readonly<Record<"TF_ATTR_TYPE" | "TF_ATTR_FLOAT" | "TF_ATTR_BOOL" | "TF_FLOAT", number>> {
  /** @returns its number */
  loadSavedModel(folder: string, tags: string): number;
  /** @param inputs, outputs names of nodes' outputs, separated by commas */
  runSavedModel(model: number, tensors: readonly number[], inputs: string, outputs: string): object[];
}

/** The package's backend, as far as kernels here use it. */
export interface NodeBackend extends KernelBackend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  /** The numbers by which the binding knows tensors. */
  getInputTensorIds(tensors: readonly object[]): number[];
  /** A tensor of what the binding gives. */
  createOutputTensor(output: object): TensorInfo;
  /** Runs one of TensorFlow's ops. */
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly object[]): TensorInfo;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly object[],
    outputs: number,
  ): TensorInfo[];
}

/** The attribute of an op that computes float32. */
export const ofFloats = ({ binding }: NodeBackend): Attribute => ({
  name: "T",
  type: binding.TF_ATTR_TYPE,
  value: binding.TF_FLOAT,
});
