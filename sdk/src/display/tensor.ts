import type { Tensor } from "@tensorflow/tfjs-core";
import type { MimeBundle } from "./mime-bundle.js";
import { formatArray } from "./numpy-text.js";

/** A tensor in numpy's text form: `array([[0.48219436]], dtype=float32)`. */
export async function tensorBundle(tensor: Tensor): Promise<MimeBundle> {
  const values = await tensor.data();
  return { "text/plain": formatArray(Array.from(values as ArrayLike<number | string>), tensor.shape, tensor.dtype) };
}
