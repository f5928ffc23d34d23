import type { KernelBackend } from "@tensorflow/tfjs-core";
import { broadcast_util, getKernel, type KernelConfig, type TensorInfo } from "../../../tfjs/core.js";
import { replaceKernel } from "./replace-kernel.js";

/** Has a backend multiply batches of matrices that broadcast against each other: TensorFlow.js' repeat a batch as a whole only. */
export function multiplyBatches(backendName: string): void {
  const { kernelFunc: tile } = getKernel("Tile", backendName) as KernelConfig;
  replaceKernel("BatchMatMul", backendName, (own) => (call) => {
    const { a, b } = call.inputs as unknown as Record<"a" | "b", TensorInfo>;
    const batch = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const made: TensorInfo[] = [];
    const repeated = (x: TensorInfo) => {
      const batches = x.shape.slice(0, -2);
      if (isRepeatable(batches, batch)) return x;
      const aligned = [...Array(batch.length - batches.length).fill(1), ...batches];
      const reps = [...batch.map((length, axis) => length / aligned[axis]), 1, 1];
      const shape = [...aligned, ...x.shape.slice(-2)];
      const found = tile({ ...call, inputs: { x: { ...x, shape } }, attrs: { reps } }) as TensorInfo;
      made.push(found);
      return found;
    };
    const output = own({ ...call, inputs: { a: repeated(a), b: repeated(b) } });
    for (const { dataId } of made) (call.backend as KernelBackend).disposeData(dataId);
    return output;
  });
}

/** Whether what has a shape, repeated as a whole, is what it broadcasts to. */
export function isRepeatable(batches: readonly number[], batch: readonly number[]): boolean {
  const first = batches.findIndex((length) => length !== 1);
  return first < 0 || String(batches.slice(first)) === String(batch.slice(first - batches.length));
}
