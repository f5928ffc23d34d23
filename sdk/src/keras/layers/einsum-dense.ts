import { add, cast, type Tensor, tidy } from "../../tf.js";
import { type Activation, getActivation } from "../settings/activations.js";
import { contract } from "./contract.js";
import { KerasLayer, type LayerConfig, type Shape, single, singleShape, type Weight } from "./keras-layer.js";

interface EinsumDenseConfig {
  /** `ab,bc->ac`, `...ab,bc->...ac` or `ab...,bc->ac...`. */
  readonly equation: string;
  /** Of the output without the batch axis and the elided ones; null where it is as the input's. */
  readonly outputShape: number | Shape;
  /** tfjs' name; default `linear`. */
  readonly activation?: string;
  /** The output's axes that have a bias; default none. */
  readonly biasAxes?: string | null;
}

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];

/** Keras' EinsumDense: the input times a kernel, summed as an equation says. */
export class EinsumDense extends KerasLayer<EinsumDenseConfig> {
  static readonly className = "EinsumDense";
  readonly activation: Activation;
  #kernel?: Weight;
  #bias?: Weight;

  constructor(config: EinsumDenseConfig & LayerConfig) {
    super(config);
    this.activation = getActivation(config.activation ?? "linear");
  }

  /** The letters of input, kernel and output, with letters for elided axes, and which of the output's those are. */
  #letters(rank: number): { input: string; kernel: string; output: string; elided: string; isLeft: boolean } {
    const { equation } = this.config;
    const [, input, kernel, output] =
      /^([a-zA-Z.]+),([a-zA-Z]+)->([a-zA-Z.]+)$/.exec(equation.replaceAll(" ", "")) ?? [];
    if (input === undefined || kernel === undefined || output === undefined)
      throw new Error(`the equation '${equation}' is not [X],[Y]->[Z], ...[X],[Y]->...[Z] or [X]...,[Y]->[Z]...`);
    const count = rank - input.replace("...", "").length;
    const elided = LETTERS.filter((letter) => !equation.includes(letter))
      .slice(0, count)
      .join("");
    const fill = (letters: string) => letters.replace("...", elided);
    return { input: fill(input), kernel, output: fill(output), elided, isLeft: input.startsWith("...") };
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = singleShape(inputShape);
    const { input, output, elided, isLeft } = this.#letters(shape.length);
    const given = [this.config.outputShape].flat();
    const rest = elided.split("").map((letter) => shape[input.indexOf(letter)] ?? null);
    const lengths = isLeft ? [shape[0] ?? null, ...rest.slice(1), ...given] : [shape[0] ?? null, ...given, ...rest];
    return lengths.map((length, i) => length ?? shape[input.indexOf(output[i] as string)] ?? null);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = singleShape(inputShape);
    const { input, kernel, output, elided, isLeft } = this.#letters(shape.length);
    const outputShape = this.computeOutputShape(shape);
    const lengthOf = (letter: string) => outputShape[output.indexOf(letter)] ?? shape[input.indexOf(letter)] ?? null;
    const lengths = [...kernel].map(lengthOf);
    if (lengths.includes(null))
      throw new Error(`the kernel of '${this.config.equation}' has an axis of unknown length`);
    this.#kernel = this.addNamedWeight("kernel", lengths, "glorotUniform");
    const { biasAxes } = this.config;
    if (biasAxes) {
      const own = isLeft ? output.slice(elided.length) : output.slice(0, output.length - elided.length);
      const first = Math.min(...[...biasAxes].map((letter) => own.indexOf(letter)));
      const bias = [...own.slice(first)].map((letter) => (biasAxes.includes(letter) ? lengthOf(letter) : 1));
      this.#bias = this.addNamedWeight("bias", isLeft ? bias : [...bias, ...[...elided].map(() => 1)], "zeros");
    }
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const x = cast(single(inputs), "float32");
      const { input, kernel, output } = this.#letters(x.rank);
      const bias = this.#bias?.read();
      const product = contract(x, this.#kernel?.read() as Tensor, input, kernel, output);
      return this.activation.apply(bias ? add(product, bias) : product);
    });
  }
}
