import { frame, type Margin } from "../../../tensors/frame.js";
import type { Tensor } from "../../../tf.js";
import { refuse, type Setting } from "../../settings/setting.js";

export type Padding = "valid" | "same" | "causal";

/** How a window slides over the spatial axes: a number for each of them. */
export interface Window {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: Padding;
}

/** The config's side of a window. */
export interface WindowConfig {
  readonly strides?: readonly number[];
  readonly dilationRate?: readonly number[];
  readonly padding?: Padding;
}

export const windowOf = (size: readonly number[], { strides, dilationRate, padding }: WindowConfig): Window => ({
  size,
  strides: strides ?? size.map(() => 1),
  dilations: dilationRate ?? size.map(() => 1),
  padding: padding ?? "valid",
});

/** The window of one axis as one of two. */
export const onPlane = ({ size, strides, dilations, padding }: Window): Window => ({
  size: [1, ...size],
  strides: [1, ...strides],
  dilations: [1, ...dilations],
  padding,
});

/** How many positions the window covers on each axis. */
export const reaches = ({ size, dilations }: Pick<Window, "size" | "dilations">): number[] =>
  size.map((length, i) => (length - 1) * (dilations[i] as number) + 1);

/** How often the window fits on each spatial axis; null where the axis is open. */
export const outputLengths = (window: Window, lengths: readonly (number | null)[]): (number | null)[] =>
  reaches(window).map((reach, i) => {
    const length = lengths[i] ?? null;
    if (length === null) return null;
    const count = Math.floor((length - (window.padding === "valid" ? reach : 1)) / (window.strides[i] as number)) + 1;
    if (count > 0) return count;
    throw new Error(`a window of ${reach} is larger than the input's ${length}`);
  });

/**
 * x[batch, …spatial, channels] as tfjs slides over it, and how it pads the rest. wasm's "same" is wrong on an axis where
 * the stride is longer than what the window covers, conv3d's too.
 */
export function padFor<T extends Tensor>(x: T, window: Window): [x: T, pad: "valid" | "same"] {
  // tfjs computes past the end of a smaller input.
  outputLengths(window, x.shape.slice(1, -1));
  if (window.padding === "valid") return [x, "valid"];
  const totals = reaches(window).map((reach, i) => {
    if (window.padding === "causal") return reach - 1;
    const [length, stride] = [x.shape[i + 1] as number, window.strides[i] as number];
    return (Math.ceil(length / stride) - 1) * stride + reach - length;
  });
  if (window.padding === "causal")
    return [
      frame(
        x,
        totals.map((total): Margin => [total, 0]),
      ),
      "valid",
    ];
  if (totals.every((total) => total >= 0)) return [x, "same"];
  const margins = totals.map(
    (total): Margin => [Math.floor(Math.max(0, total) / 2), Math.ceil(Math.max(0, total) / 2)],
  );
  return [frame(x, margins), "valid"];
}

/** A whole number for each of `count` axes, or one for all of them: sizes, strides. @param least of each */
export const sizes = (count: number, least = 1): Setting => ({
  load(value, where) {
    if (value === null) return undefined;
    const all = Array.isArray(value) ? value : Array.from({ length: count }, () => value);
    if (all.length === count && all.every((each) => Number.isSafeInteger(each) && each >= least)) return all;
    return refuse(
      where,
      `has a setting ${JSON.stringify(value)?.slice(0, 80)}, expected ${count} whole numbers of at least ${least}`,
    );
  },
  save: (value) => value,
});
