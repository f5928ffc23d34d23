import { slicesOf } from "../../../tensors/slices-of.js";
import {
  add,
  cast,
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
import { projectingOf, runSequence } from "./sequence.js";

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
    const { activation = "tanh", recurrentActivation = "sigmoid", dropout = 0, recurrentDropout = 0 } = this.config;
    const [kernel, recurrent, given] = this.values() as [Tensor, Tensor, Tensor?];
    const [bias, added] = this.biases(given);
    const drops = stateDrops(states[0] as Tensor, this.config, { training: options.training, gates: this.gates });
    const isStandard = !drops && activation === "tanh" && recurrentActivation === "sigmoid";
    const isDropping = options.training && dropout > 0 && dropout < 1;
    // A cell that drops states drops the inputs of each gate apart, as Keras' does.
    const isApart = isDropping && recurrentDropout !== 0;
    const x = isDropping && !isApart ? dropInputs(inputs, dropout) : inputs;
    const runKernel = (name: string, own: NamedTensorMap) => {
      const packed = runSequence(name, { ...own, ...this.kernelInputs(recurrent, states, added) }, options);
      return unpack(packed, states.length, options.all);
    };
    const projecting = projectingOf(this.kernelName);
    if (isStandard && !isApart && hasKernel(projecting))
      return runKernel(projecting, { x: cast(x, "float32"), kernel, ...(bias && { inputBias: bias }) });
    const projected = isApart
      ? projectApart(x, kernel, bias, { dropout, gates: this.gates })
      : project(x, kernel, bias);
    if (isStandard && hasKernel(this.kernelName)) return runKernel(this.kernelName, { projected });
    const steps = slicesOf(projected);
    const step = this.stepOf(recurrent, drops, added);
    return scan(steps.length, states, options, (t, before) => step(steps[t] as Tensor, before));
  }
}

const hasKernel = (name: string): boolean => getKernel(name, getBackend()) !== undefined;

/** The outputs and last states of [steps + count - 1, batch, units]: each step's h, then the last of the other states. */
function unpack(packed: Tensor, count: number, all: boolean): RunResult {
  const [rows, batch, units] = packed.shape as [number, number, number];
  const states = Array.from({ length: count }, (_, i) =>
    reshape(slice(packed, [rows - count + i], [1]), [batch, units]),
  );
  if (!all) return { states };
  return { states, outputs: count === 1 ? packed : slice(packed, [0], [rows + 1 - count]) };
}

/** x·W + b, the inputs of each gate dropped apart. */
function projectApart(
  inputs: Tensor,
  kernel: Tensor,
  bias: Tensor | undefined,
  { dropout, gates }: { readonly dropout: number; readonly gates: number },
): Tensor {
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
