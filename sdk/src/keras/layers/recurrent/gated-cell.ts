import { slicesOf } from "../../../tensors/slices-of.js";
import {
  add,
  concat,
  getBackend,
  getKernel,
  matMul,
  mul,
  type NamedTensorMap,
  reshape,
  slice,
  split,
  type Tensor,
} from "../../../tf.js";
import { type Shape, singleShape } from "../keras-layer.js";
import {
  Cell,
  dropInputs,
  type GatedConfig,
  project,
  type RunOptions,
  type RunResult,
  scan,
  stateDrops,
} from "./cell.js";
import { runSequence } from "./sequence.js";

/** A cell that projects its gates together; a kernel runs it over a whole sequence if a backend has it. */
export abstract class GatedCell<Config extends GatedConfig = GatedConfig> extends Cell<Config> {
  protected abstract readonly gates: number;
  /** The kernel, which knows Keras' default activations. */
  protected abstract readonly kernelName: string;
  /** Its inputs besides x·W + b. @param bias of the recurrent product */
  protected abstract kernelInputs(recurrent: Tensor, states: Tensor[], bias: Tensor | undefined): NamedTensorMap;
  /** One step as operations, from x·W + b and the states. */
  protected abstract stepOf(
    recurrent: Tensor,
    drops: readonly Tensor[] | undefined,
    bias: Tensor | undefined,
  ): (projected: Tensor, states: Tensor[]) => Tensor[];

  protected get biasShape(): number[] {
    return [this.gates * this.config.units];
  }

  /** The biases of x·W and of h·U. */
  protected biases(bias: Tensor | undefined): [ofInput?: Tensor, ofState?: Tensor] {
    return bias ? [bias] : [];
  }

  override build(inputShape: Shape | Shape[]): void {
    const { units, useBias } = this.config;
    const width = this.gates * units;
    this.addNamedWeight("kernel", [singleShape(inputShape).at(-1) as number, width], "glorotUniform");
    this.addNamedWeight("recurrent", [units, width], "orthogonal");
    if (useBias !== false) this.addNamedWeight("bias", this.biasShape, "zeros");
    this.built = true;
  }

  override stateShapes(): number[][] {
    return Array.from({ length: this.stateCount }, () => [this.config.units]);
  }

  override run(inputs: Tensor, states: Tensor[], options: RunOptions): RunResult {
    const { activation = "tanh", recurrentActivation = "sigmoid" } = this.config;
    const [kernel, recurrent, given] = this.values() as [Tensor, Tensor, Tensor?];
    const [bias, added] = this.biases(given);
    const gates = { training: options.training, gates: this.gates };
    const drops = stateDrops(states[0] as Tensor, this.config, gates);
    const isStandard = !drops && activation === "tanh" && recurrentActivation === "sigmoid";
    const projected = projectGates(inputs, kernel, bias, this.config, gates);
    if (isStandard && getKernel(this.kernelName, getBackend())) {
      const more = this.kernelInputs(recurrent, states, added);
      const packed = runSequence(this.kernelName, { projected, ...more }, options.mask, options.all);
      return unpack(packed, states.length, options.all);
    }
    const steps = slicesOf(projected);
    const step = this.stepOf(recurrent, drops, added);
    return scan(steps.length, states, options, (t, before) => step(steps[t] as Tensor, before));
  }
}

/** The outputs and last states of [steps + count - 1, batch, units]: each step's h, then the last of the other states. */
function unpack(packed: Tensor, count: number, all: boolean): RunResult {
  const [rows, batch, units] = packed.shape as [number, number, number];
  const states = Array.from({ length: count }, (_, i) =>
    reshape(slice(packed, [rows - count + i], [1]), [batch, units]),
  );
  if (!all) return { states };
  return { states, outputs: count === 1 ? packed : slice(packed, [0], [rows + 1 - count]) };
}

/** x·W + b of the gates. A cell that drops states drops the inputs of each gate apart, as Keras' does. */
function projectGates(
  inputs: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  { dropout = 0, recurrentDropout = 0 }: GatedConfig,
  { training, gates }: { readonly training: boolean; readonly gates: number },
): Tensor {
  if (!training || dropout <= 0 || dropout >= 1) return project(inputs, kernel, bias);
  if (recurrentDropout === 0) return project(dropInputs(inputs, dropout), kernel, bias);
  const sums = split(kernel, gates, 1).map((part) => project(dropInputs(inputs, dropout), part, undefined));
  const all = concat(sums, -1);
  return bias ? add(all, bias) : all;
}

/** h·U of the gates, each part of the kernel with its own dropped states; without drops one product. */
export function recur(h: Tensor, parts: readonly Tensor[], drops: readonly Tensor[] | undefined): Tensor {
  return concat(
    parts.map((part, gate) => matMul(drops ? mul(h, drops[gate] as Tensor) : h, part)),
    1,
  );
}
