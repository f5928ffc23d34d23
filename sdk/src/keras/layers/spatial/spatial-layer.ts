import { type Tensor, tidy, transpose } from "../../../tf.js";
import { KerasLayer, type Kwargs, type Shape, single, singleShape } from "../keras-layer.js";

export interface SpatialConfig {
  /** Where inputs and outputs have their channels; default last. */
  readonly dataFormat?: "channelsLast" | "channelsFirst";
}

/** A layer of [batch, …spatial, channels], or [batch, channels, …spatial]; masks end at it. */
export abstract class SpatialLayer<Config extends SpatialConfig> extends KerasLayer<Config> {
  /** The output's [batch, …spatial, channels] from the input's. */
  protected abstract shapeOf(shape: Shape): Shape;

  /** Computes it with channels last. */
  protected abstract run(x: Tensor, kwargs: Kwargs): Tensor;

  protected get isFirst(): boolean {
    return this.config.dataFormat === "channelsFirst";
  }

  /** A shape of this data format with its channels last. */
  protected channelsLast([batch = null, ...rest]: Shape): Shape {
    return this.isFirst ? [batch, ...rest.slice(1), rest[0] ?? null] : [batch, ...rest];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch = null, ...rest] = this.shapeOf(this.channelsLast(singleShape(inputShape)));
    return this.isFirst ? [batch, rest.at(-1) ?? null, ...rest.slice(0, -1)] : [batch, ...rest];
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    return tidy(() => {
      const input = single(inputs);
      if (!this.isFirst) return this.run(input, kwargs);
      const spatial = Array.from({ length: input.rank - 2 }, (_, i) => i + 2);
      const output = this.run(transpose(input, [0, ...spatial, 1]), kwargs);
      const rest = Array.from({ length: output.rank - 2 }, (_, i) => i + 1);
      return transpose(output, [0, output.rank - 1, ...rest]);
    });
  }
}
