/** A GPU's number by its device's name; null for cpu. */
export const gpuIndexOf = (name: string): number | null => (name === "cpu" ? null : Number(name.slice("gpu".length)));

/** What TensorFlow is to see of the GPUs, in the order of the driver's program. */
export const visibleGpu = (index: number | null): Readonly<Record<string, string>> => ({
  CUDA_DEVICE_ORDER: "PCI_BUS_ID",
  CUDA_VISIBLE_DEVICES: index === null ? "-1" : String(index),
});
