import { LitModelError } from "../../errors.js";
import {
  add,
  keep,
  LayersModel,
  mean,
  mul,
  type Optimizer,
  reshape,
  type Tensor,
  tidy,
  type Variable,
} from "../../tf.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { COMPILED } from "./compiled.js";

/** A model with what tfjs-layers keeps to itself. */
interface Model {
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
  readonly optimizer: Optimizer;
  readonly lossFunctions: readonly LossFunction[];
  readonly metricsTensors: readonly (readonly [LossFunction, number])[];
  readonly collectedTrainableWeights: readonly { read(): Tensor; readonly constraint?: { apply(x: Tensor): Tensor } }[];
  testFunction: (data: Tensor[]) => Tensor[];
  apply(inputs: Tensor[], kwargs: object): Tensor | Tensor[];
  calculateLosses(): Tensor[];
  makeTrainFunction(): (data: Tensor[]) => Tensor[];
  makeTestFunction(): void;
  standardizeUserDataXY(...given: unknown[]): unknown;
}

/** The mean of a loss's values, each sample weighted. */
function reduced(values: Tensor, weights: Tensor | null | undefined): Tensor {
  if (!weights) return mean(values);
  if (values.rank === 0)
    throw new LitModelError("a loss whose reduction is 'sum' takes no weights of samples or classes");
  return mean(mul(values, reshape(weights, [-1, ...values.shape.slice(1).map(() => 1)])));
}

/** The total loss of a batch, and what tfjs-layers reports besides: each output's loss if there are several, and metrics. */
function measure(model: Model, data: readonly Tensor[], kwargs: object): [Tensor, ...Tensor[]] {
  const [from, to] = [model.inputs.length, model.inputs.length + model.outputs.length];
  const [targets, weights] = [data.slice(from, to), data.slice(to)];
  const outputs = [model.apply(data.slice(0, from), kwargs)].flat();
  const losses = model.lossFunctions.map((loss, i) =>
    reduced(loss(targets[i] as Tensor, outputs[i] as Tensor), weights[i]),
  );
  const compiled = COMPILED.get(model as unknown as LayersModel);
  const factors = compiled?.isOf(model.optimizer) ? compiled.lossWeights : undefined;
  const parts = factors ? losses.map((loss, i) => mul(loss, factors[i] ?? 1)) : losses;
  const total = [...parts, ...model.calculateLosses()].reduce((sum, part) => add(sum, part));
  const isMany = outputs.length > 1;
  const metrics = model.metricsTensors
    .slice(isMany ? outputs.length : 0)
    .map(([metric, i]) => mean(metric(targets[i] as Tensor, outputs[i] as Tensor)));
  return [total, ...(isMany ? losses : []), ...metrics];
}

let installed = false;

/**
 * Corrects tfjs-layers' steps of training and evaluation for every model: outputs' losses of different ranks are each
 * reduced before they are summed, constraints hold after a step, and an evaluation's loss is the total, with the
 * penalties of regularizers.
 */
export function installSteps(): void {
  if (installed) return;
  installed = true;
  const prototype = LayersModel.prototype as unknown as Model;
  prototype.makeTrainFunction = function () {
    return (data) => {
      const reported: Tensor[] = [];
      const loss = () => {
        const [total, ...others] = measure(this, data, { training: true });
        reported.push(...others.map((value) => keep(value)));
        return total;
      };
      const weights = this.collectedTrainableWeights;
      const variables = weights.map((weight) => weight.read() as Variable);
      const total = this.optimizer.minimize(loss as never, true, variables) as Tensor;
      tidy(() => {
        for (const [i, { constraint }] of weights.entries())
          if (constraint) variables[i]?.assign(constraint.apply(variables[i] as Tensor));
      });
      return [total, ...reported];
    };
  };
  prototype.makeTestFunction = function () {
    this.testFunction = (data) => tidy(() => measure(this, data, {}));
  };
  const { standardizeUserDataXY } = prototype;
  prototype.standardizeUserDataXY = function (...given) {
    const reason = COMPILED.get(this as unknown as LayersModel)?.reason;
    if (!this.optimizer && reason)
      throw new LitModelError(
        `the model '${(this as unknown as LayersModel).name}' is not compiled: it was with ${reason}`,
      );
    return standardizeUserDataXY.apply(this, given);
  };
}
