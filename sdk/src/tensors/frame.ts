import { pad, reshape, reverse, slice, type Tensor } from "../../tfjs/core.js";
import { sizeOf } from "./size-of.js";

/** Zeros before and after an axis' values; where negative, values are cut off instead. */
export type Margin = readonly [before: number, after: number];

/** x[batch, …spatial, channels] with margins around its spatial axes. */
export function frame<T extends Tensor>(x: T, margins: readonly Margin[]): T {
  const all: readonly Margin[] = [[0, 0], ...margins, [0, 0]];
  const kept = all.every(([before, after]) => before >= 0 && after >= 0)
    ? x
    : slice(
        x,
        all.map(([before]) => Math.max(0, -before)),
        x.shape.map((length, i) => length + Math.min(0, all[i]?.[0] ?? 0) + Math.min(0, all[i]?.[1] ?? 0)),
      );
  if (all.every(([before, after]) => before <= 0 && after <= 0)) return kept;
  return pad(
    kept,
    all.map((margin): [number, number] => [Math.max(0, margin[0]), Math.max(0, margin[1])]),
  );
}

/** x with `factor - 1` zeros after each value of an axis. */
export function stretch<T extends Tensor>(x: T, axis: number, factor: number): T {
  if (factor === 1) return x;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const rows = reshape(x, [-1, 1, inner]);
  const shape = x.shape.map((length, i) => (i === axis ? length * factor : length));
  return reshape(
    pad(rows, [
      [0, 0],
      [0, factor - 1],
      [0, 0],
    ]),
    shape,
  ) as T;
}

/** x[batch, …spatial, channels] with zeros after each value of its spatial axes. */
export const stretchEach = <T extends Tensor>(x: T, factors: readonly number[]): T =>
  factors.reduce((stretched, factor, i) => stretch(stretched, i + 1, factor), x);

/** A kernel[…spatial, a, b] mirrored in its spatial axes. */
export const mirror = <T extends Tensor>(kernel: T): T =>
  reverse(
    kernel,
    Array.from({ length: kernel.rank - 2 }, (_, i) => i),
  );
