import { layers, reshape, type serialization, type Tensor, tidy, transpose } from "../../tf.js";

type Shape = (number | null)[];

/** Keras' Flatten: unlike tfjs-layers' it takes inputs of any rank, 2-D included. */
export class Flatten extends layers.Layer {
  static readonly className = "Flatten";
  readonly #channelsFirst: boolean;

  constructor(config: { readonly name?: string; readonly dataFormat?: string }) {
    super(config as never);
    this.#channelsFirst = config.dataFormat === "channelsFirst" || config.dataFormat === "channels_first";
  }

  override computeOutputShape(shape: Shape): Shape {
    const rest = shape.slice(1);
    const known = rest.every((length) => length !== null);
    return [shape[0] ?? null, known ? rest.reduce<number>((product, length) => product * (length ?? 1), 1) : null];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = [inputs].flat()[0] as Tensor;
      const { rank } = input;
      const axes = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
      const ordered = this.#channelsFirst && rank > 2 ? transpose(input, axes) : input;
      const size = input.shape.slice(1).reduce((product, length) => product * length, 1);
      return reshape(ordered, [input.shape[0] ?? 0, size]);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), dataFormat: this.#channelsFirst ? "channelsFirst" : "channelsLast" };
  }
}
