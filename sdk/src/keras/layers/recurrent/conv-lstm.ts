import { slicesOf } from "../../../tensors/slices-of.js";
import { add, cast, concat, mul, reshape, split, type Tensor, transpose } from "../../../tf.js";
import { type Shape, singleShape } from "../keras-layer.js";
import { convolve } from "../spatial/convolve.js";
import { outputLengths, type Window, type WindowConfig, windowOf } from "../spatial/window.js";
import { Cell, dropInputs, type GatedConfig, type RunOptions, type RunResult, scan, stateDrops } from "./cell.js";
import { lstmStep } from "./lstm-cell.js";
import { Rnn, type SequenceConfig } from "./rnn.js";

interface ConvLstmConfig extends Omit<GatedConfig, "units">, WindowConfig {
  readonly filters: number;
  /** The kernel's length on each spatial axis. */
  readonly kernelSize: readonly number[];
  readonly dataFormat?: "channelsLast" | "channelsFirst";
}

/** Keras' ConvLSTMCell: LSTM whose products are convolutions; gates in the order i, f, c, o. */
class ConvLstmCell extends Cell<ConvLstmConfig> {
  static readonly className = "ConvLSTMCell";
  readonly #window: Window;

  constructor(config: ConvLstmConfig) {
    super(config);
    this.#window = windowOf(config.kernelSize, config);
  }

  get #isFirst(): boolean {
    return this.config.dataFormat === "channelsFirst";
  }

  override build(inputShape: Shape | Shape[]): void {
    const { filters, kernelSize, useBias } = this.config;
    const shape = singleShape(inputShape);
    const channels = (this.#isFirst ? shape[1] : shape.at(-1)) ?? null;
    if (channels === null) throw new Error(`the channels of ${this.name}'s input are open`);
    this.addNamedWeight("kernel", [...kernelSize, channels, 4 * filters], "glorotUniform");
    this.addNamedWeight("recurrent", [...kernelSize, filters, 4 * filters], "orthogonal");
    if (useBias !== false) this.addNamedWeight("bias", [4 * filters], "zeros");
    this.built = true;
  }

  override get stateCount(): number {
    return 2;
  }

  override stateShapes([, ...rest]: Shape): number[][] {
    const lengths = outputLengths(this.#window, this.#isFirst ? rest.slice(1) : rest.slice(0, -1)) as number[];
    const state = this.#isFirst ? [this.config.filters, ...lengths] : [...lengths, this.config.filters];
    return [state, state];
  }

  override run(inputs: Tensor, states: Tensor[], options: RunOptions): RunResult {
    const { dropout = 0, kernelSize } = this.config;
    const [kernel, recurrent, bias] = this.values() as [Tensor, Tensor, Tensor?];
    const gates = { training: options.training, gates: 4 };
    const isDropped = options.training && dropout > 0 && dropout < 1;
    const sums = isDropped
      ? concat(
          split(kernel, 4, -1).map((part) => this.#project(dropInputs(inputs, dropout), part)),
          -1,
        )
      : this.#project(inputs, kernel);
    const steps = slicesOf(bias ? add(sums, bias) : sums);
    const drops = stateDrops(states[0] as Tensor, this.config, gates);
    const parts = drops ? split(recurrent, 4, -1) : [recurrent];
    const window = windowOf(kernelSize, { padding: "same" });
    return scan(steps.length, states, options, (t, [h, c]) => {
      const products = parts.map((part, gate) => {
        const state = drops ? mul(h as Tensor, drops[gate] as Tensor) : (h as Tensor);
        return convolve(this.#toLast(state), part, window);
      });
      const total = this.#fromLast(add(steps[t] as Tensor, concat(products, -1)));
      return lstmStep(total, c as Tensor, this.config, this.#isFirst ? 1 : -1);
    });
  }

  /** The convolution of every step at once, channels last. */
  #project(inputs: Tensor, kernel: Tensor): Tensor {
    const [time = 0, batch = 0, ...rest] = inputs.shape;
    const folded = reshape(cast(inputs, "float32"), [time * batch, ...rest]);
    const output = convolve(this.#toLast(folded), kernel, this.#window);
    return reshape(output, [time, batch, ...output.shape.slice(1)]);
  }

  #toLast(tensor: Tensor): Tensor {
    const axes = tensor.shape.map((_, axis) => axis);
    return this.#isFirst ? transpose(tensor, [0, ...axes.slice(2), 1]) : tensor;
  }

  #fromLast(tensor: Tensor): Tensor {
    const axes = tensor.shape.map((_, axis) => axis);
    return this.#isFirst ? transpose(tensor, [0, tensor.rank - 1, ...axes.slice(1, -1)]) : tensor;
  }
}

/** Keras' ConvLSTM1D, ConvLSTM2D and ConvLSTM3D. */
abstract class ConvLstm extends Rnn<ConvLstmConfig & SequenceConfig> {
  constructor(config: ConvLstmConfig & SequenceConfig) {
    super(config, new ConvLstmCell({ ...config, name: undefined, activityRegularizer: undefined } as ConvLstmConfig));
  }
}

export class ConvLstm1D extends ConvLstm {
  static override readonly className = "ConvLSTM1D";
}

export class ConvLstm2D extends ConvLstm {
  static override readonly className = "ConvLSTM2D";
}

export class ConvLstm3D extends ConvLstm {
  static override readonly className = "ConvLSTM3D";
}
