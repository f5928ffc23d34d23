import { Callback, dispose, History, keep, type LayersModel, Tensor, type Variable } from "../../tf.js";
import { compiledOf } from "./compiled.js";
import { isKerasOptimizer } from "./multi-optimizer.js";
import { RunningCounts, TRAINING } from "./running-counts.js";

type Logs = Parameters<Callback["onEpochEnd"]>[1];

/** Counts metrics anew in each epoch of a training, and puts what the whole epoch gives where the batches' mean stands. */
export class EpochMetrics extends Callback {
  readonly #counts = new RunningCounts();
  readonly #model: LayersModel;

  constructor(model: LayersModel) {
    super();
    this.#model = model;
  }

  override async onTrainBegin(): Promise<void> {
    TRAINING.set(this.#model, this.#counts);
  }

  override async onEpochBegin(): Promise<void> {
    this.#counts.reset();
  }

  override async onEpochEnd(_epoch: number, logs: Logs = {}): Promise<void> {
    const metrics = compiledOf(this.#model)?.metrics ?? [];
    for (const [i, value] of this.#counts.results(metrics.map(({ metric }) => metric)).entries()) {
      const { name } = metrics[i] as { name: string };
      if (!value) continue;
      const mean = logs[name] as unknown;
      if (mean instanceof Tensor) dispose(mean);
      logs[name] = keep(value) as never;
    }
  }

  override async onTrainEnd(): Promise<void> {
    this.#counts.reset();
    TRAINING.delete(this.#model);
    const { optimizer } = this.#model;
    const weights = this.#model.trainableWeights.map((weight) => weight.read() as Variable);
    if (isKerasOptimizer(optimizer)) optimizer.finishTraining(weights);
  }
}

/** Fetches the values of a training's history; one that is a list, as a score of each class, stays one. */
export function keepListsInHistory(): void {
  History.prototype.syncData = async function () {
    for (const values of Object.values(this.history) as unknown[][])
      for (const [i, value] of values.entries())
        if (value instanceof Tensor) {
          values[i] = await value.array();
          value.dispose();
        }
  };
}
