import { LitModelError } from "../../errors.js";
import type { LayersModel, Variable } from "../../tf.js";
import { STRUCTURES } from "../build-model.js";
import { isRecord, type KerasContainer, type StoredArray } from "../file/container.js";
import type { LossFunction } from "../layers/masked-loss.js";
import { arrayAt } from "../weights.js";
import { remember, trainingModel } from "./compiled.js";
import { KerasOptimizer } from "./keras-optimizer.js";
import { loadLoss, SPARSE } from "./loss-functions.js";
import { loadMetric } from "./metric-functions.js";
import { unsupported } from "./unsupported.js";

type Json = Readonly<Record<string, unknown>>;
type Metrics = Record<string, LossFunction[]>;

/** What `model.compile` takes, and what stands in the file. */
interface Plan {
  readonly optimizer: KerasOptimizer;
  readonly loss: LossFunction[];
  readonly metrics: Metrics;
  readonly lossWeights?: readonly number[] | undefined;
}

/**
 * Compiles a loaded model as it was in Python: optimizer with its state, losses, metrics. What does not load leaves the
 * model uncompiled: training says why, and saving it again keeps Keras 3's config.
 * @throws LitModelError if the file is damaged
 */
export async function loadCompiled(model: LayersModel, container: KerasContainer): Promise<void> {
  const config = container.compiled && modernCompiled(container.compiled);
  if (!config?.optimizer) return;
  const arrays = stateOf(container);
  let plan: Plan;
  try {
    if (container.major < 3) unsupported("an optimizer of Keras 2");
    plan = planOf(model, config);
  } catch (error) {
    if (!(error instanceof LitModelError)) throw error;
    const kept = container.major < 3 ? [] : await Promise.all(arrays.map((array) => readNow(container, array)));
    const record = { config, reason: error.message, isOf: (optimizer: unknown) => !optimizer };
    remember(model, { ...record, ...(container.major < 3 ? { config: {} } : { arrays: kept }) });
    return;
  }
  const { optimizer, loss, metrics, lossWeights } = plan;
  model.compile({ optimizer, loss, metrics: metrics as Record<string, never> });
  const inner = trainingModel(model) as unknown as { feedOutputShapes: unknown[] };
  Object.assign(model, { isOptimizerOwned: true });
  for (const [i, function_] of loss.entries()) if (SPARSE.has(function_)) inner.feedOutputShapes[i] = null;
  remember(model, {
    config,
    lossWeights,
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
    const arrays = [...(weights.groups.get("optimizer")?.groups.get("vars")?.arrays ?? [])];
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

function planOf(model: LayersModel, config: Json): Plan {
  const optimizer = new KerasOptimizer(config.optimizer);
  const { weighted_metrics } = config;
  if (weighted_metrics && JSON.stringify(weighted_metrics) !== "[]") unsupported("weighted_metrics");
  const names = namesOf(model);
  const loss = perOutput(config.loss, names, "loss").map(loadLoss);
  const lossWeights = lossWeightsOf(config.loss_weights, names);
  const metrics: Metrics = {};
  if (config.metrics)
    for (const [i, found] of metricsPerOutput(config.metrics, names).entries())
      metrics[trainingModel(model).outputNames[i] as string] = found.map(loadMetric);
  if (
    new Set(trainingModel(model).outputNames).size < names.length &&
    Object.values(metrics).some((found) => found.length > 0)
  )
    unsupported("metrics of outputs of the same layer");
  return { optimizer, loss, metrics, lossWeights };
}

/** What Keras calls each output: the layer's name, or the key of a model that gives a record. */
function namesOf(model: LayersModel): readonly (readonly string[])[] {
  const structure = STRUCTURES.get(model)?.outputs;
  const keys = isRecord(structure) ? Object.entries(structure) : [];
  return trainingModel(model).outputNames.map((name, i) => [
    name,
    ...keys.filter(([, place]) => place === i).map(([key]) => key),
  ]);
}

const isObject = (value: unknown): value is Json => isRecord(value) && typeof value.class_name === "string";

/** One value for each output: given as a list or a record, or one for all. */
function perOutput(value: unknown, names: readonly (readonly string[])[], kind: string): unknown[] {
  const fail = () => unsupported(`a ${kind} that is not given for each output`);
  if (typeof value === "string" || isObject(value)) return names.map(() => value);
  if (Array.isArray(value)) return value.length === names.length && !value.includes(null) ? value : fail();
  if (!isRecord(value)) return fail();
  return names.map((all) => {
    const name = all.find((known) => Object.hasOwn(value, known));
    return name === undefined ? fail() : value[name];
  });
}

function lossWeightsOf(value: unknown, names: readonly (readonly string[])[]): readonly number[] | undefined {
  if (value === null || value === undefined) return undefined;
  const weights = typeof value === "number" ? names.map(() => value) : perOutput(value, names, "loss weight");
  if (!weights.every((weight) => typeof weight === "number")) return unsupported("loss_weights that are no numbers");
  return weights as number[];
}

function metricsPerOutput(value: unknown, names: readonly (readonly string[])[]): unknown[][] {
  if (names.length === 1) return [flatten(value)];
  if (Array.isArray(value) && value.length === names.length) return value.map(flatten);
  if (!isRecord(value)) return unsupported("metrics that are not given for each output");
  return names.map((all) => flatten(value[all.find((name) => Object.hasOwn(value, name)) ?? ""]));
}

function flatten(value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(flatten);
  return isRecord(value) && !isObject(value) ? Object.values(value).flatMap(flatten) : [value];
}
