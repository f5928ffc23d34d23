import { frame, type Margin } from "../../../tensors/frame.js";
import { sizeOf } from "../../../tensors/size-of.js";
import { cast, reshape, type Tensor, tile } from "../../../tf.js";
import type { Shape } from "../keras-layer.js";
import { type Interpolation, resample } from "./resample.js";
import { type SpatialConfig, SpatialLayer } from "./spatial-layer.js";

/** A layer that adds margins to the spatial axes, or cuts them off. */
abstract class Framed<Config extends SpatialConfig> extends SpatialLayer<Config> {
  protected abstract get margins(): readonly Margin[];

  protected shapeOf([batch = null, ...rest]: Shape): Shape {
    const lengths = this.margins.map(([before, after], i) => {
      const length = rest[i] ?? null;
      if (length === null) return null;
      if (length + before + after > 0) return length + before + after;
      throw new Error(`nothing is left of the input's ${length}`);
    });
    return [batch, ...lengths, rest.at(-1) ?? null];
  }

  protected run(x: Tensor): Tensor {
    return frame(x, this.margins);
  }
}

/** Keras' ZeroPadding1D, 2D and 3D. */
export class ZeroPadding extends Framed<SpatialConfig & { readonly padding?: readonly Margin[] }> {
  protected get margins(): readonly Margin[] {
    return this.config.padding as readonly Margin[];
  }
}

/** Keras' Cropping1D, 2D and 3D. */
export class Cropping extends Framed<SpatialConfig & { readonly cropping?: readonly Margin[] }> {
  protected get margins(): readonly Margin[] {
    return (this.config.cropping as readonly Margin[]).map(([before, after]) => [-before, -after]);
  }
}

interface UpSamplingConfig extends SpatialConfig {
  /** How many values each value becomes on each spatial axis. */
  readonly size: readonly number[];
  /** Default nearest. */
  readonly interpolation?: Interpolation;
}

/** Keras' UpSampling1D, 2D and 3D. */
export class UpSampling extends SpatialLayer<UpSamplingConfig> {
  protected shapeOf([batch = null, ...rest]: Shape): Shape {
    const lengths = this.config.size.map((factor, i) => {
      const length = rest[i] ?? null;
      return length === null ? null : length * factor;
    });
    return [batch, ...lengths, rest.at(-1) ?? null];
  }

  protected run(x: Tensor): Tensor {
    const { size, interpolation = "nearest" } = this.config;
    if (interpolation === "nearest") return size.reduce((repeated, factor, i) => repeat(repeated, i + 1, factor), x);
    return size.reduce(
      (found, factor, i) => resample(found, i + 1, (found.shape[i + 1] as number) * factor, interpolation),
      cast(x, "float32") as Tensor,
    );
  }
}

/** Each value of an axis `factor` times. */
function repeat(x: Tensor, axis: number, factor: number): Tensor {
  if (factor === 1) return x;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const rows = tile(reshape(x, [-1, 1, inner]), [1, factor, 1]);
  return reshape(
    rows,
    x.shape.map((length, i) => (i === axis ? length * factor : length)),
  );
}

interface SizeConfig extends SpatialConfig {
  readonly height: number;
  readonly width: number;
}

/** A layer whose output has a fixed height and width. */
abstract class Sized<Config extends SizeConfig> extends SpatialLayer<Config> {
  protected shapeOf(shape: Shape): Shape {
    const { height, width } = this.config;
    return [shape[0] ?? null, height, width, shape.at(-1) ?? null];
  }

  /** The largest part of x, around its center, that has the output's aspect ratio. */
  protected fit(x: Tensor): Tensor {
    const { height, width } = this.config;
    const [rows, columns] = x.shape.slice(1) as [number, number];
    const part = (length: number, other: number, most: number, over: number): Margin => {
      const kept = Math.max(Math.min(length, Math.trunc((other * most) / over)), 1);
      const before = Math.trunc((length - kept) / 2);
      return [-before, before + kept - length];
    };
    return frame(x, [part(rows, columns, height, width), part(columns, rows, width, height)]);
  }

  protected resize(x: Tensor, interpolation: Interpolation, antialias = false): Tensor {
    const { height, width } = this.config;
    return resample(resample(x, 1, height, interpolation, antialias), 2, width, interpolation, antialias);
  }
}

interface ResizingConfig extends SizeConfig {
  /** Default bilinear. */
  readonly interpolation?: Interpolation;
  /** Whether what does not fit the output's aspect ratio is cut off, not squeezed; default false. */
  readonly cropToAspectRatio?: boolean;
  readonly antialias?: boolean;
}

/** Keras' Resizing. */
export class Resizing extends Sized<ResizingConfig> {
  protected run(x: Tensor): Tensor {
    const { interpolation = "bilinear", cropToAspectRatio, antialias } = this.config;
    return this.resize(cropToAspectRatio ? this.fit(x) : x, interpolation, antialias);
  }
}

/** Keras' CenterCrop: an input that is too small is resized. */
export class CenterCrop extends Sized<SizeConfig> {
  protected run(x: Tensor): Tensor {
    const [rows, columns] = x.shape.slice(1) as [number, number];
    const margins = [rows - this.config.height, columns - this.config.width].map((extra): Margin => {
      const before = Math.floor(extra / 2);
      return [-before, before - extra];
    });
    if (margins.every(([before, after]) => before + after <= 0)) return frame(x, margins);
    return this.resize(this.fit(cast(x, "float32")), "bilinear");
  }
}
