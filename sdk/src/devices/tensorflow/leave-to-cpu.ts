import { backend_util, type Conv2DAttrs, type TensorInfo } from "../../../tfjs/core.js";
import { computeOnCpuWhere, either, type IsCase } from "../kernels/fallback-kernels.js";

type Shape = [number, number, number, number];

const hasMargin: IsCase = (_, { pad }) => [pad].flat(2).some((length) => Number(length) > 0);
const isChannelsFirst: IsCase = (_, { dataFormat }) => dataFormat === "NCHW";
/** Windows in space that are smaller than their strides along an axis: TensorFlow has others of them begin elsewhere. */
const skips: IsCase = (_, { pad, filterSize, strides }) => {
  const [sizes, steps] = [filterSize, strides].map((each) => (Array.isArray(each) ? each : [each, each, each]));
  return pad === "same" && (sizes as number[]).some((size, axis) => size < Number(steps?.[axis]));
};
/** Images of one channel and outputs one wide, with steps from column to column but none from row to row: oneDNN takes others' rows. */
const isColumn: IsCase = ({ x, filter }, attributes) => {
  if (x?.shape[3] !== 1 || attributes.dataFormat === "NCHW") return false;
  const { strides, pad, dilations, dimRoundingMode } = attributes as unknown as Conv2DAttrs;
  const [down, right] = Array.isArray(strides) ? strides : [strides, strides];
  if (down !== 1 || right === 1) return false;
  const [images, window] = [x, filter].map((each) => each?.shape) as [Shape, Shape];
  return backend_util.computeConv2DInfo(images, window, strides, dilations ?? 1, pad, dimRoundingMode).outWidth === 1;
};
/** A margin, or planes that are left out. */
const isDeep = either(hasMargin, (_, { dilations }) => Number([dilations].flat()[0] ?? 1) > 1);
const isText: IsCase = ({ a }) => a?.dtype === "string";
const isOf =
  (dtype: TensorInfo["dtype"]): IsCase =>
  ({ x }) =>
    x?.dtype === dtype;

/** Calls that TensorFlow, or its package for Node, refuses or computes wrongly. */
const LEFT: Readonly<Record<string, IsCase>> = {
  AvgPool: hasMargin,
  AvgPoolGrad: hasMargin,
  AvgPool3D: hasMargin,
  AvgPool3DGrad: hasMargin,
  MaxPool: hasMargin,
  MaxPoolGrad: hasMargin,
  MaxPool3D: either(hasMargin, skips),
  MaxPool3DGrad: either(hasMargin, skips),
  Conv2D: isColumn,
  Conv2DBackpropFilter: hasMargin,
  Conv2DBackpropInput: hasMargin,
  Conv3D: isDeep,
  Conv3DBackpropFilterV2: isDeep,
  Conv3DBackpropInputV2: isDeep,
  FusedConv2D: either(isChannelsFirst, isColumn),
  Greater: isText,
  GreaterEqual: isText,
  Less: isText,
  LessEqual: isText,
  Diag: isOf("bool"),
  LeakyRelu: isOf("int32"),
  Step: isOf("int32"),
  ScatterNd: ({ indices }) => indices?.shape.length === 1,
};

/** Has cpu compute those. */
export function leaveToCpu(): void {
  for (const [kernelName, isLeft] of Object.entries(LEFT)) computeOnCpuWhere(kernelName, "tensorflow", isLeft);
}
