import type { KernelBackend, KernelConfig, TensorInfo } from "@tensorflow/tfjs-core";
import { getKernel } from "../../../tfjs/core.js";
import { replaceKernel } from "./replace-kernel.js";

/** Lets cpu divide floats down to floats, as other backends do: its own gives whole numbers, which end at 2^31. */
export function correctCpu(): void {
  const [divide, floor] = ["RealDiv", "Floor"].map((name) => getKernel(name, "cpu")) as [KernelConfig, KernelConfig];
  replaceKernel("FloorDiv", "cpu", (own) => (call) => {
    if ((call.inputs.a as TensorInfo).dtype !== "float32") return own(call);
    const quotient = divide.kernelFunc(call) as TensorInfo;
    const output = floor.kernelFunc({ inputs: { x: quotient }, backend: call.backend });
    (call.backend as KernelBackend).disposeData(quotient.dataId);
    return output;
  });
}
