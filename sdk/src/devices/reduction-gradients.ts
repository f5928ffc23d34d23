import {
  backend_util,
  cast,
  div,
  engine,
  equal,
  getGradient,
  mul,
  registerGradient,
  reshape,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  util,
} from "../../tfjs/core.js";
import { frame, type Margin } from "../tensors/frame.js";

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** How many of a window's positions lie within the axis, for each output. */
const inside = (length: number, out: number, size: number, stride: number, before: number): number[] =>
  Array.from({ length: out }, (_, i) => {
    const start = i * stride - before;
    return Math.min(length, start + size) - Math.max(0, start);
  });

/** tfjs divides by the window's size; what was averaged are the values without the padding. */
function registerAveragePool(): void {
  const { gradFunc: stock } = getGradient("AvgPool");
  registerGradient({
    kernelName: "AvgPool",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttributes;
      if (pad === "valid" || pad === 0) return stock(dy, saved, attrs);
      const x = saved[0] as Tensor4D;
      const found = backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
      const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = found;
      const { top, left } = found.padInfo;
      const rows = inside(inHeight, outHeight, filterHeight, strideHeight, top);
      const columns = inside(inWidth, outWidth, filterWidth, strideWidth, left);
      const factors = rows.map((row) => columns.map((column) => [(filterHeight * filterWidth) / (row * column)]));
      const margins: Margin[] = [
        [top, (outHeight - 1) * strideHeight + filterHeight - inHeight - top],
        [left, (outWidth - 1) * strideWidth + filterWidth - inWidth - left],
      ];
      const back = margins.map(([before, after]): Margin => [-before, -after]);
      return {
        x: () => {
          const inputs = { dy: mul(dy as Tensor, tensor(factors)), input: frame(x, margins) };
          const whole = { filterSize, strides, pad: "valid" };
          return frame(engine().runKernel("AvgPoolGrad", inputs, whole) as Tensor, back);
        },
      };
    },
  });
}

/** Equal extremes share the gradient, as in TensorFlow and JAX; in tfjs each of them gets all of it. */
function registerExtreme(kernelName: "Max" | "Min"): void {
  registerGradient({
    kernelName,
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, y] = saved as [Tensor, Tensor];
      const { reductionIndices, axis } = attrs as unknown as Readonly<Record<string, number | number[]>>;
      const axes = util.parseAxisParam(reductionIndices ?? (axis as number | number[]), x.shape);
      const shape = x.shape.map((length, i) => (axes.includes(i) ? 1 : length));
      return {
        x: () => {
          const chosen = cast(equal(x, reshape(y, shape)), "float32");
          return mul(chosen, div(reshape(dy as Tensor, shape), sum(chosen, axes, true)));
        },
      };
    },
  });
}

/** Corrects gradients of reductions that tfjs has wrong. */
export function registerReductionGradients(): void {
  registerAveragePool();
  registerExtreme("Max");
  registerExtreme("Min");
}
