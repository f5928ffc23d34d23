import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu/dist/backend_cpu.js";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { KernelConfig } from "@tensorflow/tfjs-core";
import { backend_util, type MaxPoolGradAttrs, type TensorInfo } from "../../../tfjs/core.js";
import { replaceKernel } from "./replace-kernel.js";

type Windows = ReturnType<typeof backend_util.computePool3DInfo>;

/**
 * Gradients of the largest value of each window. TensorFlow.js' give wasm's that of windows below 0 to none of their values, and in
 * space cpu's that of windows that are not cubes to another. As with its other ones, the first of equal values has it.
 */
export function registerMaxPoolGradients(): void {
  replaceKernel("MaxPoolGrad", "wasm", () => onWasm(planeOf));
  replaceKernel("MaxPool3DGrad", "wasm", () => onWasm(spaceOf));
  replaceKernel("MaxPool3DGrad", "cpu", () => onCpu(spaceOf));
}

type WindowsOf = (input: TensorInfo, attributes: MaxPoolGradAttrs) => Windows;

const spaceOf: WindowsOf = ({ shape }, { filterSize, strides, pad, dimRoundingMode }) =>
  backend_util.computePool3DInfo(
    shape as [number, number, number, number, number],
    filterSize as number,
    strides as number,
    1,
    pad as "valid",
    dimRoundingMode,
  );

/** As windows in a space of depth 1. */
function planeOf({ shape }: TensorInfo, { filterSize, strides, pad, dimRoundingMode }: MaxPoolGradAttrs): Windows {
  const plane = backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const padInfo = { ...plane.padInfo, front: 0, back: 0 };
  return { ...plane, padInfo, inDepth: 1, outDepth: 1, strideDepth: 1, filterDepth: 1 } as unknown as Windows;
}

type Kernel = KernelConfig["kernelFunc"];

const onWasm =
  (windowsOf: WindowsOf): Kernel =>
  ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as unknown as Record<"dy" | "input", TensorInfo>;
    const wasm = backend as BackendWasm;
    const dx = wasm.makeOutput(input.shape, "float32");
    const [x, slopes, found] = [input, dy, dx].map((each) => wasm.typedArrayFromHeap(each) as Float32Array);
    give(x as Float32Array, slopes as Float32Array, found as Float32Array, windowsOf(input, attrs as never));
    return dx;
  };

const onCpu =
  (windowsOf: WindowsOf): Kernel =>
  ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as unknown as Record<"dy" | "input", TensorInfo>;
    const cpu = backend as MathBackendCPU;
    const [x, slopes] = [input, dy].map(({ dataId }) => cpu.data.get(dataId).values as Float32Array);
    const found = new Float32Array((x as Float32Array).length);
    give(x as Float32Array, slopes as Float32Array, found, windowsOf(input, attrs as never));
    return cpu.makeTensorInfo(input.shape, "float32", found);
  };

/** Gives each window's slope to its largest value. All are [batch, depth, height, width, channels]. */
function give(x: Float32Array, slopes: Float32Array, dx: Float32Array, windows: Windows): void {
  const { batchSize, inChannels, inDepth, inHeight, inWidth, outDepth, outHeight, outWidth, padInfo } = windows;
  const largest = new Float32Array(inChannels);
  const places = new Int32Array(inChannels);
  dx.fill(0);
  let slope = 0;
  for (let batch = 0; batch < batchSize; batch++)
    for (let z = 0; z < outDepth; z++)
      for (let y = 0; y < outHeight; y++)
        for (let w = 0; w < outWidth; w++) {
          const front = z * windows.strideDepth - padInfo.front;
          const top = y * windows.strideHeight - padInfo.top;
          const left = w * windows.strideWidth - padInfo.left;
          places.fill(-1);
          for (let depth = Math.max(front, 0); depth < Math.min(front + windows.filterDepth, inDepth); depth++)
            for (let row = Math.max(top, 0); row < Math.min(top + windows.filterHeight, inHeight); row++)
              for (let column = Math.max(left, 0); column < Math.min(left + windows.filterWidth, inWidth); column++) {
                const start = (((batch * inDepth + depth) * inHeight + row) * inWidth + column) * inChannels;
                for (let c = 0; c < inChannels; c++) {
                  const value = x[start + c] as number;
                  if (places[c] === -1 || value > (largest[c] as number)) {
                    places[c] = start + c;
                    largest[c] = value;
                  }
                }
              }
          for (let c = 0; c < inChannels; c++, slope++)
            if (places[c] !== -1)
              dx[places[c] as number] = (dx[places[c] as number] as number) + (slopes[slope] as number);
        }
}
