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
  tensor,
  util,
} from "../../../tfjs/core.js";
import { frame, type Margin } from "../../tensors/frame.js";

interface PoolAttributes {
  readonly filterSize: number | number[];
  readonly strides: number | number[];
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** By what a window's size is more than the positions of it that lie within the axis, for each output. */
const factorsOf = ({ length, out, size, stride, before }: Axis): number[] =>
  Array.from({ length: out }, (_, i) => {
    const start = i * stride - before;
    return size / (Math.min(length, start + size) - Math.max(0, start));
  });

interface Axis {
  readonly length: number;
  readonly out: number;
  readonly size: number;
  readonly stride: number;
  readonly before: number;
}

const PLANE = [
  ["Height", "top"],
  ["Width", "left"],
] as const;
const SPACE = [["Depth", "front"], ...PLANE] as const;

/** The axes along which the windows of a pool lie. */
function axesOf(kernelName: string, { shape }: Tensor, attributes: PoolAttributes): Axis[] {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  const [names, compute] =
    kernelName === "AvgPool" ? [PLANE, backend_util.computePool2DInfo] : [SPACE, backend_util.computePool3DInfo];
  const found = compute(shape as never, filterSize as never, strides as never, 1, pad as never, dimRoundingMode);
  const numbers = found as unknown as Readonly<Record<string, number>>;
  const margins = found.padInfo as unknown as Readonly<Record<string, number>>;
  return names.map(([name, side]) => ({
    length: numbers[`in${name}`] as number,
    out: numbers[`out${name}`] as number,
    size: numbers[`filter${name}`] as number,
    stride: numbers[`stride${name}`] as number,
    before: margins[side] as number,
  }));
}

/** tfjs divides by the window's size; what was averaged are the values without the padding. */
function registerAveragePool(kernelName: "AvgPool" | "AvgPool3D"): void {
  const { gradFunc: stock } = getGradient(kernelName);
  registerGradient({
    kernelName,
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const attributes = attrs as unknown as PoolAttributes;
      const { filterSize, strides, pad } = attributes;
      if (pad === "valid" || pad === 0) return stock(dy, saved, attrs);
      const x = saved[0] as Tensor;
      const axes = axesOf(kernelName, x, attributes);
      const shares = axes.reduce<Tensor>((slope, axis, i) => {
        const shape = [...axes.map(({ out }, at) => (at === i ? out : 1)), 1];
        return mul(slope, tensor(factorsOf(axis), shape));
      }, dy as Tensor);
      const margins = axes.map(
        ({ length, out, size, stride, before }): Margin => [before, (out - 1) * stride + size - length - before],
      );
      const back = margins.map(([before, after]): Margin => [-before, -after]);
      return {
        x: () => {
          const whole = { filterSize, strides, pad: "valid" };
          const inputs = { dy: shares, input: frame(x, margins) };
          return frame(engine().runKernel(`${kernelName}Grad`, inputs, whole) as Tensor, back);
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
  registerAveragePool("AvgPool");
  registerAveragePool("AvgPool3D");
  registerExtreme("Max");
  registerExtreme("Min");
}
