import { add, concat, matMul, mul, type NamedTensorMap, split, sub, type Tensor, unstack, zeros } from "../../../tf.js";
import { getActivation } from "../../settings/activations.js";
import type { GatedConfig } from "./cell.js";
import { GatedCell, recur } from "./gated-cell.js";
import { GRU_KERNEL } from "./gru-kernel.js";
import "./gru-graph.js";

export interface GruConfig extends GatedConfig {
  /** Whether the reset gate scales the product h·U, Keras' default, else h before it. */
  readonly resetAfter?: boolean;
}

/** Keras' GRUCell; gates in the order z, r, h. With `resetAfter` the bias is [2, 3 units]: of x·W and of h·U. */
export class GruCell extends GatedCell<GruConfig> {
  static readonly className = "GRUCell";
  protected readonly gates = 3;
  protected readonly kernelName = GRU_KERNEL;

  override get stateCount(): number {
    return 1;
  }

  get #resetAfter(): boolean {
    return this.config.resetAfter !== false;
  }

  protected override get biasShape(): number[] {
    return this.#resetAfter ? [2, ...super.biasShape] : super.biasShape;
  }

  protected override biases(bias: Tensor | undefined): [ofInput?: Tensor, ofState?: Tensor] {
    const [ofInput, ofState = zeros(super.biasShape)] = bias && this.#resetAfter ? unstack(bias) : [bias];
    return [ofInput, ofState];
  }

  protected kernelInputs(recurrent: Tensor, [h]: Tensor[], bias: Tensor): NamedTensorMap {
    return { recurrent, h, ...(this.#resetAfter && { bias }) } as NamedTensorMap;
  }

  protected stepOf(recurrent: Tensor, drops: readonly Tensor[] | undefined, bias: Tensor) {
    const { activation, recurrentActivation } = this.config;
    const [bend, gate] = [getActivation(activation ?? "tanh"), getActivation(recurrentActivation ?? "sigmoid")];
    const [ofZ, ofR, ofH] = split(recurrent, 3, 1) as [Tensor, Tensor, Tensor];
    const [biasOfH] = split(bias, 3).slice(2) as [Tensor];
    const biasOfGates = concat(split(bias, 3).slice(0, 2));
    const gateParts = drops ? [ofZ, ofR] : [concat([ofZ, ofR], 1)];
    return (projected: Tensor, [before]: Tensor[]): Tensor[] => {
      const h = before as Tensor;
      const [x, y, w] = split(projected, 3, 1) as [Tensor, Tensor, Tensor];
      const sums = add(concat([x, y], 1), add(recur(h, gateParts, drops), biasOfGates));
      const [z, r] = split(gate.apply(sums), 2, 1) as [Tensor, Tensor];
      const kept = drops ? mul(h, drops[2] as Tensor) : h;
      const inner = this.#resetAfter ? mul(r, add(matMul(kept, ofH), biasOfH)) : matMul(mul(r, kept), ofH);
      const candidate = bend.apply(add(w, inner));
      return [add(mul(z, h), mul(sub(1, z), candidate))];
    };
  }
}
