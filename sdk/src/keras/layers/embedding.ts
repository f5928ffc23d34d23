import {
  cast,
  gather,
  greaterEqual,
  less,
  logicalAnd,
  mod,
  notEqual,
  reshape,
  type Tensor,
  tidy,
  where,
} from "../../tf.js";
import { KerasLayer, type Shape, single, singleShape, type Weight } from "./keras-layer.js";
import type { MaskMaker } from "./mask.js";

interface EmbeddingConfig {
  readonly inputDim: number;
  readonly outputDim: number;
  /** Whether 0 is padding, which the mask hides; default false. */
  readonly maskZero?: boolean;
}

/** Keras' Embedding: [..., ] of whole numbers becomes [..., outputDim]. Numbers below 0 count from the end,
 * those that have no row give NaN. */
export class Embedding extends KerasLayer<EmbeddingConfig> implements MaskMaker {
  static readonly className = "Embedding";
  #rows?: Weight;

  override build(): void {
    this.#rows = this.addNamedWeight("embeddings", [this.config.inputDim, this.config.outputDim], "randomUniform");
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...singleShape(inputShape), this.config.outputDim];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = single(inputs);
      const { inputDim, outputDim } = this.config;
      const indices = cast(reshape(input, [input.size]), "int32");
      const isKnown = logicalAnd(greaterEqual(indices, -inputDim), less(indices, inputDim));
      const rows = gather(this.#rows?.read() as Tensor, cast(mod(indices, inputDim), "int32"));
      return reshape(where(reshape(isKnown, [input.size, 1]), rows, Number.NaN), [...input.shape, outputDim]);
    });
  }

  makeMask([input]: readonly Tensor[]): Tensor | null {
    return this.config.maskZero && input ? tidy(() => notEqual(input, 0)) : null;
  }
}
