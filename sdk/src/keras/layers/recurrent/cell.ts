import { slicesOf } from "../../../tensors/slices-of.js";
import {
  add,
  broadcastTo,
  cast,
  customGrad,
  dropout,
  expandDims,
  matMul,
  mul,
  onesLike,
  reshape,
  slice,
  stack,
  type Tensor,
  tidy,
  transpose,
  where,
  zerosLike,
} from "../../../tf.js";
import { OuterLayer } from "../inner-layer.js";
import type { Kwargs, LayerConfig, Shape } from "../keras-layer.js";
import type { Layer } from "../layer-type.js";

/** How a cell runs over a sequence. */
export interface RunOptions {
  /** [time, batch], 1 where a step counts; where 0, the states stay as they are. */
  readonly mask: Tensor | undefined;
  readonly training: boolean;
  /** Whether the output of every step is needed. */
  readonly all: boolean;
}

export interface RunResult {
  /** [time, batch, …], if all are needed; at a masked step the output before it. */
  readonly outputs?: Tensor;
  /** The states after the last step. */
  readonly states: Tensor[];
}

/** A cell of a recurrent layer, run over a whole sequence at once; as a layer of its own it takes one step. */
export abstract class Cell<Config extends object = object> extends OuterLayer<Config> {
  override get inner(): ReadonlyMap<string, Layer> {
    return new Map();
  }

  /** How many states it has. */
  abstract get stateCount(): number;

  /** How many states it has, by the lists that Keras has them in. */
  get stateGroups(): readonly number[] {
    return [this.stateCount];
  }

  /** The shapes of the states without the batch axis. */
  abstract stateShapes(stepShape: Shape): number[][];

  /** The weights' values, in their order. */
  protected values(): Tensor[] {
    return this.weights.map((weight) => weight.read());
  }

  /** Which of the states is the output. */
  get outputState(): number {
    return 0;
  }

  /**
   * Runs over a sequence, within a tidy.
   * @param inputs [time, batch, …]
   * @param states before the first step
   */
  abstract run(inputs: Tensor, states: Tensor[], options: RunOptions): RunResult;

  override computeOutputShape(inputShape: Shape | Shape[]): Shape[] {
    const [step] = inputShape as Shape[];
    const states = this.stateShapes(step as Shape).map((shape): Shape => [step?.[0] ?? null, ...shape]);
    return [states[this.outputState] as Shape, ...states];
  }

  /** One step: from the input and the states to the output and the states. */
  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor[] {
    return tidy(() => {
      const [input, ...before] = inputs as Tensor[];
      const options = { mask: undefined, training: kwargs.training === true, all: false };
      const { states } = this.run(expandDims(input as Tensor, 0), before, options);
      return [(states[this.outputState] as Tensor).clone(), ...states];
    });
  }
}

/** Settings of the cells of vectors. */
export interface CellConfig extends LayerConfig {
  readonly units: number;
  readonly activation?: string;
  readonly useBias?: boolean;
  /** The share of the inputs that training drops, the same at every step. */
  readonly dropout?: number;
  /** The share of the states that training drops, the same at every step. */
  readonly recurrentDropout?: number;
}

/** Settings of LSTM's and GRU's cells. */
export interface GatedConfig extends CellConfig {
  readonly recurrentActivation?: string;
}

/** Runs `step` from step to step; it takes the step's number and the states before it. */
export function scan(
  time: number,
  initial: Tensor[],
  { mask, all }: RunOptions,
  step: (t: number, states: Tensor[]) => Tensor[],
): RunResult {
  const outputs: Tensor[] = [];
  const masks = mask && slicesOf(mask);
  let states = initial;
  for (let t = 0; t < time; t++) {
    const next = step(t, states);
    const counts = masks?.[t];
    states = counts ? next.map((state, i) => where(alongBatch(counts, state), state, states[i] as Tensor)) : next;
    if (all) outputs.push(states[0] as Tensor);
  }
  return { states, ...(all && { outputs: stack(outputs) }) };
}

/** Numbers [batch] as bools in the shape of a tensor [batch, …]. */
const alongBatch = (vector: Tensor, { shape }: Tensor): Tensor =>
  cast(
    broadcastTo(
      reshape(
        vector,
        shape.map((length, axis) => (axis === 0 ? length : 1)),
      ),
      shape,
    ),
    "bool",
  );

/** What training multiplies values with: 0 with a chance of `rate`, else 1 / (1 - rate). */
export const dropoutMask = (values: Tensor, rate: number): Tensor =>
  rate >= 1 ? zerosLike(values) : dropout(onesLike(values), rate);

/** The product of matrices. Its gradients take no transposed operands, which wasm multiplies slowly. */
const product = customGrad((...given) => {
  const [a, b, save] = given as unknown as [Tensor, Tensor, (tensors: Tensor[]) => void];
  save([a, b]);
  return {
    value: matMul(a, b),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [a, b] = saved as [Tensor, Tensor];
      return [matMul(dy, transpose(b)), matMul(transpose(a), dy)];
    },
  };
});

/** x·W + b of every step at once: [time, batch, features] to [time, batch, width]. */
export function project(inputs: Tensor, kernel: Tensor, bias: Tensor | undefined): Tensor {
  const [time, batch, features] = inputs.shape as [number, number, number];
  const sums = product(reshape(cast(inputs, "float32"), [time * batch, features]), kernel);
  return reshape(bias ? add(sums, bias) : sums, [time, batch, kernel.shape[1] as number]);
}

/** Inputs whose features are dropped, the same at every step. */
export const dropInputs = (inputs: Tensor, rate: number): Tensor =>
  mul(inputs, dropoutMask(slice(inputs, [0], [1]), rate));

/** The drops of each gate's states in training, if there are any. */
export const stateDrops = (
  h: Tensor,
  { recurrentDropout = 0 }: Pick<GatedConfig, "recurrentDropout">,
  { training, gates }: { readonly training: boolean; readonly gates: number },
): Tensor[] | undefined =>
  training && recurrentDropout > 0 && recurrentDropout < 1
    ? Array.from({ length: gates }, () => dropoutMask(h, recurrentDropout))
    : undefined;
