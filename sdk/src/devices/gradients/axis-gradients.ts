import {
  add,
  cumprod,
  cumsum,
  mul,
  range,
  registerGradient,
  reshape,
  scalar,
  sum,
  type Tensor,
  tensor1d,
  transpose,
  unsortedSegmentSum,
  util,
  zeros,
} from "../../../tfjs/core.js";
import { sizeOf } from "../../tensors/size-of.js";

type Attributes<T> = (attrs: object | undefined) => T;
const read = ((attrs) => attrs) as Attributes<never>;

const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const inverse = (order: readonly number[]): number[] => order.map((_, i) => order.indexOf(i));

/**
 * The gradient of a gather along an axis: what was taken several times is summed.
 * @param indices [batch, …taken]
 * @param dy [batch, …before, …taken, …after]
 * @param shape [batch, …before, axis, …after]
 * @param batchDims how many axes are the batch's
 */
function scatter(dy: Tensor, indices: Tensor, shape: readonly number[], axis: number, batchDims: number): Tensor {
  const length = shape[axis] as number;
  const batch = sizeOf(shape.slice(0, batchDims));
  const [before, after] = [sizeOf(shape.slice(batchDims, axis)), sizeOf(shape.slice(axis + 1))];
  const taken = indices.size / batch;
  const rows = transpose(reshape(dy, [batch, before, taken, after]), [0, 2, 1, 3]);
  const offsets = reshape(range(0, batch, 1, "int32"), [batch, 1]);
  const flat = add(reshape(indices, [batch, taken]), mul(offsets, scalar(length, "int32")));
  const sums = unsortedSegmentSum(
    reshape(rows, [batch * taken, before * after]),
    reshape(flat, [-1]) as never,
    batch * length,
  );
  return reshape(transpose(reshape(sums, [batch, length, before, after]), [0, 2, 1, 3]), [...shape]);
}

function registerGather(): void {
  registerGradient({
    kernelName: "GatherV2",
    inputsToSave: ["x", "indices"],
    gradFunc: (dy, saved, attrs) => {
      const [x, indices] = saved as [Tensor, Tensor];
      const { axis, batchDims } = read(attrs) as { readonly axis: number; readonly batchDims: number };
      return {
        x: () =>
          scatter(dy as Tensor, indices, x.shape, positive(axis, x.rank), positive(batchDims ?? 0, indices.rank)),
        indices: () => zeros(indices.shape),
      };
    },
  });
}

function registerTopK(): void {
  registerGradient({
    kernelName: "TopK",
    inputsToSave: ["x"],
    outputsToSave: [false, true],
    gradFunc: (dy, saved) => {
      const [x, indices] = saved as [Tensor, Tensor];
      const [values] = dy as unknown as (Tensor | null)[];
      const batchDims = x.rank - 1;
      return { x: () => (values ? scatter(values, indices, x.shape, batchDims, batchDims) : zeros(x.shape)) };
    },
  });
}

function registerMirrorPad(): void {
  registerGradient({
    kernelName: "MirrorPad",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const { shape } = saved[0] as Tensor;
      const { paddings, mode } = read(attrs) as { readonly paddings: [number, number][]; readonly mode: string };
      return {
        x: () =>
          paddings.reduce((gradient, [before, after], axis) => {
            const length = shape[axis] as number;
            const edge = mode === "reflect" ? 0 : 1;
            const mirrored = (at: number) => (at < 0 ? -at - edge : at >= length ? 2 * length - 2 - at + edge : at);
            const at = Array.from({ length: before + length + after }, (_, i) => mirrored(i - before));
            const summed = gradient.shape.map((each, i) => (i === axis ? length : each));
            return scatter(gradient, tensor1d(at, "int32"), summed, axis, 0);
          }, dy as Tensor),
      };
    },
  });
}

function registerTile(): void {
  registerGradient({
    kernelName: "Tile",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const { shape } = saved[0] as Tensor;
      const { reps } = read(attrs) as { readonly reps: number[] };
      return {
        x: () =>
          reps.reduce((gradient, times, axis) => {
            const summed = gradient.shape.map((length, i) => (i === axis ? (shape[axis] as number) : length));
            const before = sizeOf(shape.slice(0, axis));
            return reshape(sum(reshape(gradient, [before, times, -1]), 1), summed);
          }, dy as Tensor),
      };
    },
  });
}

function registerCumsum(): void {
  registerGradient({
    kernelName: "Cumsum",
    gradFunc: (dy, _, attrs) => {
      const { axis, exclusive, reverse } = read(attrs) as {
        readonly axis: number;
        readonly exclusive: boolean;
        readonly reverse: boolean;
      };
      return { x: () => cumsum(dy as Tensor, positive(axis, (dy as Tensor).rank), exclusive, !reverse) };
    },
  });
}

function registerProd(): void {
  registerGradient({
    kernelName: "Prod",
    inputsToSave: ["x"],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0] as Tensor;
      const axes = util.parseAxisParam((read(attrs) as { readonly axis: number | number[] }).axis, x.shape);
      return {
        x: () => {
          const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
          const order = [...kept, ...axes];
          const moved = transpose(x, order);
          const rows = reshape(moved, [-1, sizeOf(axes.map((axis) => x.shape[axis] as number))]);
          // Not y / x, which is wrong where a value is 0: the product of all before it and all after it.
          const before = cumprod(rows, 1, true);
          const after = cumprod(rows, 1, true, true);
          const slopes = mul(reshape(dy as Tensor, [-1, 1]), mul(before, after));
          return transpose(reshape(slopes, moved.shape), inverse(order));
        },
      };
    },
  });
}

/** Corrects gradients along an axis that tfjs lacks or has wrong: of negative axes, of batches, of high ranks, of mirrored values. */
export function registerAxisGradients(): void {
  registerGather();
  registerTopK();
  registerMirrorPad();
  registerTile();
  registerCumsum();
  registerProd();
}
