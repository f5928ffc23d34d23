import { getKernel, type KernelConfig, registerKernel, type TensorInfo, unregisterKernel } from "../../../tfjs/core.js";

/** A cast to the dtype that a tensor has, a reshape to its shape and a slice of all of it share its data: the package runs an op for each. */
export function shareEqual(): void {
  share("Cast", (x, { dtype }) => x.dtype === dtype);
  share("Slice", (x, { size }) => `${x.shape}` === `${size}`);
  share("Reshape", (x, { shape }) => `${x.shape}` === `${shape}`);
}

function share(kernelName: string, isEqual: (x: TensorInfo, attributes: Readonly<Record<string, unknown>>) => boolean) {
  const own = getKernel(kernelName, "tensorflow") as KernelConfig;
  const { kernelFunc: identity } = getKernel("Identity", "tensorflow") as KernelConfig;
  unregisterKernel(kernelName, "tensorflow");
  registerKernel({
    ...own,
    kernelFunc: (call) => (isEqual(call.inputs.x as TensorInfo, call.attrs ?? {}) ? identity : own.kernelFunc)(call),
  });
}
