import { add, clone, dispose, keep, type LayersModel, type Tensor, tidy } from "../../tf.js";
import type { Metric } from "./metric.js";

/** What the metrics of a model have counted since the beginning of an epoch or an evaluation. */
export class RunningCounts {
  readonly #sums: Tensor[][] = [];

  /** Adds what a batch counts for the metric of this number, and gives the sums. */
  add(number: number, counts: readonly Tensor[]): readonly Tensor[] {
    const before = this.#sums[number];
    const sums = counts.map((count, i) => keep(before ? add(before[i] as Tensor, count) : clone(count)));
    dispose(before ?? []);
    this.#sums[number] = sums;
    return sums;
  }

  /** Each metric's value; of one that has counted nothing undefined. */
  results(metrics: readonly Metric[]): (Tensor | undefined)[] {
    return metrics.map((metric, i) => {
      const sums = this.#sums[i];
      return sums && tidy(() => metric.result(sums));
    });
  }

  reset(): void {
    dispose(this.#sums);
    this.#sums.length = 0;
  }
}

/** Counts of models that are within `fit` and `fitDataset`. */
export const TRAINING = new WeakMap<LayersModel, RunningCounts>();
/** Counts of models that are evaluated over several batches. */
export const EVALUATING = new WeakMap<LayersModel, RunningCounts>();
