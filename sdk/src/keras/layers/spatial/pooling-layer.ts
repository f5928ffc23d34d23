import { cast, div, expandDims, max, mean, notEqual, sum, type Tensor, where, zerosLike } from "../../../tf.js";
import type { Kwargs, LayerConfig, Shape } from "../keras-layer.js";
import { masksOf } from "../mask.js";
import { type PoolMode, pool, poolTo } from "./pool.js";
import { type SpatialConfig, SpatialLayer } from "./spatial-layer.js";
import { outputLengths, type Window, type WindowConfig, windowOf } from "./window.js";

interface PoolingConfig extends SpatialConfig, WindowConfig {
  /** The window's length on each spatial axis, which is its step as well if there are no `strides`. */
  readonly poolSize: readonly number[];
}

abstract class Pooling extends SpatialLayer<PoolingConfig> {
  protected abstract readonly mode: PoolMode;
  readonly #window: Window;

  constructor(config: PoolingConfig & LayerConfig) {
    super(config);
    this.#window = windowOf(config.poolSize, { ...config, strides: config.strides ?? config.poolSize });
  }

  protected shapeOf([batch = null, ...rest]: Shape): Shape {
    return [batch, ...outputLengths(this.#window, rest.slice(0, -1)), rest.at(-1) ?? null];
  }

  protected run(x: Tensor): Tensor {
    return pool(cast(x, "float32"), this.mode, this.#window);
  }
}

/** Keras' MaxPooling1D, 2D and 3D. */
export class MaxPooling extends Pooling {
  protected readonly mode = "max";
}

/** Keras' AveragePooling1D, 2D and 3D. */
export class AveragePooling extends Pooling {
  protected readonly mode = "average";
}

interface AdaptiveConfig extends SpatialConfig {
  /** The output's length on each spatial axis. */
  readonly outputSize: readonly number[];
}

abstract class AdaptivePooling extends SpatialLayer<AdaptiveConfig> {
  protected abstract readonly mode: PoolMode;

  protected shapeOf([batch = null, ...rest]: Shape): Shape {
    return [batch, ...this.config.outputSize, rest.at(-1) ?? null];
  }

  protected run(x: Tensor): Tensor {
    return poolTo(cast(x, "float32"), this.mode, this.config.outputSize);
  }
}

/** Keras' AdaptiveMaxPooling1D, 2D and 3D. */
export class AdaptiveMaxPooling extends AdaptivePooling {
  protected readonly mode = "max";
}

/** Keras' AdaptiveAveragePooling1D, 2D and 3D. */
export class AdaptiveAveragePooling extends AdaptivePooling {
  protected readonly mode = "average";
}

interface GlobalConfig extends SpatialConfig {
  /** Whether the spatial axes stay, with the length 1; default false. */
  readonly keepdims?: boolean;
}

abstract class GlobalPooling extends SpatialLayer<GlobalConfig> {
  /** Reduces axes of x. */
  protected abstract reduce(x: Tensor, axes: number[], kwargs: Kwargs): Tensor;

  protected shapeOf([batch = null, ...rest]: Shape): Shape {
    const spatial = this.config.keepdims ? rest.slice(0, -1).map(() => 1) : [];
    return [batch, ...spatial, rest.at(-1) ?? null];
  }

  protected run(x: Tensor, kwargs: Kwargs): Tensor {
    const axes = Array.from({ length: x.rank - 2 }, (_, i) => i + 1);
    return this.reduce(x, axes, kwargs);
  }
}

/** Keras' GlobalMaxPooling1D, 2D and 3D. */
export class GlobalMaxPooling extends GlobalPooling {
  protected reduce(x: Tensor, axes: number[]): Tensor {
    return max(x, axes, this.config.keepdims);
  }
}

/** Keras' GlobalAveragePooling2D and 3D. */
export class GlobalAveragePooling extends GlobalPooling {
  protected reduce(x: Tensor, axes: number[], _kwargs: Kwargs): Tensor {
    return mean(x, axes, this.config.keepdims);
  }
}

/** Keras' GlobalAveragePooling1D: of inputs [x, mask], or of one with a mask, the mean of the steps that count. */
export class MaskedAveragePooling extends GlobalAveragePooling {
  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    const [x, mask = masksOf(inputs, kwargs)[0]] = [inputs].flat() as [Tensor, Tensor?];
    return super.call(x, { mask });
  }

  protected override reduce(x: Tensor, axes: number[], { mask }: Kwargs): Tensor {
    if (!mask) return super.reduce(x, axes, {});
    // Not a cast to bool, which leaves numbers as they are on wasm.
    const counts = notEqual(cast(expandDims(mask as Tensor, -1), "float32"), 0);
    const values = where(counts, x, zerosLike(x));
    const { keepdims } = this.config;
    return div(sum(values, axes, keepdims), sum(cast(counts, "float32"), axes, keepdims));
  }
}
