import { slicesOf } from "../../../tensors/slices-of.js";
import { add, matMul, mul, type Tensor } from "../../../tf.js";
import { getActivation } from "../../settings/activations.js";
import { type Shape, singleShape } from "../keras-layer.js";
import {
  Cell,
  type CellConfig,
  dropInputs,
  dropoutMask,
  project,
  type RunOptions,
  type RunResult,
  scan,
} from "./cell.js";

/** Keras' SimpleRNNCell: h = activation(x·W + h·U + b). */
export class SimpleRnnCell extends Cell<CellConfig> {
  static readonly className = "SimpleRNNCell";

  override build(inputShape: Shape | Shape[]): void {
    const { units, useBias } = this.config;
    this.addNamedWeight("kernel", [singleShape(inputShape).at(-1) as number, units], "glorotUniform");
    this.addNamedWeight("recurrent", [units, units], "orthogonal");
    if (useBias !== false) this.addNamedWeight("bias", [units], "zeros");
    this.built = true;
  }

  override get stateCount(): number {
    return 1;
  }

  override stateShapes(): number[][] {
    return [[this.config.units]];
  }

  override run(inputs: Tensor, states: Tensor[], options: RunOptions): RunResult {
    const { dropout = 0, recurrentDropout = 0 } = this.config;
    const [kernel, recurrent, bias] = this.values() as [Tensor, Tensor, Tensor?];
    const kept = options.training && dropout > 0 ? dropInputs(inputs, dropout) : inputs;
    const projected = slicesOf(project(kept, kernel, bias));
    const activation = getActivation(this.config.activation ?? "tanh");
    const drop = options.training && recurrentDropout > 0 && dropoutMask(states[0] as Tensor, recurrentDropout);
    return scan(projected.length, states, options, (t, [h]) => {
      const before = drop ? mul(h as Tensor, drop) : (h as Tensor);
      return [activation.apply(add(projected[t] as Tensor, matMul(before, recurrent)))];
    });
  }
}
