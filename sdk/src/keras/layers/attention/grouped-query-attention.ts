import type { Tensor } from "../../../tf.js";
import type { Kwargs } from "../keras-layer.js";
import { type HeadSizes, HeadsAttention, type HeadsConfig } from "./heads.js";

interface Config extends HeadsConfig {
  readonly headDim: number;
  readonly numQueryHeads: number;
  /** A divisor of `numQueryHeads`: so many of those share a head of key and value. */
  readonly numKeyValueHeads: number;
}

/** Keras' GroupQueryAttention of [batch, time, features], whose query's heads share those of key and value. */
export class GroupQueryAttention extends HeadsAttention<Config> {
  static readonly className = "GroupQueryAttention";

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor | Tensor[] {
    return this.once(inputs, kwargs, (tensors) => this.attend(tensors, kwargs));
  }

  protected sizes(features: number): HeadSizes {
    const { headDim: size, numQueryHeads: heads, numKeyValueHeads: sharedHeads } = this.config;
    return { heads, sharedHeads, keySize: size, valueSize: size, output: [features] };
  }

  protected attentionAxes(): readonly number[] {
    return [1];
  }

  protected queryMask(given: Tensor | undefined, attached: Tensor | undefined): Tensor | undefined {
    return given ?? attached;
  }
}
