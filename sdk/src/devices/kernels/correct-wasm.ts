import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  backend_util,
  Cast,
  type CastAttrs,
  type Conv2DAttrs,
  getKernel,
  getKernelsForBackend,
  Identity,
  type KernelConfig,
  type SliceAttrs,
  slice_util,
  type Tensor,
  type Tensor4D,
  type TensorInfo,
  util,
} from "../../../tfjs/core.js";
import { computeOnCpuWhere, either, type IsCase } from "./fallback-kernels.js";
import { isRepeatable } from "./multiply-batches.js";
import { replaceKernel } from "./replace-kernel.js";

const always: IsCase = () => true;
const isWhole: IsCase = ({ x }) => x?.dtype !== "float32";
const isWholePair: IsCase = ({ a }) => a?.dtype !== "float32";
const isBool: IsCase = (inputs) => Object.values(inputs).some((x) => x?.dtype === "bool");
const isEmpty: IsCase = ({ x }) => x?.shape.includes(0) === true;
const isChannelsFirst: IsCase = (_, { dataFormat }) => dataFormat === "NCHW";
/** A bias, or slopes below 0, that are not one number a channel, and slopes that the activation does not take. */
const isOtherFused =
  (channelsOf: (...call: Parameters<IsCase>) => number | undefined): IsCase =>
  (inputs, attributes, backend) => {
    const { bias, preluActivationWeights: slopes } = inputs;
    const channels = String(channelsOf(inputs, attributes, backend));
    const isOther = (x: TensorInfo | undefined) => x !== undefined && String(x.shape) !== channels;
    return isOther(bias) || isOther(slopes) || (slopes !== undefined && attributes.activation !== "prelu");
  };
/** Windows that may end beyond what they slide over. */
const isRounded: IsCase = (_, { dimRoundingMode }) => dimRoundingMode === "round" || dimRoundingMode === "ceil";
/** Windows that lie in the margin. */
const isOutside: IsCase = (_, { pad, filterSize }) =>
  Array.isArray(pad) && Math.max(...pad.flat()) >= Math.min(...[filterSize as number | number[]].flat());
const INFINITY = 0x7f800000;
const hasNaN = hasBeyond(INFINITY);
/** Products of infinity may be NaN too. */
const hasInfinite = hasBeyond(INFINITY - 1);
const convolution = either(isChannelsFirst, isRounded, hasInfinite);

/** What wasm's kernels refuse, or compute wrongly without a word: most take all numbers for float32, many NaN for a number. */
const WRONG: Readonly<Record<string, IsCase>> = {
  ClipByValue: either(isWhole, hasNaN),
  Relu6: hasNaN,
  Maximum: hasNaN,
  Minimum: hasNaN,
  IsNan: isWhole,
  IsFinite: isWhole,
  IsInf: isWhole,
  Reciprocal: isWhole,
  Log1p: isWhole,
  StridedSlice: isWhole,
  Conv2D: convolution,
  Conv2DBackpropInput: isChannelsFirst,
  DepthwiseConv2dNative: convolution,
  FusedConv2D: either(
    isOtherFused(({ filter }) => filter?.shape[3]),
    convolution,
  ),
  FusedDepthwiseConv2D: either(
    isOtherFused(({ filter }) => Number(filter?.shape[2]) * Number(filter?.shape[3])),
    convolution,
  ),
  Conv3DBackpropFilterV2: always,
  Conv3DBackpropInputV2: always,
  Dilation2D: always,
  Dilation2DBackpropFilter: always,
  Dilation2DBackpropInput: always,
  MaxPool3D: always,
  AvgPool: either(isOutside, isRounded, hasInfinite),
  MaxPool: either(isWhole, isOutside, isRounded, hasNaN),
  BatchMatMul: isWholePair,
  Reverse: ({ x }) => x?.dtype === "bool",
  Select: ({ t }) => t?.dtype === "bool",
  OneHot: (_, { dtype }) => dtype !== "int32",
  Bincount: ({ x }) => x !== undefined && x.shape.length > 1,
  Cumsum: isBool,
  Cumprod: isBool,
  FloorDiv: isWholePair,
  Mod: isWholePair,
  Pow: isWholePair,
  GatherV2: ({ x, indices }, { batchDims }) =>
    Number(batchDims) !== 0 || [x, indices].some((each) => each?.shape.includes(0) === true),
  MaxPoolWithArgmax: always,
  Multinomial: always,
  ResizeNearestNeighbor: ({ images }) => images?.dtype !== "float32",
  Transform: always,
  Sum: isEmpty,
  Mean: isEmpty,
  Max: isEmpty,
  Min: isEmpty,
  Prod: isEmpty,
  All: isEmpty,
  Any: isEmpty,
  DenseBincount: ({ weights }) => weights?.shape.includes(0) === false,
  Prelu: either(isWhole, ({ x, alpha }) => !isRepeatable(alpha?.shape ?? [], x?.shape ?? [])),
  _FusedMatMul: either(
    isOtherFused(({ b }, { transposeB }) => b?.shape.at(transposeB ? -2 : -1)),
    ({ a, b }) => String(a?.shape.slice(0, -2)) !== String(b?.shape.slice(0, -2)),
    ({ a, bias }) => bias !== undefined && a?.shape.slice(0, -2).some((length) => length > 1) === true,
  ),
};

/** Kernels that take bools for other numbers, or what lies in memory after them. */
const OF_NUMBERS =
  "Abs Acos Acosh AddN Asin Asinh Atan Atan2 Atanh Ceil Cos Cosh Elu Erf Exp Expm1 Floor LeakyRelu Log Neg Relu Relu6 Round Rsqrt Selu Sigmoid Sign Sin Sinh Softplus Sqrt Square Step Tan Tanh TopK";

