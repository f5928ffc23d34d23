import {
  add,
  cast,
  equal,
  fill,
  gather,
  lowerBound,
  maximum,
  minimum,
  mod,
  reshape,
  sub,
  type Tensor,
  tensor1d,
  tidy,
  where,
} from "../../../tf.js";
import { KerasLayer, type Shape, single, singleShape } from "../keras-layer.js";
import { encode, encodedShape, type OutputMode } from "./encode.js";

interface Config {
  /** The known numbers, in the order of their indices; special tokens may lead. */
  readonly vocabulary: readonly number[];
  /** How many indices there are for unknown numbers, at least 1; default 1. */
  readonly numOovIndices?: number;
  /** The number that counts as none. */
  readonly maskToken?: number | null;
  /** What an unknown index becomes if `invert`; default -1. */
  readonly oovToken?: number | null;
  /** Gives numbers from indices. */
  readonly invert?: boolean;
  readonly outputMode?: OutputMode;
  readonly maxTokens?: number | null;
  readonly padToMaxTokens?: boolean;
}

/** Keras' IntegerLookup, with a vocabulary that is in its config: whole numbers become indices, or the other way round. */
export class IntegerLookup extends KerasLayer<Config> {
  static readonly className = "IntegerLookup";

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return encodedShape(singleShape(inputShape), this.config.outputMode ?? "int", this.#depth);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const { outputMode = "int", invert } = this.config;
      const input = cast(single(inputs), "int32");
      const flat = reshape(input, [input.size]);
      const found = invert ? this.#tokensAt(flat) : this.#indicesOf(flat);
      return encode(reshape(found, input.shape), outputMode, this.#depth);
    });
  }

  get #oovStart(): number {
    const { maskToken, outputMode = "int" } = this.config;
    return outputMode === "int" && typeof maskToken === "number" ? 1 : 0;
  }

  get #tokenStart(): number {
    return this.#oovStart + (this.config.numOovIndices ?? 1);
  }

  get #depth(): number {
    const { maxTokens, padToMaxTokens } = this.config;
    return padToMaxTokens && typeof maxTokens === "number" ? maxTokens : this.#tokenStart + this.#tokens.length;
  }

  /** The vocabulary without the special tokens that may lead it. */
  get #tokens(): readonly number[] {
    const { vocabulary, maskToken, oovToken = -1 } = this.config;
    const special = Array.from({ length: this.#tokenStart }, (_, i) => (i < this.#oovStart ? maskToken : oovToken));
    return special.every((token, i) => token === vocabulary[i]) ? vocabulary.slice(special.length) : vocabulary;
  }

  #indicesOf(numbers: Tensor): Tensor {
    const { maskToken, outputMode = "int", numOovIndices = 1 } = this.config;
    const tokens = this.#tokens;
    const order = tokens.map((_, i) => i).sort((a, b) => (tokens[a] as number) - (tokens[b] as number));
    const sorted = tensor1d(
      order.map((i) => tokens[i] as number),
      "int32",
    );
    const indices = tensor1d(
      order.map((i) => i + this.#tokenStart),
      "int32",
    );
    const place = cast(minimum(lowerBound(sorted, numbers), tokens.length - 1), "int32");
    const unknown = cast(add(mod(numbers, numOovIndices), this.#oovStart), "int32");
    const known = where(equal(gather(sorted, place), numbers), gather(indices, place), unknown);
    if (typeof maskToken !== "number") return known;
    // An index that no vector has.
    const none = outputMode === "int" ? 0 : -1;
    return where(equal(numbers, maskToken), fill(numbers.shape, none, "int32"), known);
  }

  #tokensAt(indices: Tensor): Tensor {
    const { maskToken, oovToken } = this.config;
    const [start, tokens] = [this.#tokenStart, this.#tokens];
    // One place before and one after the tokens, where unknown indices end up.
    const unknown = oovToken ?? -1;
    const all = tensor1d([unknown, ...tokens, unknown], "int32");
    const place = minimum(maximum(sub(indices, start - 1), 0), tokens.length + 1);
    const found = gather(all, cast(place, "int32"));
    if (typeof maskToken !== "number") return found;
    return where(equal(indices, 0), fill(indices.shape, maskToken, "int32"), found);
  }
}
