import { add, mul, type NamedTensorMap, split, type Tensor } from "../../../tf.js";
import { getActivation } from "../../settings/activations.js";
import type { GatedConfig } from "./cell.js";
import { GatedCell, recur } from "./gated-cell.js";
import { LSTM_KERNEL } from "./lstm-kernel.js";
import "./lstm-graph.js";

/** Keras' LSTMCell; gates in the order i, f, c, o. */
export class LstmCell extends GatedCell {
  static readonly className = "LSTMCell";
  protected readonly gates = 4;
  protected readonly kernelName = LSTM_KERNEL;

  override get stateCount(): number {
    return 2;
  }

  protected kernelInputs(recurrent: Tensor, [h, c]: Tensor[]): NamedTensorMap {
    return { recurrent, h, c } as NamedTensorMap;
  }

  protected stepOf(recurrent: Tensor, drops: readonly Tensor[] | undefined) {
    const parts = drops ? split(recurrent, 4, 1) : [recurrent];
    return (projected: Tensor, [h, c]: Tensor[]): Tensor[] =>
      lstmStep(add(projected, recur(h as Tensor, parts, drops)), c as Tensor, this.config);
  }
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
