import { any, cast, concat, expandDims, logicalNot, logicalOr, type Tensor, tidy, zerosLike } from "../../tf.js";
import { KerasLayer, type LayerConfig, type Shape } from "./keras-layer.js";

interface ConcatenateConfig {
  /** Default -1. */
  readonly axis?: number;
}

/** Keras' Concatenate. A mask that some inputs lack shows all of theirs. */
export class Concatenate extends KerasLayer<ConcatenateConfig> {
  static readonly className = "Concatenate";

  constructor(config: ConcatenateConfig & LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  #axis(rank: number): number {
    const { axis = -1 } = this.config;
    return axis < 0 ? axis + rank : axis;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    const rank = (shapes[0] as Shape).length;
    const axis = this.#axis(rank);
    return Array.from({ length: rank }, (_, i) => {
      const lengths = shapes.map((shape) => shape[i] ?? null);
      if (i === axis) return lengths.includes(null) ? null : (lengths as number[]).reduce((a, b) => a + b);
      const known = new Set(lengths.filter((length) => length !== null));
      if (known.size > 1 || shapes.some(({ length }) => length !== rank))
        throw new Error(`shapes ${JSON.stringify(shapes)} do not fit together along axis ${axis}`);
      return [...known][0] ?? null;
    });
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const tensors = [inputs].flat().map((input) => cast(input, "float32"));
      return concat(tensors, this.#axis(tensors[0]?.rank ?? 1));
    });
  }

  override computeMask(inputs: Tensor | Tensor[], masks?: Tensor | Tensor[]): Tensor {
    const tensors = [inputs].flat();
    const given = [masks].flat();
    // tfjs-layers declares no null, which it takes.
    if (given.every((mask) => !mask)) return null as unknown as Tensor;
    return tidy(() => {
      const full = tensors.map((input, i) => {
        const mask = given[i];
        const nothing = cast(zerosLike(input), "bool");
        if (!mask) return logicalNot(nothing);
        return mask.rank < input.rank ? logicalOr(expandDims(mask, -1), nothing) : mask;
      });
      return any(concat(full, this.#axis((tensors[0] as Tensor).rank)), -1);
    });
  }
}
