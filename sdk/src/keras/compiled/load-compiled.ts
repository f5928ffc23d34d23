import { LitModelError } from "../../errors.js";
import type { LayersModel, Variable } from "../../tf.js";
import { isNode, isRecord, type KerasContainer, type StoredArray } from "../file/container.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { arrayAt } from "../weights.js";
import { remember, trainingModel } from "./compiled.js";
import { doesNotLoad } from "./does-not-load.js";
import { modernizeCompiled } from "./keras-2-compiled.js";
import type { KerasOptimizer } from "./keras-optimizer.js";
import { loadLoss, SPARSE } from "./loss-functions.js";
import { loadOptimizer, type MultiOptimizer } from "./multi-optimizer.js";
import { type LoadedMetrics, loadMetrics } from "./output-metrics.js";
import { namesOf, type OutputNames, perOutput } from "./per-output.js";

type Json = Readonly<Record<string, unknown>>;

/** What `model.compile` takes, and what stands in the file. */
interface Plan extends LoadedMetrics {
  readonly optimizer: KerasOptimizer | MultiOptimizer;
  readonly loss: LossFunction[];
  readonly lossWeights?: readonly number[] | undefined;
}

/**
 * Compiles a loaded model as it was in Python: optimizer with its state, losses, metrics. Metrics that do not load are left
 * out with a warning; another thing that does not leaves the model uncompiled: training says why. Saving the model again
 * keeps Keras 3's config.
 * @throws LitModelError if the file is damaged
 */
export async function loadCompiled(model: LayersModel, container: KerasContainer): Promise<void> {
  const isOld = container.major < 3;
  const given = container.compiled && unscaled(modernCompiled(container.compiled));
  if (!given?.optimizer) return;
  const config = isOld ? modernizeCompiled(given, model.outputs.length) : given;
  const arrays = isOld ? [] : stateOf(container);
  let plan: Plan;
  try {
    plan = planOf(model, config);
  } catch (error) {
    if (!(error instanceof LitModelError)) throw error;
    const kept = await Promise.all(arrays.map((array) => readNow(container, array)));
    const isOf = (optimizer: unknown) => !optimizer;
    remember(model, { config: isOld ? {} : config, arrays: kept, reason: error.message, isOf });
    return;
  }
  const { optimizer, loss, metrics, lossWeights, reasons } = plan;
  if (reasons.length > 0) console.warn(`the model '${model.name}' is compiled without ${reasons.join("; ")}`);
  model.compile({ optimizer, loss });
  const inner = trainingModel(model) as unknown as { feedOutputShapes: unknown[] };
  // tfjs-layers gives targets of one number a sample a second axis.
  const isFree = (function_: LossFunction, i: number) => SPARSE.has(function_) || model.outputs[i]?.shape.length === 1;
  for (const [i, function_] of loss.entries()) if (isFree(function_, i)) inner.feedOutputShapes[i] = null;
  const outputs = namesOf(model).map((names) => names.at(-1) as string);
  const losses = reportedLosses(outputs);
  const metricsNames = [
    "loss",
    ...losses.map((output) => `${outputs[output]}_loss`),
    ...metrics.map(({ name }) => name),
  ];
  Object.assign(model, { isOptimizerOwned: true, metricsNames });
  Object.assign(inner, { metricsNames });
  remember(model, {
    config,
    lossWeights,
    losses,
    metrics,
    isOf: (found) => found === optimizer && model.loss === loss,
  });
  const weights = model.trainableWeights.map((weight) => weight.read() as Variable);
  await optimizer.restore(weights, arrays, (array) => container.read(array));
}

async function readNow(container: KerasContainer, array: StoredArray) {
  const values = await container.read(array);
  return { shape: array.shape, data: async () => values };
}

/** The optimizer's arrays in Keras' order. */
function stateOf({ layout, weights }: KerasContainer): readonly StoredArray[] {
  if (layout === "keras") {
    const group = weights.groups.get("optimizer");
    const arrays = [...((group?.groups.get("inner_optimizer") ?? group)?.groups.get("vars")?.arrays ?? [])];
    return arrays.sort(([a], [b]) => Number(a) - Number(b)).map(([, array]) => array);
  }
  const group = weights.groups.get("optimizer_weights");
  const names = group?.texts.get("weight_names") ?? [];
  return names.flatMap((name) => (group && arrayAt(group, name)) ?? []);
}

/** Keras 3's compile config of the legacy training config, which names no modules. */
function modernCompiled({ optimizer_config, ...config }: Json): Json {
  if (optimizer_config === undefined) return config;
  const { loss, metrics, ...others } = config;
  return {
    optimizer: withModule(optimizer_config, "optimizers"),
    ...others,
    loss: withModule(loss, "losses"),
    metrics: withModule(metrics, "metrics"),
  };
}

function withModule(value: unknown, module: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withModule(item, module));
  if (!isRecord(value)) return value;
  if (typeof value.class_name === "string") return { module: `keras.${module}`, registered_name: null, ...value };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withModule(item, module)]));
}

/** Without the scaling of losses that half precision needs: here all is float32. */
function unscaled(config: Json): Json {
  const { optimizer } = config;
  const isScaled = isNode(optimizer) && optimizer.class_name === "LossScaleOptimizer";
  return isScaled ? { ...config, optimizer: optimizer.config.inner_optimizer } : config;
}

function planOf(model: LayersModel, config: Json): Plan {
  const names = namesOf(model);
  return {
    optimizer: loadOptimizer(config.optimizer, model),
    loss: perOutput(config.loss, names, "loss").map(loadLoss),
    lossWeights: lossWeightsOf(config.loss_weights, names),
    ...loadMetrics(config, names),
  };
}

/** The outputs whose losses are reported beside their sum: of those of one name, which Keras overwrites, the last. */
function reportedLosses(names: readonly string[]): number[] {
  if (names.length === 1) return [];
  return [...names.keys()].filter((output) => names.lastIndexOf(names[output] as string) === output);
}

function lossWeightsOf(value: unknown, names: readonly OutputNames[]): readonly number[] | undefined {
  if (value === null || value === undefined) return undefined;
  const weights = typeof value === "number" ? names.map(() => value) : perOutput(value, names, "loss weight");
  if (!weights.every((weight) => typeof weight === "number")) return doesNotLoad("loss_weights that are no numbers");
  return weights as number[];
}
