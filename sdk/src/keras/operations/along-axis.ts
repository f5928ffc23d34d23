import { sizeOf } from "../../tensors/size-of.js";
import { reshape, type Tensor, transpose } from "../../tf.js";

/** Moves an axis to the end, computes, and moves the last axis of the result back. */
export function onLast(x: Tensor, axis: number, compute: (x: Tensor) => Tensor): Tensor {
  if (axis === x.rank - 1) return compute(x);
  return move(compute(move(x, axis, x.rank - 1)), x.rank - 1, axis);
}

/** x with an axis at another place; the others keep their order. */
export function move(x: Tensor, from: number, to: number): Tensor {
  const order = x.shape.map((_, axis) => axis).filter((axis) => axis !== from);
  order.splice(to, 0, from);
  return transpose(x, order);
}

/** x[…kept, all of the axes as one]. */
export function asLast(x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const size = sizeOf(axes.map((axis) => x.shape[axis] as number));
  return reshape(transpose(x, [...kept, ...axes]), [...kept.map((axis) => x.shape[axis] as number), size]);
}
