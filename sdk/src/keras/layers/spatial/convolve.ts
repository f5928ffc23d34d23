import { frame, type Margin, mirror, stretch, stretchEach } from "../../../tensors/frame.js";
import {
  concat,
  conv2d,
  conv3d,
  depthwiseConv2d,
  expandDims,
  slice,
  split,
  squeeze,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
  transpose,
} from "../../../tf.js";
import { onPlane, padFor, reaches, type Window, windowOf } from "./window.js";

type Pair = [number, number];
type Triple = [number, number, number];

/** A convolution over one axis as one over two. */
const alongRow = (
  x: Tensor,
  kernel: Tensor,
  window: Window,
  convolve: (x: Tensor, kernel: Tensor, window: Window) => Tensor,
): Tensor => squeeze(convolve(expandDims(x, 1), expandDims(kernel, 0), onPlane(window)), [1]);

/** x[batch, …spatial, channels] * kernel[…size, channels / groups, filters]; one to three spatial axes. */
export function convolve(x: Tensor, kernel: Tensor, window: Window): Tensor {
  if (x.rank === 3) return alongRow(x, kernel, window, convolve);
  const groups = (x.shape[x.rank - 1] as number) / (kernel.shape[x.rank - 2] as number);
  if (groups > 1) {
    const kernels = split(kernel, groups, -1);
    const parts = split(x, groups, -1);
    return concat(
      parts.map((part, i) => convolve(part, kernels[i] as Tensor, window)),
      -1,
    );
  }
  const [input, pad] = padFor(x, window);
  const { strides, dilations } = window;
  return x.rank === 4
    ? conv2d(input as Tensor4D, kernel as Tensor4D, strides as Pair, pad, "NHWC", dilations as Pair)
    : conv3d(input as Tensor5D, kernel as Tensor5D, strides as Triple, pad, "NDHWC", dilations as Triple);
}

/** x[batch, …spatial, channels] with each channel convolved apart: kernel[…size, channels, multiplier]; one or two spatial axes. */
export function convolveDepthwise(x: Tensor, kernel: Tensor, window: Window): Tensor {
  if (x.rank === 3) return alongRow(x, kernel, window, convolveDepthwise);
  const { strides, dilations } = window;
  const [input, pad] = padFor(x as Tensor4D, window);
  if (Math.max(...strides) === 1 || Math.max(...dilations) === 1)
    return depthwiseConv2d(input, kernel as Tensor4D, strides as Pair, pad, "NHWC", dilations as Pair);
  // tfjs has either strides or dilations; these are zeros in the kernel.
  const dilated = dilations.reduce((spread, factor, axis) => stretch(spread, axis, factor), kernel) as Tensor4D;
  const size = [...reaches(window), ...kernel.shape.slice(2)] as [number, number, number, number];
  return depthwiseConv2d(input, slice(dilated, [0, 0, 0, 0], size), strides as Pair, pad);
}

/** {@link convolveDepthwise}, then the channels of each position mixed: pointwise[…1, channels · multiplier, filters]. */
export const convolveSeparable = (x: Tensor, depthwise: Tensor, pointwise: Tensor, window: Window): Tensor =>
  convolve(
    convolveDepthwise(x, depthwise, window),
    pointwise,
    windowOf(
      window.size.map(() => 1),
      {},
    ),
  );

/**
 * Keras' transposed convolution of x[batch, …spatial, channels] with kernel[…size, filters, channels]: the input, with
 * `strides - 1` zeros between its values, convolved with the mirrored kernel.
 */
export function convolveTransposed(
  x: Tensor,
  kernel: Tensor,
  window: Window,
  outputPadding: readonly number[] | undefined,
): Tensor {
  const { rank } = kernel;
  const spatial = window.size.map((_, i) => i);
  const margins = transposedMargins(window, outputPadding);
  const between = frame(
    stretchEach(x, window.strides),
    margins.map(([before, after], i): Margin => [before, after + 1 - (window.strides[i] as number)]),
  );
  const turned = transpose(mirror(kernel), [...spatial, rank - 1, rank - 2]);
  return convolve(between, turned, { ...window, strides: spatial.map(() => 1), padding: "valid" });
}

/** The margins of the input of a transposed convolution, its values `strides` apart, that give Keras' output. */
export const transposedMargins = (window: Window, outputPadding: readonly number[] | undefined): Margin[] =>
  reaches(window).map((reach, i) => {
    const [stride, more] = [window.strides[i] as number, outputPadding?.[i]];
    if (window.padding === "valid") return [reach - 1, reach - 1 + (more ?? Math.max(reach, stride) - reach)];
    const total = more === undefined ? stride + reach - 2 : reach + (reach % 2) - 2 + more;
    const before = Math.min(Math.ceil(total / 2), reach - 1);
    return [before, total - before];
  });
