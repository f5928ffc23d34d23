import type { LayersModel, Optimizer } from "../../tf.js";
import type { StateArray } from "./keras-optimizer.js";
import type { Metric } from "./metric.js";

type Json = Readonly<Record<string, unknown>>;

/** A metric of one of the outputs. */
export interface OutputMetric {
  /** What the history and Keras call it. */
  readonly name: string;
  readonly output: number;
  readonly metric: Metric;
  /** Whether samples count as much as their weights say. */
  readonly isWeighted: boolean;
}

/** How a loaded model was compiled in Python. */
export interface Compiled {
  /** Keras 3's compile config. */
  readonly config: Json;
  /** Whether the model is still compiled so. */
  isOf(optimizer: Optimizer | undefined): boolean;
  /** What each output's loss counts; all 1 if absent. */
  readonly lossWeights?: readonly number[] | undefined;
  /** The outputs whose losses are reported beside the total. */
  readonly losses?: readonly number[];
  readonly metrics?: readonly OutputMetric[];
  /** Why the model could not be compiled here; absent if it is. */
  readonly reason?: string;
  /** The state of an optimizer that does not load, to be written again. */
  readonly arrays?: readonly StateArray[];
}

/** The models that `remember` was told of. */
export const COMPILED = new WeakMap<LayersModel, Compiled>();

/** How the model was compiled in Python, if it is still compiled so. */
export function compiledOf(model: LayersModel): Compiled | undefined {
  const compiled = COMPILED.get(model);
  return compiled?.isOf(model.optimizer) ? compiled : undefined;
}

/** The model that trains: a Sequential keeps one within. */
export function trainingModel(model: LayersModel): LayersModel {
  const sequential = model as unknown as { readonly model?: LayersModel; build(): void };
  if (model.getClassName() !== "Sequential") return model;
  if (!sequential.model) sequential.build();
  return sequential.model as LayersModel;
}

export function remember(model: LayersModel, compiled: Compiled): void {
  COMPILED.set(model, compiled);
  COMPILED.set(trainingModel(model), compiled);
}
