import { getKernel, type TensorInfo } from "../../../tfjs/core.js";
import { replaceKernel } from "../kernels/replace-kernel.js";

/** TensorFlow 2.21 rounds whole numbers to zeros on a CPU: they stay as they are. */
export function correctRound(): void {
  replaceKernel("Round", "tensorflow", (own) => (call) => {
    const x = call.inputs.x as TensorInfo;
    return x.dtype === "int32" ? (getKernel("Identity", "tensorflow")?.kernelFunc(call) ?? x) : own(call);
  });
}
