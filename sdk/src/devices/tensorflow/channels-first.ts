import { getKernel, type KernelConfig, type TensorInfo } from "../../../tfjs/core.js";
import { replaceKernel } from "../kernels/replace-kernel.js";
import type { NodeBackend } from "./node-backend.js";

/** From [batch, channels, height, width] to [batch, height, width, channels], and back. */
const TO_LAST = [0, 2, 3, 1];
const TO_FIRST = [0, 3, 1, 2];

interface Attributes {
  readonly dataFormat?: string;
  readonly pad: unknown;
  readonly inputShape?: readonly number[];
}

/**
 * Convolutions of channels that come first, as those of channels that come last: the package gives the steps along height and
 * width as those along channels and height. And where oneDNN is off, TensorFlow has none of them on processors.
 */
export function convolveChannelsFirst(): void {
  channelsLast("Conv2D", ["x"], true);
  channelsLast("Conv2DBackpropInput", ["dy"], true);
  channelsLast("Conv2DBackpropFilter", ["x", "dy"], false);
}

/** @param images which inputs have channels, and whether the output has */
function channelsLast(kernelName: string, images: readonly string[], isImage: boolean): void {
  const transpose = getKernel("Transpose", "tensorflow") as KernelConfig;
  replaceKernel(kernelName, "tensorflow", (own) => (call) => {
    const { dataFormat, pad, inputShape } = call.attrs as unknown as Attributes;
    if (dataFormat !== "NCHW") return own(call);
    const backend = call.backend as NodeBackend;
    const moved = (x: TensorInfo, perm: number[]) =>
      transpose.kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as TensorInfo;
    const turned = images.map((name) => [name, moved(call.inputs[name] as TensorInfo, TO_LAST)] as const);
    const inputs = { ...call.inputs, ...Object.fromEntries(turned) };
    const lastOf = <T>(list: readonly T[]) => TO_LAST.map((axis) => list[axis]);
    const attrs = {
      ...call.attrs,
      dataFormat: "NHWC",
      pad: Array.isArray(pad) ? lastOf(pad) : pad,
      ...(inputShape && { inputShape: lastOf(inputShape) }),
    } as typeof call.attrs;
    const found = own({ inputs, attrs, backend }) as TensorInfo;
    const output = isImage ? moved(found, TO_FIRST) : found;
    for (const used of [...turned.map(([, image]) => image), ...(isImage ? [found] : [])])
      backend.disposeData(used.dataId);
    return output;
  });
}
