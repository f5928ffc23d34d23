import type { TensorInfo } from "@tensorflow/tfjs-core";
import { LitError } from "../../errors.js";
import type { KernelCall } from "../engine.js";
import { alongAxes } from "./along-axes.js";

/** Attributes that are whole numbers, and the least that they may be. */
const LEAST: Readonly<Record<string, number>> = {
  ...{ strides: 1, dilations: 1, filterSize: 1, blockShape: 1, num: 1 },
  ...{ pad: 0, paddings: 0, reps: 0 },
};

/** Attributes that are axes, each of them once. */
const AXES = new Set(["axis", "axes", "reductionIndices", "dims", "perm"]);

/** Kernels whose windows slide over what they are given, with how many axes. */
const WINDOWS: Readonly<Record<string, number>> = {
  ...{ Conv2D: 2, FusedConv2D: 2, DepthwiseConv2dNative: 2, FusedDepthwiseConv2D: 2, AvgPool: 2, MaxPool: 2 },
  ...{ Conv3D: 3, AvgPool3D: 3, MaxPool3D: 3 },
};

/**
 * Checks what TensorFlow.js does not: with these it computes a shape that its numbers do not have, and wasm writes over other tensors.
 * @throws LitError naming the kernel, the argument and what was found
 */
export function checkArguments(call: KernelCall): void {
  const { kernelName = "" } = call;
  const attributes = (call.attrs ?? {}) as Readonly<Record<string, unknown>>;
  // Its strides may go backwards.
  if (kernelName === "StridedSlice") {
    checkLengths(kernelName, attributes, ["begin", "end", "strides"]);
    return;
  }
  const { x } = call.inputs as Readonly<Record<string, TensorInfo>>;
  for (const name in attributes) {
    const least = LEAST[name];
    if (least !== undefined) checkWhole(kernelName, name, attributes[name], least);
    else if (AXES.has(name)) checkAxes(kernelName, attributes[name], x);
  }
  if (attributes.dataFormat === "NCHW" && kernelName.startsWith("Depthwise"))
    throw new LitError(
      "a depthwise convolution takes channels that come last, found NCHW: tf.transpose(x, [0, 2, 3, 1]) moves them",
    );
  const axes = WINDOWS[kernelName];
  if (axes !== undefined) {
    checkLengths(kernelName, attributes, ["filterSize", "strides", "dilations"], axes);
    checkWindow(call, axes);
  } else if (kernelName === "PadV2" || kernelName === "MirrorPad")
    checkLengths(kernelName, attributes, ["paddings"], x?.shape.length);
}

/** @param length of each list; by default that of the first */
function checkLengths(
  kernelName: string,
  attributes: Readonly<Record<string, unknown>>,
  names: readonly string[],
  length = (attributes[names[0] as string] as readonly unknown[]).length,
): void {
  for (const name of names) {
    const value = attributes[name];
    if (Array.isArray(value) && value.length !== length)
      throw new LitError(`${kernelName}: ${name} takes ${length} values, found [${value}]`);
  }
}

function checkWhole(kernelName: string, name: string, value: unknown, least: number): void {
  if (Array.isArray(value)) for (const each of value) checkWhole(kernelName, name, each, least);
  else if (typeof value === "number" && !(Number.isInteger(value) && value >= least))
    throw new LitError(`${kernelName}: ${name} takes whole numbers of at least ${least}, found ${value}`);
}

function checkAxes(kernelName: string, axes: unknown, x: TensorInfo | undefined): void {
  if (!x) return;
  const rank = x.shape.length;
  const places: number[] = [];
  for (const axis of [axes ?? []].flat() as number[]) {
    const place = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(axis) || place < 0 || place >= rank)
      throw new LitError(`${kernelName}: the axis ${axis} is not one of [${x.shape}]`);
    if (places.includes(place)) throw new LitError(`${kernelName} takes each axis once, found the axes [${axes}]`);
    places.push(place);
  }
}

interface Window {
  readonly pad?: unknown;
  readonly dataFormat?: string;
  readonly filterSize?: number | readonly number[];
  readonly dilations?: number | readonly number[] | null;
}

/** A window has to fit into what it slides over: of one that does not TensorFlow.js computes a shape below 0. */
function checkWindow({ kernelName = "", inputs, attrs }: KernelCall, rank: number): void {
  const { pad, dataFormat, filterSize, dilations } = attrs as Window;
  if (pad === "same") return;
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
