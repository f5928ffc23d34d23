import { sizeOf } from "../../tensors/size-of.js";
import { expandDims, reshape, type Tensor, tidy, tile, transpose } from "../../tf.js";
import { KerasLayer, type LayerConfig, type Shape, single, singleShape } from "./keras-layer.js";

interface ReshapeConfig {
  /** Of the output without the batch axis; -1 is what remains. */
  readonly targetShape: readonly number[];
}

/** Keras' Reshape. */
export class Reshape extends KerasLayer<ReshapeConfig> {
  static readonly className = "Reshape";

  #resolve(shape: Shape): Shape {
    const { targetShape } = this.config;
    if (shape.includes(null)) return targetShape.map((length) => (length === -1 ? null : length));
    const size = sizeOf(shape as number[]);
    const known = sizeOf(targetShape.filter((length) => length !== -1));
    const resolved = targetShape.map((length) => (length === -1 ? size / known : length));
    if (sizeOf(resolved) !== size || !resolved.every(Number.isSafeInteger))
      throw new Error(`shape [${shape}] cannot become [${targetShape}]`);
    return resolved;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch = null, ...rest] = singleShape(inputShape);
    return [batch, ...this.#resolve(rest)];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const input = single(inputs);
    const [batch = 0, ...rest] = input.shape;
    return reshape(input, [batch, ...(this.#resolve(rest) as number[])]);
  }
}

interface PermuteConfig {
  /** For each axis of the output, which one of the input it is; the first after the batch axis is 1. */
  readonly dims: readonly number[];
}

/** Keras' Permute. */
export class Permute extends KerasLayer<PermuteConfig> {
  static readonly className = "Permute";

  constructor(config: PermuteConfig & LayerConfig) {
    super(config);
    this.inputSpec = [{ ndim: config.dims.length + 1 }];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = singleShape(inputShape);
    return [0, ...this.config.dims].map((axis) => shape[axis] ?? null);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return transpose(single(inputs), [0, ...this.config.dims]);
  }
}

/** Keras' RepeatVector: [batch, n] becomes [batch, times, n]. */
export class RepeatVector extends KerasLayer<{ readonly n: number }> {
  static readonly className = "RepeatVector";

  constructor(config: { readonly n: number } & LayerConfig) {
    super(config);
    this.inputSpec = [{ ndim: 2 }];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch = null, length = null] = singleShape(inputShape);
    return [batch, this.config.n, length];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => tile(expandDims(single(inputs), 1), [1, this.config.n, 1]));
  }
}
