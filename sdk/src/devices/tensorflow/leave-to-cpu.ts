import { backend_util, type Conv2DAttrs, getKernelsForBackend } from "../../../tfjs/core.js";
import { alongAxes } from "../kernels/along-axes.js";
import { computeOnCpuAfter, computeOnCpuWhere, type IsCase } from "../kernels/fallback-kernels.js";

type Shape = [number, number, number, number];

/** Windows in space that are smaller than their strides along an axis: TensorFlow has others of them begin elsewhere. */
const skips: IsCase = (_, { pad, filterSize, strides }) => {
  const [sizes, steps] = [filterSize, strides].map((each) => alongAxes(each as number | number[], 3));
  return pad === "same" && sizes?.some((size, axis) => size < Number(steps?.[axis])) === true;
};
/** Images of one channel and outputs one wide, with steps from column to column but none from row to row: oneDNN takes others' rows. */
const isColumn: IsCase = ({ x, filter }, attributes) => {
  if (x?.shape[3] !== 1 || attributes.dataFormat === "NCHW") return false;
  const { strides, pad, dilations, dimRoundingMode } = attributes as unknown as Conv2DAttrs;
  const [down, right] = alongAxes(strides, 2);
  if (down !== 1 || right === 1) return false;
  const [images, window] = [x, filter].map((each) => each?.shape) as [Shape, Shape];
  return backend_util.computeConv2DInfo(images, window, strides, dilations ?? 1, pad, dimRoundingMode).outWidth === 1;
};
/** Gradients of a window of one value whose steps differ: oneDNN writes beyond its memory. */
const isPoint: IsCase = ({ filter }, { filterShape, strides }) => {
  const [height, width] = filter?.shape ?? (filterShape as number[]);
  const [down, right] = alongAxes(strides as number | number[], 2);
  return height === 1 && width === 1 && down !== right;
};

/** What TensorFlow computes wrongly, or refuses as it would what is wrong. */
const WRONG: Readonly<Record<string, IsCase>> = {
  Conv2D: isColumn,
  FusedConv2D: isColumn,
  Conv2DBackpropFilter: isPoint,
  Conv2DBackpropInput: isPoint,
  MaxPool3D: skips,
  MaxPool3DGrad: skips,
  Step: ({ x }) => x?.dtype === "int32",
  ScatterNd: ({ indices }) => indices?.shape.length === 1,
};

/** How TensorFlow and its package say that they have no kernel for a dtype, a margin, an order of channels, a rank. */
const LACKS = new RegExp(
  [
    "not in the list of allowed values",
    "Could not find device for node",
    "rank not in",
    "must have the same number of elements as the channels",
    "supports only 'valid' and 'same' padding",
    "does not support dataFormat",
    "Dilation depth must be 1",
  ].join("|"),
);

/** Has cpu compute what TensorFlow gets wrong, and what it has no kernel for. */
export function leaveToCpu(): void {
  for (const [kernelName, isWrong] of Object.entries(WRONG)) computeOnCpuWhere(kernelName, "tensorflow", isWrong);
  for (const { kernelName } of getKernelsForBackend("cpu")) computeOnCpuAfter(kernelName, "tensorflow", LACKS);
}