/** Kernels that know strings. */
const OF_STRINGS = new Set(
  "Concat ExpandDims Identity Pack Reshape Slice SplitV StringNGrams StringSplit StringToHashBucketFast Unpack".split(
    " ",
  ),
);

/** Has cpu compute what wasm's kernels get wrong, and errors where they read other tensors' memory. */
export function correctWasm(): void {
  resolveSame();
  for (const [kernelName, isWrong] of Object.entries(WRONG)) computeOnCpuWhere(kernelName, "wasm", isWrong);
  for (const kernelName of OF_NUMBERS.split(" ")) computeOnCpuWhere(kernelName, "wasm", isBool);
  replaceKernel("Slice", "wasm", (own) => (call) => {
    const x = call.inputs.x as TensorInfo;
    const attributes = call.attrs as unknown as SliceAttrs;
    const [begin, size] = slice_util.parseSliceParams(x as Tensor, attributes.begin, attributes.size as number[]) as [
      number[],
      number[],
    ];
    slice_util.assertParamsValid(x, begin, size);
    util.assertNonNegativeIntegerDimensions(begin);
    return own(call);
  });
  keepNaN();
  correctCast();
  shareIdentical();
  for (const { kernelName } of getKernelsForBackend("cpu"))
    computeOnCpuWhere(kernelName, "wasm", isForeign(kernelName));
}

/** Complex numbers, which wasm cannot hold, and strings, which most of its kernels take for numbers. */
function isForeign(kernelName: string): IsCase {
  const is = (dtype: unknown) => dtype === "complex64" || (dtype === "string" && !OF_STRINGS.has(kernelName));
  return (inputs, { dtype }) => {
    for (const name in inputs) if (is(inputs[name]?.dtype)) return true;
    return is(dtype);
  };
}

/** Whether a float32 that is given has more bits, but for its sign: those of infinity and then NaN are beyond all numbers'. */
function hasBeyond(bits: number): IsCase {
  return (inputs, _, backend) => {
    for (const name in inputs) {
      const x = inputs[name];
      if (x?.dtype !== "float32") continue;
      const { buffer, byteOffset, length } = (backend as BackendWasm).typedArrayFromHeap(x);
      if (isAnyBeyond(bits, new Int32Array(buffer, byteOffset, length))) return true;
    }
    return false;
  };
}

function isAnyBeyond(bits: number, values: Int32Array): boolean {
  let sign = 0;
  for (let i = 0; i < values.length; i++) sign |= bits - ((values[i] as number) & 0x7fffffff);
  return sign < 0;
}

/** What is cut at 0 as part of a product takes NaN for 0, by itself it does not. */
function keepNaN(): void {
  const cut = new Map<unknown, KernelConfig>();
  for (const [name, kernel] of [
    ["relu", "Relu"],
    ["relu6", "Relu6"],
  ] as const)
    cut.set(name, getKernel(kernel, "wasm") as KernelConfig);
  replaceKernel("_FusedMatMul", "wasm", (own) => (call) => {
    const activation = cut.get(call.attrs?.activation);
    if (!activation) return own(call);
    const backend = call.backend as BackendWasm;
    const product = own({ ...call, attrs: { ...call.attrs, activation: "linear" } }) as TensorInfo;
    const output = activation.kernelFunc({ inputs: { x: product }, backend });
    backend.disposeData(product.dataId);
    return output;
  });
}

/** Has tensors that are the same share their numbers, as on other backends: what gradients keep is not copied. */
function shareIdentical(): void {
  replaceKernel(Identity, "wasm", () => ({ inputs, backend }) => {
    const { dataId, shape, dtype } = inputs.x as TensorInfo;
    (backend as BackendWasm).incRef(dataId);
    return { dataId, shape, dtype };
  });
}

/** Gives convolutions the margin that "same" means: where strides are larger than windows, wasm computes nothing with the word. */
function resolveSame(): void {
  for (const kernelName of ["Conv2D", "DepthwiseConv2dNative", "FusedConv2D", "FusedDepthwiseConv2D"])
    replaceKernel(kernelName, "wasm", (own) => (call) => {
      const { pad, strides, dilations, dimRoundingMode } = call.attrs as unknown as Conv2DAttrs;
      if (pad !== "same") return own(call);
      const { x, filter } = call.inputs as unknown as Record<"x" | "filter", Tensor4D>;
      const isDepthwise = kernelName.includes("Depthwise");
      const { padInfo } = backend_util.computeConv2DInfo(
        x.shape,
        filter.shape,
        strides,
        dilations ?? 1,
        pad,
        dimRoundingMode,
        isDepthwise,
      );
      const margins = [
        [0, 0],
        [padInfo.top, padInfo.bottom],
        [padInfo.left, padInfo.right],
        [0, 0],
      ];
      return own({ ...call, attrs: { ...call.attrs, pad: margins } });
    });
}

/** Lets wasm cast to bool as other backends do: what is not 0 is true. Its own cast keeps a number's last eight bits. */
function correctCast(): void {
  replaceKernel(Cast, "wasm", (own) => (call) => {
    const x = call.inputs.x as TensorInfo;
    if ((call.attrs as unknown as CastAttrs).dtype !== "bool" || x.dtype === "bool") return own(call);
    const backend = call.backend as BackendWasm;
    const out = backend.makeOutput(x.shape, "bool");
    const found = backend.typedArrayFromHeap(out);
    for (const [i, value] of backend.typedArrayFromHeap(x).entries()) found[i] = value === 0 ? 0 : 1;
    return out;
  });
}
