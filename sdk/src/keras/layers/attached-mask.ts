import type { SymbolicTensor } from "../../tf.js";
import { isTensor } from "../calls.js";
import { Operation } from "../operations/operation.js";
import { refuse, type Where } from "../settings/setting.js";
import { Embedding } from "./embedding.js";
import type { Arguments } from "./layer-type.js";
import { Masking } from "./masking.js";

/** What the masks are computed from that a tensor has attached. */
function maskSources(tensor: SymbolicTensor): SymbolicTensor[] {
  const { sourceLayer: layer, inputs } = tensor;
  if (layer instanceof Masking || (layer instanceof Embedding && layer.config.maskZero)) return inputs;
  return layer.supportsMasking ? inputs.flatMap(maskSources) : [];
}

/** Whether a mask is computed of nothing but sources, as Keras does it. */
function isOf(mask: SymbolicTensor, sources: ReadonlySet<SymbolicTensor>): boolean {
  const { sourceLayer: layer, inputs } = mask;
  if (!(layer instanceof Operation)) return false;
  const { operation } = layer.config;
  if (operation === "NotEqual") return inputs.every((input) => sources.has(input));
  return operation === "OnesLike" || operation === "ZerosLike" || inputs.every((input) => isOf(input, sources));
}

/**
 * The arguments of a call without `mask`, if that is the one that the inputs have attached anyway: Keras writes it with
 * every call of a layer that takes one.
 * @throws LitModelError for another mask
 */
export function withoutAttachedMask({ mask, ...given }: Arguments, where: Where): Arguments {
  const masks = [mask].flat(Number.POSITIVE_INFINITY).filter(isTensor);
  const inputs = [given.inputs].flat(Number.POSITIVE_INFINITY).filter(isTensor);
  const sources = new Set(inputs.flatMap(maskSources));
  if (masks.every((tensor) => isOf(tensor, sources))) return given;
  return refuse(where, "is called with a mask of its own, which does not load");
}
