import { sizeOf } from "../../../tensors/size-of.js";
import {
  avgPool,
  concat,
  expandDims,
  gather,
  maxPool,
  reshape,
  squeeze,
  type Tensor,
  type Tensor4D,
  tensor1d,
} from "../../../tf.js";
import type { Window } from "./window.js";

export type PoolMode = "max" | "average";

const onPlane = (x: Tensor, mode: PoolMode, size: [number, number], strides: [number, number], pad: "valid" | "same") =>
  (mode === "max" ? maxPool : avgPool)(x as Tensor4D, size, strides, pad);

/**
 * The largest value or the mean of each window of x[batch, …spatial, channels]; one to three spatial axes. Three axes are
 * pooled in two steps: wasm's own kernel for the largest of three is wrong below 0.
 */
export function pool(x: Tensor, mode: PoolMode, { size, strides, padding }: Window): Tensor {
  const pad = padding as "valid" | "same";
  const [depth = 1, height = 1, width = 1] = size;
  const [down = 1, right = 1, across = 1] = strides;
  if (x.rank === 3) return squeeze(onPlane(expandDims(x, 1), mode, [1, depth], [1, down], pad), [1]);
  if (x.rank === 4) return onPlane(x, mode, [depth, height], [down, right], pad);
  const [batch, slices, rows, columns, channels] = x.shape as [number, number, number, number, number];
  const images = reshape(x, [batch * slices, rows, columns, channels]);
  const planes = onPlane(images, mode, [height, width], [right, across], pad);
  const [, newRows, newColumns] = planes.shape as [number, number, number, number];
  const columnsOfAll = reshape(planes, [batch, slices, newRows * newColumns, channels]);
  const output = onPlane(columnsOfAll, mode, [depth, 1], [down, 1], pad);
  return reshape(output, [batch, -1, newRows, newColumns, channels]);
}

/** x[batch, …spatial, channels] with each spatial axis pooled to a length of `lengths`: windows of up to two sizes, which overlap. */
export const poolTo = (x: Tensor, mode: PoolMode, lengths: readonly number[]): Tensor =>
  lengths.reduce((pooled, length, i) => poolAxis(pooled, mode, i + 1, length), x);

function poolAxis(x: Tensor, mode: PoolMode, axis: number, count: number): Tensor {
  const length = x.shape[axis] as number;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const rows = reshape(x, [-1, length, 1, inner]);
  const small = Math.ceil(length / count);
  const starts = Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
  const isLarge = starts.map((start, i) => Math.ceil(((i + 1) * length) / count) - start > small);
  const slid = [small, small + 1]
    .filter((size) => size <= length)
    .map((size) => onPlane(rows, mode, [size, 1], [1, 1], "valid"));
  const at = starts.map((start, i) => (isLarge[i] ? start + length - small + 1 : start));
  const output = gather(concat(slid, 1), tensor1d(at, "int32"), 1);
  return reshape(output, [...x.shape.slice(0, axis), count, ...x.shape.slice(axis + 1)]);
}
