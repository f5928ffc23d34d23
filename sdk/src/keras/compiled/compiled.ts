import type { LayersModel, Optimizer } from "../../tf.js";
import type { StateArray } from "./keras-optimizer.js";

type Json = Readonly<Record<string, unknown>>;

/** How a loaded model was compiled in Python. */
export interface Compiled {
  /** Keras 3's compile config. */
  readonly config: Json;
  /** Whether the model is still compiled so. */
  isOf(optimizer: Optimizer | undefined): boolean;
  /** What each output's loss counts; all 1 if absent. */
  readonly lossWeights?: readonly number[] | undefined;
  /** Why the model could not be compiled here; absent if it is. */
  readonly reason?: string;
  /** The state of an optimizer that does not load, to be written again. */
  readonly arrays?: readonly StateArray[];
}

/** The models that `remember` was told of. */
export const COMPILED = new WeakMap<LayersModel, Compiled>();

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
