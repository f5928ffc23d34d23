import type { TensorInfo } from "@tensorflow/tfjs-core";
import { engine, type KernelCall } from "../engine.js";
import { checkArguments } from "./check-arguments.js";

interface Arguments {
  readonly axis?: number;
  readonly pad?: unknown;
  readonly dataFormat?: string;
}

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
  checkArguments(call);
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
