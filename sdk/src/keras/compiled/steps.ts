import { LitModelError } from "../../errors.js";
import {
  add,
  CallbackList,
  cast,
  dispose,
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
import { measuring } from "../layers/activity-penalty.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { COMPILED, compiledOf } from "./compiled.js";
import { EpochMetrics, keepListsInHistory } from "./epoch-metrics.js";
import { EVALUATING, RunningCounts, TRAINING } from "./running-counts.js";

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
  testLoop(...given: unknown[]): Tensor[];
  trainOnBatch(...given: unknown[]): Promise<unknown>;
  evaluateDataset(...given: unknown[]): Promise<Tensor | Tensor[]>;
  standardizeUserDataXY(...given: unknown[]): unknown;
}

/** The mean of a loss's values, each sample weighted. */
function reduced(values: Tensor, weights: Tensor | null | undefined): Tensor {
  if (!weights) return mean(values);
  if (values.rank === 0)
    throw new LitModelError("a loss whose reduction is 'sum' takes no weights of samples or classes");
  return mean(mul(values, reshape(weights, [-1, ...values.shape.slice(1).map(() => 1)])));
}

/**
 * The total loss of a batch, and what is reported besides: each output's loss if there are several, and metrics. Those of
 * Keras are what `counts` has with this batch, or the batch's alone.
 */
function measure(
  model: Model,
  data: readonly Tensor[],
  kwargs: object,
  counts: RunningCounts | undefined,
): [Tensor, ...Tensor[]] {
  const [from, to] = [model.inputs.length, model.inputs.length + model.outputs.length];
  const [targets, weights] = [data.slice(from, to), data.slice(to)];
  const outputs = measuring(() => [model.apply(data.slice(0, from), kwargs)].flat());
  const losses = model.lossFunctions.map((loss, i) =>
    reduced(loss(targets[i] as Tensor, outputs[i] as Tensor), weights[i]),
  );
  const compiled = compiledOf(model as unknown as LayersModel);
  const factors = compiled?.lossWeights;
  const parts = factors ? losses.map((loss, i) => mul(loss, factors[i] ?? 1)) : losses;
  const total = [...parts, ...model.calculateLosses()].reduce((sum, part) => add(sum, part));
  const isMany = outputs.length > 1;
  if (compiled) {
    const found = compiled.metrics?.map(({ metric, output, isWeighted }, i) => {
      const [wanted, given] = [cast(targets[output] as Tensor, "float32"), outputs[output] as Tensor];
      const batch = metric.count(wanted, given, (isWeighted && weights[output]) || undefined);
      return metric.result(counts?.add(i, batch) ?? batch);
    });
    return [total, ...(compiled.losses?.map((output) => losses[output] as Tensor) ?? []), ...(found ?? [])];
  }
  const metrics = model.metricsTensors
    .slice(isMany ? outputs.length : 0)
    .map(([metric, i]) => mean(metric(targets[i] as Tensor, outputs[i] as Tensor)));
  return [total, ...(isMany ? losses : []), ...metrics];
}

/** The results of an evaluation, with Keras' metrics of all batches where the batches' mean stands. */
function withResults(model: Model, means: Tensor[], counts: RunningCounts): Tensor[] {
  const metrics = compiledOf(model as unknown as LayersModel)?.metrics ?? [];
  const results = counts.results(metrics.map(({ metric }) => metric));
  const first = means.length - metrics.length;
  return means.map((mean, i) => {
    const result = results[i - first];
    if (result) dispose(mean);
    return result ?? mean;
  });
}

let installed = false;

/**
 * Corrects tfjs-layers' steps of training and evaluation for every model: outputs' losses of different ranks are each
 * reduced before they are summed, a model without weights to train is measured, constraints hold after a step, an
 * evaluation's loss is the total, with the penalties of regularizers, and Keras' metrics count over the batches of an epoch.
 */
export function installSteps(): void {
  if (installed) return;
  installed = true;
  const prototype = LayersModel.prototype as unknown as Model;
  prototype.makeTrainFunction = function () {
    return (data) => {
      const reported: Tensor[] = [];
      const loss = () => {
        const [total, ...others] = measure(this, data, { training: true }, TRAINING.get(this as never));
        reported.push(...others.map((value) => keep(value)));
        return total;
      };
      const weights = this.collectedTrainableWeights;
      const variables = weights.map((weight) => weight.read() as Variable);
      // tfjs takes no gradients of nothing. As in Keras, the optimizer makes no step then.
      const isTrained = variables.some(({ trainable }) => trainable);
      const total = isTrained ? (this.optimizer.minimize(loss as never, true, variables) as Tensor) : tidy(loss);
      tidy(() => {
        for (const [i, { constraint }] of weights.entries())
          if (constraint) variables[i]?.assign(constraint.apply(variables[i] as Tensor));
      });
      return [total, ...reported];
    };
  };
  prototype.makeTestFunction = function () {
    this.testFunction = (data) => tidy(() => measure(this, data, {}, EVALUATING.get(this as never)));
  };
  const { standardizeUserDataXY, testLoop, evaluateDataset, trainOnBatch } = prototype;
  prototype.trainOnBatch = async function (...given) {
    const lists: (Promise<unknown> | undefined)[] = [];
    const makeTrainFunction = () => (data: Tensor[]) => {
      const found = this.makeTrainFunction()(data);
      lists.push(...found.map((value) => (value.rank > 0 ? value.array() : undefined)));
      return found;
    };
    const values = await trainOnBatch.apply(
      Object.create(this, {
        makeTrainFunction: { value: makeTrainFunction },
        standardizeUserDataXY: { value: this.standardizeUserDataXY.bind(this) },
      }),
      given,
    );
    // tfjs-layers gives the first of each metric's values.
    return Array.isArray(values) ? Promise.all(values.map((value, i) => lists[i] ?? value)) : values;
  };
  prototype.testLoop = function (...given) {
    const counts = new RunningCounts();
    EVALUATING.set(this as never, counts);
    try {
      return withResults(this, testLoop.apply(this, given), counts);
    } finally {
      EVALUATING.delete(this as never);
      counts.reset();
    }
  };
  prototype.evaluateDataset = async function (...given) {
    const counts = new RunningCounts();
    EVALUATING.set(this as never, counts);
    try {
      const found = withResults(this, [await evaluateDataset.apply(this, given)].flat(), counts);
      return found.length === 1 ? (found[0] as Tensor) : found;
    } finally {
      EVALUATING.delete(this as never);
      counts.reset();
    }
  };
  keepListsInHistory();
  const { setModel } = CallbackList.prototype;
  CallbackList.prototype.setModel = function (model) {
    // The first takes the means of an epoch, which the next is to correct before others see them.
    this.callbacks.splice(1, 0, new EpochMetrics(model as LayersModel));
    setModel.call(this, model);
  };
  prototype.standardizeUserDataXY = function (...given) {
    const reason = COMPILED.get(this as unknown as LayersModel)?.reason;
    if (!this.optimizer && reason)
      throw new LitModelError(
        `the model '${(this as unknown as LayersModel).name}' is not compiled: it was with ${reason}. ` +
          "Compile it here: model.compile({ optimizer, loss, metrics })",
      );
    return standardizeUserDataXY.apply(this, given);
  };
}
