import { slicesOf } from "../../../tensors/slices-of.js";
import {
  add,
  concat,
  getBackend,
  getKernel,
  matMul,
  mul,
  reshape,
  slice,
  split,
  sub,
  type Tensor,
  unstack,
  zeros,
} from "../../../tf.js";
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
import { fusedGru, GRU_KERNEL } from "./gru-kernel.js";

export interface GruConfig extends GatedConfig {
  /** Whether the reset gate scales the product h·U, Keras' default, else h before it. */
  readonly resetAfter?: boolean;
}

/** Keras' GRUCell; gates in the order z, r, h. With `resetAfter` the bias is [2, 3 units]: of x·W and of h·U. */
export class GruCell extends Cell<GruConfig> {
  static readonly className = "GRUCell";

  override build(inputShape: Shape | Shape[]): void {
    const { units, useBias, resetAfter } = this.config;
    this.addNamedWeight("kernel", [singleShape(inputShape).at(-1) as number, 3 * units], "glorotUniform");
    this.addNamedWeight("recurrent", [units, 3 * units], "orthogonal");
    if (useBias !== false) this.addNamedWeight("bias", resetAfter !== false ? [2, 3 * units] : [3 * units], "zeros");
    this.built = true;
  }

  override get stateCount(): number {
    return 1;
  }

  override stateShapes(): number[][] {
    return [[this.config.units]];
  }

  override run(inputs: Tensor, states: Tensor[], options: RunOptions): RunResult {
    const resetAfter = this.config.resetAfter !== false;
    const [kernel, recurrent, biases] = this.values() as [Tensor, Tensor, Tensor?];
    const [bias, added = zeros([3 * this.config.units])] = biases && resetAfter ? unstack(biases) : [biases];
    const gates = { training: options.training, gates: 3 };
    const projected = projectGates(inputs, kernel, bias, this.config, gates);
    const h = states[0] as Tensor;
    const drops = stateDrops(h, this.config, gates);
    if (!drops && isStandard(this.config) && getKernel(GRU_KERNEL, getBackend())) {
      const outputs = fusedGru(projected, recurrent, added, h, options.mask, { resetAfter, all: options.all });
      const last = reshape(slice(outputs, [(outputs.shape[0] as number) - 1], [1]), h.shape);
      return options.all ? { outputs, states: [last] } : { states: [last] };
    }
    const steps = slicesOf(projected);
    const step = gruStep(recurrent, added, drops, this.config);
    return scan(steps.length, states, options, (t, [h]) => [step(steps[t] as Tensor, h as Tensor)]);
  }
}

function gruStep(
  recurrent: Tensor,
  bias: Tensor,
  drops: readonly Tensor[] | undefined,
  { activation, recurrentActivation, resetAfter }: GruConfig,
): (projected: Tensor, h: Tensor) => Tensor {
  const [bend, gate] = [getActivation(activation ?? "tanh"), getActivation(recurrentActivation ?? "sigmoid")];
  const [ofZ, ofR, ofH] = split(recurrent, 3, 1) as [Tensor, Tensor, Tensor];
  const [biasOfH] = split(bias, 3).slice(2) as [Tensor];
  const biasOfGates = concat(split(bias, 3).slice(0, 2));
  const gateParts = drops ? [ofZ, ofR] : [concat([ofZ, ofR], 1)];
  return (projected, h) => {
    const [x, y, w] = split(projected, 3, 1) as [Tensor, Tensor, Tensor];
    const sums = add(concat([x, y], 1), add(recur(h, gateParts, drops), biasOfGates));
    const [z, r] = split(gate.apply(sums), 2, 1) as [Tensor, Tensor];
    const kept = drops ? mul(h, drops[2] as Tensor) : h;
    const inner = resetAfter === false ? matMul(mul(r, kept), ofH) : mul(r, add(matMul(kept, ofH), biasOfH));
    const candidate = bend.apply(add(w, inner));
    return add(mul(z, h), mul(sub(1, z), candidate));
  };
}
