import {
  add,
  backend_util as conv,
  conv2d,
  conv3d,
  depthwiseConv2d,
  fused,
  type GradConfig,
  getBackend,
  getGradient,
  registerGradient,
  reshape,
  sum,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
  engine as theEngine,
  transpose,
} from "../../../tfjs/core.js";
import { frame, type Margin, mirror, stretchEach } from "../../tensors/frame.js";
import { engine } from "../engine.js";

/** How a window slides over one spatial axis. */
interface Axis {
  /** Of the input. */
  readonly length: number;
  /** Of the output. */
  readonly out: number;
  /** Of the kernel. */
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the input. */
  readonly before: number;
}

/** A convolution of [batch, …spatial, channels] without padding. */
type Convolve = (x: Tensor, kernel: Tensor, strides: readonly number[], dilations: readonly number[]) => Tensor;

const reach = ({ size, dilation }: Axis): number => (size - 1) * dilation + 1;
const strides = (axes: readonly Axis[]): number[] => axes.map(({ stride }) => stride);
const dilations = (axes: readonly Axis[]): number[] => axes.map(({ dilation }) => dilation);
const ones = (axes: readonly Axis[]): number[] => axes.map(() => 1);

/** dy spread over the input's positions, so that the mirrored kernel slides over it by steps of 1. */
const spread = (dy: Tensor, axes: readonly Axis[]): Tensor =>
  frame(
    stretchEach(dy, strides(axes)),
    axes.map((axis): Margin => [reach(axis) - 1 - axis.before, axis.length + axis.before - axis.out * axis.stride]),
  );

/** x with its padding, as far as the kernel reaches. */
const padded = (x: Tensor, axes: readonly Axis[]): Tensor =>
  frame(
    x,
    axes.map((axis): Margin => [axis.before, (axis.out - 1) * axis.stride + reach(axis) - axis.length - axis.before]),
  );

/** [0, …spatial, last] reordered: `from` first, the spatial axes, `to` last. */
const order = (rank: number, first: number[], last: number[]): number[] => [
  ...first,
  ...Array.from({ length: rank - 2 }, (_, i) => i + 1),
  ...last,
];

const inputGradient = (dy: Tensor, kernel: Tensor, axes: readonly Axis[], convolve: Convolve): Tensor => {
  const { rank } = kernel;
  const spatial = axes.map((_, i) => i);
  const turned = transpose(mirror(kernel), [...spatial, rank - 1, rank - 2]);
  return convolve(spread(dy, axes), turned, ones(axes), dilations(axes));
};

/** x convolved with dy: strides and dilations change places. */
const kernelGradient = (x: Tensor, dy: Tensor, axes: readonly Axis[], convolve: Convolve): Tensor => {
  const { rank } = x;
  const image = transpose(padded(x, axes), order(rank, [rank - 1], [0]));
  const kernel = transpose(dy, order(rank, [], [0, rank - 1]));
  return transpose(convolve(image, kernel, dilations(axes), strides(axes)), order(rank, [], [0, rank - 1]));
};

const depthwiseInputGradient = (dy: Tensor, kernel: Tensor, axes: readonly Axis[], convolve: Convolve): Tensor => {
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  const each = reshape(mirror(kernel), [height, width, channels * multiplier, 1]);
  const dx = convolve(spread(dy, axes), each, ones(axes), dilations(axes));
  return sum(reshape(dx, [...dx.shape.slice(0, -1), channels, multiplier]), -1);
};

/** As `kernelGradient`, with every channel of every sample apart. */
const depthwiseKernelGradient = (
  x: Tensor,
  dy: Tensor,
  [height, width, channels, multiplier]: readonly number[],
  axes: readonly Axis[],
  convolve: Convolve,
): Tensor => {
  const apart = (tensor: Tensor, ends: number[]): Tensor => {
    const moved = transpose(tensor, [1, 2, 0, 3]);
    return reshape(moved, [...moved.shape.slice(0, 2), ...ends]);
  };
  const batch = x.shape[0] as number;
  const framed = apart(padded(x, axes), [batch * (channels as number)]);
  const image = reshape(framed, [1, ...framed.shape]);
  const found = convolve(
    image,
    apart(dy, [batch * (channels as number), multiplier as number]),
    dilations(axes),
    strides(axes),
  );
  return sum(reshape(found, [height, width, batch, channels, multiplier] as number[]), 2);
};

