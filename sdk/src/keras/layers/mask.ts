import type { Tensor } from "../../tf.js";
import type { Kwargs } from "./keras-layer.js";

/*
 * Masks travel as in Keras 3: attached to the tensors between the layers. tfjs-layers' executor, which would pass the
 * first input's mask to every later layer, sees none of them. A mask is a bool tensor, true where values count:
 * [batch, time] for inputs of shape [batch, time, …].
 *
 * - A layer reads its inputs' masks in `call(inputs, kwargs)` by `masksOf(inputs, kwargs)`.
 * - A layer with `supportsMasking` passes masks on: `computeMask(inputs, masks)`, both lists, gives a mask (or null), or a
 *   list of one for each output. By default each output gets the mask of the input at its place: the first, of one.
 *   Without `supportsMasking` masks end at the layer.
 * - A layer that makes masks has `makeMask` (see MaskMaker).
 * - A layer within a layer is called by `inner.apply(x)` with masks attached to x (`withMask`), or by
 *   `inner.call(x, { ...kwargs, mask })`.
 */

/** A layer whose output has a mask that its input had not: Embedding, Masking. It is asked before `call`. */
export interface MaskMaker {
  makeMask(inputs: readonly Tensor[]): Tensor | Tensor[] | null;
}

const MASKS = new WeakMap<Tensor, Tensor>();

/** The mask that is attached to a tensor. */
export function maskOf(tensor: Tensor): Tensor | undefined {
  const mask = MASKS.get(tensor);
  return mask?.isDisposed ? undefined : mask;
}

/** Attaches a mask to a tensor and gives the tensor. */
export function withMask(tensor: Tensor, mask: Tensor | null | undefined): Tensor {
  if (mask) MASKS.set(tensor, mask);
  return tensor;
}

/** Each input's mask, undefined for one that has none: what `kwargs.mask` says, else what is attached to the input. */
export function masksOf(inputs: Tensor | Tensor[], kwargs?: Kwargs): (Tensor | undefined)[] {
  const given = [kwargs?.mask].flat() as (Tensor | null | undefined)[];
  return [inputs].flat().map((input, i) => given[i] ?? maskOf(input));
}
