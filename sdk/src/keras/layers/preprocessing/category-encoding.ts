import { cast, type Tensor, tidy } from "../../../tf.js";
import { KerasLayer, type Shape } from "../keras-layer.js";
import { encode, encodedShape, type OutputMode } from "./encode.js";

interface Config {
  /** Values are 0 … numTokens - 1. */
  readonly numTokens: number;
  /** Default `multiHot`. */
  readonly outputMode?: OutputMode;
}

/** Keras' CategoryEncoding of whole numbers; the second input, for `count`, weighs them. */
export class CategoryEncoding extends KerasLayer<Config> {
  static readonly className = "CategoryEncoding";

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [shape] = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    return encodedShape(shape as Shape, this.#mode, this.config.numTokens);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [input, weights] = [inputs].flat() as [Tensor, Tensor?];
      return encode(input, this.#mode, this.config.numTokens, weights && cast(weights, "float32"));
    });
  }

  get #mode(): OutputMode {
    return this.config.outputMode ?? "multiHot";
  }
}