interface Attributes {
  readonly strides: number | [number, number] | [number, number, number];
  readonly dilations?: number | [number, number] | [number, number, number] | null;
  readonly pad: "valid" | "same" | number;
  readonly dataFormat?: string;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

type Name = "Depth" | "Height" | "Width";
type Found<N extends Name> = Readonly<Record<`${"in" | "out" | "filter" | "stride" | "dilation"}${N}`, number>>;

const axisOf = <N extends Name>(found: Found<N>, name: N, before: number): Axis => ({
  length: found[`in${name}`],
  out: found[`out${name}`],
  size: found[`filter${name}`],
  stride: found[`stride${name}`],
  dilation: found[`dilation${name}`],
  before,
});

function planeAxes(x: Tensor, kernel: Tensor, attributes: Attributes, isDepthwise: boolean): Axis[] {
  const { strides, dilations, pad, dimRoundingMode } = attributes;
  const [input, filter] = [x as Tensor4D, kernel as Tensor4D];
  const found = conv.computeConv2DInfo(
    input.shape,
    filter.shape,
    strides as number,
    (dilations ?? 1) as number,
    pad,
    dimRoundingMode,
    isDepthwise,
  );
  return [axisOf(found, "Height", found.padInfo.top), axisOf(found, "Width", found.padInfo.left)];
}

function volumeAxes(x: Tensor, kernel: Tensor, { strides, dilations, pad }: Attributes): Axis[] {
  const [input, filter] = [x as Tensor5D, kernel as Tensor5D];
  const found = conv.computeConv3DInfo(input.shape, filter.shape, strides as number, (dilations ?? 1) as number, pad);
  return [
    axisOf(found, "Depth", found.padInfo.front),
    axisOf(found, "Height", found.padInfo.top),
    axisOf(found, "Width", found.padInfo.left),
  ];
}

const inPlane =
  (operation: typeof conv2d | typeof depthwiseConv2d): Convolve =>
  (x, kernel, strides, dilations) =>
    operation(
      x as Tensor4D,
      kernel as Tensor4D,
      strides as [number, number],
      "valid",
      "NHWC",
      dilations as [number, number],
    );

const convolvePlane = inPlane(conv2d);
const convolveDepthwise = inPlane(depthwiseConv2d);

const convolveVolume: Convolve = (x, kernel, strides, dilations) =>
  conv3d(
    x as Tensor5D,
    kernel as Tensor5D,
    strides as [number, number, number],
    "valid",
    "NDHWC",
    dilations as [number, number, number],
  );

const isOne = (value: Attributes["dilations"]): boolean => [value ?? 1].flat().every((each) => each === 1);

/** Backends without kernels of their own for these gradients, or with plain loops. */
const SLOW = ["cpu", "wasm"];

type Gradients = (
  x: Tensor,
  kernel: Tensor,
  dy: Tensor,
  attributes: Attributes,
) => Record<"x" | "filter", () => Tensor>;

function register(kernelName: string, gradients: Gradients): void {
  const { gradFunc: stock } = getGradient(kernelName);
  const gradFunc: GradConfig["gradFunc"] = (dy, saved, attrs) => {
    const { dilations, dataFormat, pad } = attrs as unknown as Attributes;
    // TensorFlow's takes no margins.
    const hasKernel = isOne(dilations) && typeof pad === "string" && !SLOW.includes(getBackend());
    const isStock = dataFormat === "NCHW" || hasKernel;
    if (isStock) return stock(dy, saved, attrs);
    const [x, kernel] = saved as [Tensor, Tensor];
    return gradients(x, kernel, dy as Tensor, attrs as unknown as Attributes);
  };
  registerGradient({ kernelName, inputsToSave: ["x", "filter"], gradFunc });
}

/** Those of layers that are dilated and have no activation are tfjs' fused op, which has no gradient of them: its single ops have. */
function unfuseDilated(): void {
  const { conv2d: stock } = fused;
  Object.assign(fused, {
    conv2d(options: Parameters<typeof stock>[0]) {
      const { x, filter, strides, pad, dataFormat = "NHWC", dilations, dimRoundingMode, bias } = options;
      const { activation = "linear" } = options;
      if (isOne(dilations) || activation !== "linear" || dataFormat !== "NHWC" || engine.state.gradientDepth === 0)
        return stock(options);
      const product = conv2d(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode);
      return bias ? add(product, bias) : product;
    },
  });
}

/** A transposed convolution in space is the gradient of one, so that its gradients are one and that one's other gradient. */
function registerTransposed(): void {
  registerGradient({
    kernelName: "Conv3DBackpropInputV2",
    inputsToSave: ["dy", "filter"],
    gradFunc: (slope, saved, attrs) => {
      const { strides, pad } = attrs as unknown as { readonly strides: number; readonly pad: "same" | "valid" };
      const [dy, filter] = saved as [Tensor5D, Tensor5D];
      const inputs = { x: slope as Tensor, dy };
      return {
        dy: () => conv3d(slope as Tensor5D, filter, strides, pad),
        filter: () =>
          theEngine().runKernel("Conv3DBackpropFilterV2", inputs, {
            strides,
            pad,
            filterShape: filter.shape,
          }) as Tensor,
      };
    },
  });
}

/**
 * Gradients of convolutions that are convolutions themselves. tfjs has none for dilated ones, and on cpu and wasm its
 * kernels for the others take up to 200 times as long.
 */
export function registerConvolutionGradients(): void {
  unfuseDilated();
  register("Conv2D", (x, kernel, dy, attributes) => {
    const axes = planeAxes(x, kernel, attributes, false);
    return {
      x: () => inputGradient(dy, kernel, axes, convolvePlane),
      filter: () => kernelGradient(x, dy, axes, convolvePlane),
    };
  });
  register("Conv3D", (x, kernel, dy, attributes) => {
    const axes = volumeAxes(x, kernel, attributes);
    return {
      x: () => inputGradient(dy, kernel, axes, convolveVolume),
      filter: () => kernelGradient(x, dy, axes, convolveVolume),
    };
  });
  registerTransposed();
  register("DepthwiseConv2dNative", (x, kernel, dy, attributes) => {
    const axes = planeAxes(x, kernel, attributes, true);
    return {
      x: () => depthwiseInputGradient(dy, kernel, axes, convolveDepthwise),
      filter: () => depthwiseKernelGradient(x, dy, kernel.shape, axes, convolveDepthwise),
    };
  });
}
