import type { Tensor } from "../../../tf.js";
import type { Kwargs } from "../keras-layer.js";
import { axisAt } from "../scaled-layer.js";
import { type HeadSizes, HeadsAttention, type HeadsConfig } from "./heads.js";

interface Config extends HeadsConfig {
  readonly numHeads: number;
  /** The features of a head's query and key. */
  readonly keyDim: number;
  /** The features of a head's value; default `keyDim`. */
  readonly valueDim?: number | null;
  /** The shape of the output's features; default the query's. */
  readonly outputShape?: number | number[] | null;
  /** Default: all axes between batch and features. */
  readonly attentionAxes?: number | number[] | null;
}

/**
 * Keras' MultiHeadAttention: query [batch, …, features], value and key [batch, …, features] give [batch, …, outputs],
 * and the weights [batch, heads, queries, values] if it is called so.
 */
export class MultiHeadAttention extends HeadsAttention<Config> {
  static readonly className = "MultiHeadAttention";

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor | Tensor[] {
    return this.once(inputs, kwargs, (tensors) => this.attend(tensors, kwargs));
  }

  protected sizes(features: number): HeadSizes {
    const { numHeads, keyDim, valueDim, outputShape } = this.config;
    const output = outputShape ? [outputShape].flat() : [features];
    return { heads: numHeads, sharedHeads: numHeads, keySize: keyDim, valueSize: valueDim ?? keyDim, output };
  }

  protected attentionAxes(rank: number): readonly number[] {
    const { attentionAxes } = this.config;
    if (attentionAxes === undefined || attentionAxes === null) return Array.from({ length: rank - 3 }, (_, i) => i + 1);
    return [attentionAxes].flat().map((axis) => axisAt(axis, rank - 1));
  }

  // As in Keras, the mask attached to the query stands, whatever the call says.
  protected queryMask(_: Tensor | undefined, attached: Tensor | undefined): Tensor | undefined {
    return attached;
  }
}
