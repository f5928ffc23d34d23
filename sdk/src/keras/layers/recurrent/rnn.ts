import {
  cast,
  cumsum,
  expandDims,
  max,
  minimum,
  mul,
  notEqual,
  reshape,
  reverse,
  type serialization,
  slice,
  type Tensor,
  tidy,
  transpose,
  type Variable,
  variable,
  zeros,
} from "../../../tf.js";
import { callOnce } from "../call-once.js";
import { Inner, layerOf, OuterLayer } from "../inner-layer.js";
import { type Kwargs, type LayerConfig, type Shape, singleShape } from "../keras-layer.js";
import type { Layer } from "../layer-type.js";
import type { MaskMaker } from "../mask.js";
import { maskFor, type RecurrentLayer } from "./apply-recurrent.js";
import type { Cell } from "./cell.js";

export interface SequenceConfig extends LayerConfig {
  /** Whether the output is that of every step, else of the last. */
  readonly returnSequences?: boolean;
  /** Whether the last states follow the output. */
  readonly returnState?: boolean;
  /** Whether the last step comes first; outputs are in the order of the steps as they are taken. */
  readonly goBackwards?: boolean;
  /** Whether a call starts with the states that the one before ended with; the batch has a fixed size. */
  readonly stateful?: boolean;
  /** No difference but in what the steps before the first that counts give: zeros, not the initial state. */
  readonly unroll?: boolean;
  /** Whether masked steps give zeros, else the output before them. */
  readonly zeroOutputForMask?: boolean;
}

export interface RnnConfig extends SequenceConfig {
  readonly cell: Cell;
}

/**
 * Keras' RNN: takes [batch, time, …], then initial states and a mask [batch, time], if there are any, and gives [batch, …]
 * or with `returnSequences` [batch, time, …], then with `returnState` the last states.
 */
