import type { KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

type Attribute = Readonly<Record<"name" | "type" | "value", unknown>>;

/** The package's backend, as far as kernels here use it. */
export interface NodeBackend extends KernelBackend {
  /** TensorFlow's numbers for kinds of attributes and for types. */
  readonly binding: Readonly<Record<"TF_ATTR_TYPE" | "TF_ATTR_FLOAT" | "TF_ATTR_BOOL" | "TF_FLOAT", number>>;
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
