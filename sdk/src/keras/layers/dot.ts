import { cast, div, expandDims, maximum, norm, type Tensor, tidy } from "../../tf.js";
import { contract } from "./contract.js";
import { KerasLayer, type LayerConfig, type Shape } from "./keras-layer.js";

interface DotConfig {
  /** The axis of each input that is summed over; one number holds for both. */
  readonly axes: number | readonly number[];
  /** Whether the inputs are scaled to length 1 along them; default false. */
  readonly normalize?: boolean;
}

const X = "abcdefgh";
const Y = "ijklmnop";

/** Keras' Dot: sample by sample, the product of two tensors summed over an axis of each. Masks end here. */
export class Dot extends KerasLayer<DotConfig> {
  static readonly className = "Dot";

  constructor(config: DotConfig & LayerConfig) {
    super(config);
    this.inputSpec = [{ minNDim: 2 }, { minNDim: 2 }];
  }

  #axes(ranks: readonly number[]): [number, number] {
    const { axes } = this.config;
    const [first, second] = ranks.map((rank, i) => {
      const axis = typeof axes === "number" ? axes : (axes[i] as number);
      return axis < 0 ? axis + rank : axis;
    });
    return [first as number, second as number];
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [first, second] = inputShape as [Shape, Shape];
    const [a, b] = this.#axes([first.length, second.length]);
    const [n, m] = [first[a], second[b]];
    if (a === 0 || b === 0 || (typeof n === "number" && typeof m === "number" && n !== m))
      throw new Error(`axes ${a} and ${b} of shapes ${JSON.stringify(inputShape)} cannot be summed over together`);
    const shape = [...first.filter((_, i) => i !== a), ...second.filter((_, i) => i !== b && i !== 0)];
    return shape.length === 1 ? [...shape, 1] : shape;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [first, second] = [inputs].flat().map((input) => cast(input, "float32")) as [Tensor, Tensor];
      const [a, b] = this.#axes([first.rank, second.rank]);
      const unit = (x: Tensor, axis: number) =>
        this.config.normalize ? div(x, maximum(norm(x, "euclidean", axis, true), 1e-7)) : x;
      const ofX = X.slice(0, first.rank);
      const ofY = [...Y.slice(0, second.rank)].map((letter, i) => (i === 0 ? X[0] : i === b ? X[a] : letter)).join("");
      const ofOutput = [...ofX, ...ofY.slice(1)].filter((letter) => letter !== X[a]).join("");
      const output = contract(unit(first, a), unit(second, b), ofX, ofY, ofOutput);
      return output.rank === 1 ? expandDims(output, -1) : output;
    });
  }
}
