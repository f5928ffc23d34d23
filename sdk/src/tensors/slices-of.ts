import { squeeze, type Tensor, unstack } from "../tf.js";

/** A tensor's slices along an axis. Unlike tfjs' unstack, a single one has a gradient. */
export const slicesOf = (tensor: Tensor, axis = 0): Tensor[] =>
  tensor.shape[axis] === 1 ? [squeeze(tensor, [axis])] : unstack(tensor, axis);
