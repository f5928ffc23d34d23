import { getKernel, registerKernel, type TensorInfo, unregisterKernel } from "../../../tfjs/core.js";

/** TensorFlow 2.21 rounds whole numbers to zeros on a CPU: they stay as they are. */
export function correctRound(): void {
  const own = getKernel("Round", "tensorflow");
  if (!own) return;
  unregisterKernel("Round", "tensorflow");
  registerKernel({
    ...own,
    kernelFunc: (call) => {
      const x = call.inputs.x as TensorInfo;
      return x.dtype === "int32" ? (getKernel("Identity", "tensorflow")?.kernelFunc(call) ?? x) : own.kernelFunc(call);
    },
  });
}
