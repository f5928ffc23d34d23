import { slicesOf } from "../../../tensors/slices-of.js";
import { add, getBackend, getKernel, mul, reshape, slice, split, type Tensor } from "../../../tf.js";
import { getActivation } from "../../settings/activations.js";
import { type Shape, singleShape } from "../keras-layer.js";
import {
  Cell,
  type GatedConfig,
  isStandard,
  projectGates,
  type RunOptions,
  type RunResult,
  recur,
  scan,
  stateDrops,
} from "./cell.js";
import { fusedLstm, LSTM_KERNEL } from "./lstm-kernel.js";

/** Keras' LSTMCell; gates in the order i, f, c, o. */
export class LstmCell extends Cell<GatedConfig> {
  static readonly className = "LSTMCell";

  override build(inputShape: Shape | Shape[]): void {
    const { units, useBias } = this.config;
    this.addNamedWeight("kernel", [singleShape(inputShape).at(-1) as number, 4 * units], "glorotUniform");
    this.addNamedWeight("recurrent", [units, 4 * units], "orthogonal");
    if (useBias !== false) this.addNamedWeight("bias", [4 * units], "zeros");
    this.built = true;
  }

  override get stateCount(): number {
    return 2;
  }

  override stateShapes(): number[][] {
    return [[this.config.units], [this.config.units]];
  }

  override run(inputs: Tensor, states: Tensor[], options: RunOptions): RunResult {
    const [kernel, recurrent, bias] = this.values() as [Tensor, Tensor, Tensor?];
    const gates = { training: options.training, gates: 4 };
    const projected = projectGates(inputs, kernel, bias, this.config, gates);
    const [h, c] = states as [Tensor, Tensor];
    const drops = stateDrops(h, this.config, gates);
    if (!drops && isStandard(this.config) && getKernel(LSTM_KERNEL, getBackend()))
      return unpack(fusedLstm(projected, recurrent, h, c, options.mask, options.all), options.all);
    return scanLstm(projected, drops ? split(recurrent, 4, 1) : [recurrent], drops, states, options, this.config);
  }
}

/** The outputs and last states of [steps + 1, batch, units]: each step's h, then the last c. */
function unpack(packed: Tensor, all: boolean): RunResult {
  const [rows, batch, units] = packed.shape as [number, number, number];
  const row = (at: number) => reshape(slice(packed, [at], [1]), [batch, units]);
  const states = [row(rows - 2), row(rows - 1)];
  return all ? { states, outputs: slice(packed, [0], [rows - 1]) } : { states };
}

function scanLstm(
  projected: Tensor,
  parts: readonly Tensor[],
  drops: readonly Tensor[] | undefined,
  states: Tensor[],
  options: RunOptions,
  config: GatedConfig,
): RunResult {
  const steps = slicesOf(projected);
  return scan(steps.length, states, options, (t, [h, c]) =>
    lstmStep(add(steps[t] as Tensor, recur(h as Tensor, parts, drops)), c as Tensor, config),
  );
}

/** h and c after a step, from the gates' sums along an axis and the c before. */
export function lstmStep(
  sums: Tensor,
  c: Tensor,
  { activation, recurrentActivation }: Omit<GatedConfig, "units">,
  axis = -1,
): Tensor[] {
  const [bend, gate] = [getActivation(activation ?? "tanh"), getActivation(recurrentActivation ?? "sigmoid")];
  const [i, f, g, o] = split(sums, 4, axis) as [Tensor, Tensor, Tensor, Tensor];
  const next = add(mul(gate.apply(f), c), mul(gate.apply(i), bend.apply(g)));
  return [mul(gate.apply(o), bend.apply(next)), next];
}
