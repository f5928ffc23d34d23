import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  broadcast_util,
  Cast,
  type CastAttrs,
  getKernel,
  type KernelConfig,
  type SliceAttrs,
  slice_util,
  type Tensor,
  type TensorInfo,
} from "../../tfjs/core.js";
import { computeOnCpu } from "./fallback-kernels.js";
import { replaceKernel } from "./replace-kernel.js";

type Inputs = Readonly<Record<string, TensorInfo | undefined>>;
type IsWrong = (inputs: Inputs, attributes: Readonly<Record<string, unknown>>) => boolean;

const isWhole: IsWrong = ({ x }) => x?.dtype !== "float32";
const isEmpty: IsWrong = ({ x }) => x?.shape.includes(0) === true;

/** What wasm's kernels compute wrongly without a word, most since they take all numbers for float32. */
const WRONG: Readonly<Record<string, IsWrong>> = {
  ClipByValue: isWhole,
  IsNan: isWhole,
  IsFinite: isWhole,
  IsInf: isWhole,
  Reciprocal: isWhole,
  Log1p: isWhole,
  StridedSlice: isWhole,
  UnsortedSegmentSum: isWhole,
  MaxPool: isWhole,
  BatchMatMul: ({ a }) => a?.dtype !== "float32",
  Reverse: ({ x }) => x?.dtype === "bool",
  Select: ({ t }) => t?.dtype === "bool",
  OneHot: (_, { dtype }) => dtype !== "int32",
  Sum: isEmpty,
  Mean: isEmpty,
  Max: isEmpty,
  Min: isEmpty,
  Prod: isEmpty,
  All: isEmpty,
  Any: isEmpty,
  Prelu: ({ x, alpha }) => broadcast_util.getReductionAxes(x?.shape ?? [], alpha?.shape ?? []).length > 0,
  _FusedMatMul: ({ a, bias }) => bias !== undefined && a?.shape.slice(0, -2).some((length) => length > 1) === true,
};

/** Has cpu compute what wasm's kernels get wrong, and errors where they read other tensors' memory. */
export function correctWasm(): void {
  for (const [kernelName, isWrong] of Object.entries(WRONG)) {
    const onCpu = computeOnCpu(kernelName, "wasm");
    replaceKernel(
      kernelName,
      "wasm",
      (own) => (call) => (isWrong(call.inputs as Inputs, call.attrs ?? {}) ? onCpu : own)(call),
    );
  }
  replaceKernel("Slice", "wasm", (own) => (call) => {
    const x = call.inputs.x as TensorInfo;
    const attributes = call.attrs as unknown as SliceAttrs;
    const [begin, size] = slice_util.parseSliceParams(x as Tensor, attributes.begin, attributes.size as number[]) as [
      number[],
      number[],
    ];
    slice_util.assertParamsValid(x, begin, size);
    return own(call);
  });
  keepNaN();
  correctCast();
}

/** The relu that is fused with a product takes NaN for 0, the one by itself does not. */
function keepNaN(): void {
  const { kernelFunc: relu } = getKernel("Relu", "wasm") as KernelConfig;
  replaceKernel("_FusedMatMul", "wasm", (own) => (call) => {
    if (call.attrs?.activation !== "relu") return own(call);
    const backend = call.backend as BackendWasm;
    const product = own({ ...call, attrs: { ...call.attrs, activation: "linear" } }) as TensorInfo;
    const output = relu({ inputs: { x: product }, backend });
    backend.disposeData(product.dataId);
    return output;
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