export class Rnn<Config extends SequenceConfig = RnnConfig>
  extends OuterLayer<Config>
  implements RecurrentLayer, MaskMaker
{
  static readonly className: string = "RNN";
  readonly cell: Cell;
  takesMask: boolean | undefined;
  masksStates = false;
  /** The batch's fixed size, and the states that stay; none before the first call. */
  #batch: number | undefined;
  #states: Variable[] = [];

  constructor(config: Config, cell: Cell = layerOf((config as unknown as RnnConfig).cell) as Cell) {
    super(config);
    this.supportsMasking = true;
    this.cell = cell;
  }

  override get inner(): ReadonlyMap<string, Layer> {
    return new Map(this.cell ? [["cell", this.cell]] : []);
  }

  override get stateful(): boolean {
    return this.config?.stateful === true;
  }

  get stateGroups(): readonly number[] {
    return this.cell.stateGroups;
  }

  override build(inputShape: Shape | Shape[]): void {
    const [batch = null, , ...rest] = singleShape(inputShape);
    const shape = [batch, ...rest];
    if (!this.cell.built) this.cell.build(shape);
    if (this.stateful) {
      if (batch === null) throw new Error(`layer '${this.name}' is stateful, its input's batch must have a fixed size`);
      this.#batch = batch;
    }
    this.built = true;
  }

  override resetStates(): void {
    tidy(() => {
      for (const state of this.#states) state.assign(zeros(state.shape));
    });
  }

  override disposeWeights(): number {
    for (const state of this.#states) state.dispose();
    return super.disposeWeights();
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [batch = null, time = null, ...rest] = singleShape(inputShape);
    const states = this.cell.stateShapes([batch, ...rest]);
    const output = states[this.cell.outputState] as number[];
    const shape = this.config.returnSequences ? [batch, time, ...output] : [batch, ...output];
    return this.config.returnState ? [shape, ...states.map((state) => [batch, ...state])] : shape;
  }

  override computeMask(_inputs: Tensor | Tensor[], masks?: Tensor | Tensor[]): Tensor | Tensor[] {
    const mask = this.config.returnSequences ? ([masks].flat()[0] ?? null) : null;
    return (this.config.returnState ? [mask, ...Array<null>(this.cell.stateCount).fill(null)] : mask) as Tensor;
  }

  makeMask(inputs: readonly Tensor[]): Tensor | null {
    return this.takesMask && this.config.returnSequences ? notEqual(inputs.at(-1) as Tensor, 0) : null;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor | Tensor[] {
    const tensors = [inputs].flat();
    const run = () => tidy(() => this.#run(tensors, kwargs));
    return this.config.returnState ? callOnce(this, tensors, kwargs, run) : (run()[0] as Tensor);
  }

  #run(inputs: Tensor[], kwargs: Kwargs): Tensor[] {
    const { returnSequences = false, returnState = false, goBackwards = false } = this.config;
    const [sequences, ...given] = inputs as [Tensor, ...Tensor[]];
    const mask = maskFor(this, inputs, kwargs);
    if (this.takesMask) given.pop();
    if (this.stateful) this.#prepareStates(sequences);
    const towards = <T extends Tensor>(steps: T): T => (goBackwards ? reverse(steps, 0) : steps);
    const counts = mask && towards(timeMajor(perStep(mask)));
    const { outputs, states } = this.cell.run(
      towards(timeMajor(sequences)),
      given.length > 0 ? given : this.#initialStates(sequences),
      { mask: counts, training: kwargs.training === true, all: returnSequences },
    );
    for (const [i, state] of this.#states.entries()) state.assign(states[i] as Tensor);
    const shown = counts && this.#shown(counts);
    const last = states[this.cell.outputState] as Tensor;
    const output = returnSequences
      ? timeMajor(shown ? alongSteps(outputs as Tensor, shown) : (outputs as Tensor))
      : shown
        ? reshape(alongSteps(expandDims(last, 0), slice(shown, [shown.shape[0] - 1], [1])), last.shape)
        : last;
    return returnState ? [output === last ? last.clone() : output, ...states] : [output];
  }

  #initialStates({ shape }: Tensor): Tensor[] {
    const [batch = 0, , ...rest] = shape;
    if (!this.stateful) return this.cell.stateShapes([batch, ...rest]).map((state) => zeros([batch, ...state]));
    return this.#states.map((state) => state.clone());
  }

  #prepareStates({ shape }: Tensor): void {
    const [batch = 0, , ...rest] = shape;
    if (batch !== this.#batch)
      throw new Error(
        `layer '${this.name}' is stateful and built for batches of ${this.#batch}, it received one of ${batch}`,
      );
    if (this.#states.length > 0) return;
    this.#states = this.cell.stateShapes([batch, ...rest]).map((state) => variable(zeros([batch, ...state]), false));
  }

  /** Which steps' outputs are shown, the others being zeros; undefined for all of them. */
  #shown(counts: Tensor): Tensor | undefined {
    if (this.config.unroll) return minimum(cumsum(counts, 0), 1);
    return this.config.zeroOutputForMask ? counts : undefined;
  }

  override getConfig(): serialization.ConfigDict {
    const config = super.getConfig();
    return "cell" in this.config ? { ...config, cell: new Inner(this.cell) as never } : config;
  }
}

/** Batch and time change places. */
const timeMajor = (tensor: Tensor): Tensor =>
  transpose(
    tensor,
    tensor.shape.map((_, axis) => (axis < 2 ? 1 - axis : axis)),
  );

/** A mask as ones and zeros [batch, time]: a step counts if any of its values does. wasm moves bools about wrongly. */
function perStep(mask: Tensor): Tensor {
  const counts = cast(mask.dtype === "bool" ? mask : notEqual(mask, 0), "float32");
  const { rank } = mask;
  return rank > 2
    ? max(
        counts,
        Array.from({ length: rank - 2 }, (_, i) => i + 2),
      )
    : counts;
}

/** Outputs [time, batch, …] where `shown` [time, batch], else zeros. */
const alongSteps = (outputs: Tensor, shown: Tensor): Tensor =>
  mul(outputs, reshape(shown, [...shown.shape, ...outputs.shape.slice(2).map(() => 1)]));
