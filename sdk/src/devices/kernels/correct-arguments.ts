import type { TensorInfo } from "@tensorflow/tfjs-core";
import { LitError } from "../../errors.js";
import { engine, type KernelCall } from "../engine.js";
import { alongAxes } from "./along-axes.js";

interface Arguments {
  readonly axis?: number;
  readonly pad?: unknown;
  readonly dataFormat?: string;
  readonly filterSize?: number | readonly number[];
  readonly dilations?: number | readonly number[] | null;
}

/** Kernels whose windows slide over what they are given, with how many axes. */
const WINDOWS: Readonly<Record<string, number>> = {
  ...{ Conv2D: 2, FusedConv2D: 2, DepthwiseConv2dNative: 2, FusedDepthwiseConv2D: 2, AvgPool: 2, MaxPool: 2 },
  ...{ Conv3D: 3, AvgPool3D: 3, MaxPool3D: 3 },
};

/**
 * Kernels whose windows slide over a plane. Of a `pad` that is a number TensorFlow.js takes the window's height and its vertical
 * stride for both axes: it computes another shape, and beyond the end of wasm's memory.
 */
const PLANES = /^(?:Fused(?:Depthwise)?Conv2D|Conv2D.*|DepthwiseConv2dNative.*|(?:Max|Avg)Pool(?:Grad)?)$/;

/** Has kernels, and their gradients, get arguments that mean the same where TensorFlow.js computes wrongly with those given. */
export function correctArguments(): void {
  const { runKernelFunc } = engine;
  engine.runKernelFunc = (call) => runKernelFunc.call(engine, corrected(call));
}

function corrected(call: KernelCall): KernelCall {
  const { kernelName = "", inputs, attrs } = call;
  const { axis = 0, pad, dataFormat } = (attrs ?? {}) as Arguments;
  if (dataFormat === "NCHW" && kernelName.startsWith("Depthwise"))
    throw new LitError(
      "a depthwise convolution takes channels that come last, found NCHW: tf.transpose(x, [0, 2, 3, 1]) moves them",
    );
  if (kernelName in WINDOWS) checkWindow(call);
  if (kernelName.startsWith("Cum") && (inputs.x as TensorInfo).shape.length === 0)
    throw new LitError(`${kernelName}: a number has no axis to go along`);
  // An axis from the end: on cpu and wasm sums have no shape then, on tensorflow places are out of bounds.
  if (axis < 0 && /^(?:Cum(?:sum|prod)|GatherV2)$/.test(kernelName))
    return { ...call, attrs: { ...attrs, axis: axis + (inputs.x as TensorInfo).shape.length } };
  if (typeof pad === "number" && PLANES.test(kernelName)) {
    const margin = [pad, pad];
    const none = [0, 0];
    const margins = dataFormat === "NCHW" ? [none, none, margin, margin] : [none, margin, margin, none];
    return { ...call, attrs: { ...attrs, pad: margins } };
  }
  return call;
}

/** @throws LitError if a window does not fit into what is given: TensorFlow.js computes a shape below 0, and wasm beyond its memory */
function checkWindow({ kernelName = "", inputs, attrs }: KernelCall): void {
  const { pad, dataFormat, filterSize, dilations } = attrs as Arguments;
  if (pad === "same") return;
  const rank = WINDOWS[kernelName] as number;
  const first = dataFormat === "NCHW" ? 2 : 1;
  const { filter, x } = inputs as Readonly<Record<string, TensorInfo>>;
  const sizes = filter ? filter.shape : alongAxes(filterSize as number | number[], rank);
  const gaps = alongAxes(dilations ?? 1, rank);
  for (let i = 0; i < rank; i++) {
    const length = x?.shape[first + i] as number;
    const margin = Array.isArray(pad) ? pad[first + i] : [pad, pad];
    const room = length + (Number(margin[0]) || 0) + (Number(margin[1]) || 0);
    const size = ((sizes[i] as number) - 1) * (gaps[i] as number) + 1;
    if (size > room)
      throw new LitError(`${kernelName}: a window of ${size} does not fit into ${room} values of [${x?.shape}]`);
  }
}
