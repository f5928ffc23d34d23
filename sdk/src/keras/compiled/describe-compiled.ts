import type { LayersModel, Optimizer } from "../../tf.js";
import { snakeCase } from "../weights.js";
import { COMPILED, trainingModel } from "./compiled.js";
import type { KerasOptimizer, StateArray } from "./keras-optimizer.js";
import { canonicalName, formulaOf } from "./loss-functions.js";
import { isKerasOptimizer, type MultiOptimizer } from "./multi-optimizer.js";
import { describeTfjsOptimizer } from "./tfjs-optimizers.js";

type Json = Record<string, unknown>;

/** How a model is compiled, as `.keras` keeps it. */
export interface DescribedCompiled {
  /** `compile_config` of config.json. */
  readonly config: Json;
  /** The optimizer's name. */
  readonly name: string;
  /** The optimizer's state, in Keras' order. */
  readonly arrays: readonly StateArray[];
}

/** Keras' class, config and state of an optimizer. */
export interface DescribedOptimizer {
  readonly className: string;
  readonly config: Json;
  readonly arrays: readonly StateArray[];
}

/**
 * How a model is compiled. undefined if it is not, or with an optimizer or a loss function that Keras does not have;
 * metrics that it does not have are left out.
 */
export function describeCompiled(model: LayersModel): DescribedCompiled | undefined {
  const optimizer = model.optimizer as Optimizer | undefined;
  const compiled = COMPILED.get(model);
  if (compiled?.isOf(optimizer)) {
    const { config, arrays = [] } = compiled;
    if (isKerasOptimizer(optimizer)) return withOptimizer(config, describeKeras(optimizer));
    if (!config.optimizer) return undefined;
    const { config: inner = {} } = config.optimizer as { config?: Json };
    return { config: { ...config }, name: String(inner.name ?? "optimizer"), arrays };
  }
  if (!optimizer) return undefined;
  const described = isKerasOptimizer(optimizer) ? describeKeras(optimizer) : describeTfjsOptimizer(optimizer);
  const loss = mapNames(model.loss, kerasName);
  if (!described || loss === undefined) return undefined;
  const config = { loss, loss_weights: null, metrics: metricsOf(model), weighted_metrics: null };
  return withOptimizer({ ...config, run_eagerly: false, steps_per_execution: 1, jit_compile: "auto" }, described);
}

const describeKeras = (optimizer: KerasOptimizer | MultiOptimizer): DescribedOptimizer => ({
  className: optimizer.kerasName,
  config: optimizer.getConfig(),
  arrays: optimizer.state(),
});

function withOptimizer(others: Readonly<Json>, { className, config, arrays }: DescribedOptimizer): DescribedCompiled {
  const name = String(config.name ?? snakeCase(className));
  const optimizer = { module: "keras.optimizers", class_name: className, config, registered_name: null };
  return { config: { ...others, optimizer }, name, arrays };
}

/** tfjs-layers' names that are not Keras' in camelCase. */
const NAMES: Readonly<Record<string, string>> = { cosineProximity: "cosine_similarity", cosine: "cosine_similarity" };
const METRICS = ["accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"];

function kerasName(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const name = Object.hasOwn(NAMES, value) ? (NAMES[value] as string) : canonicalName(value);
  return formulaOf({ name, config: {}, isClass: false }, []) ? name : undefined;
}

/** The same for one name, a list or a record of them; undefined if one has no counterpart. */
function mapNames(value: unknown, nameOf: (value: unknown) => string | undefined): unknown {
  if (Array.isArray(value)) {
    const names = value.map(nameOf);
    return names.includes(undefined) || names.length === 0 ? undefined : names;
  }
  if (typeof value !== "object" || value === null) return nameOf(value);
  const entries = Object.entries(value).map(([key, item]) => [key, nameOf(item)] as const);
  return entries.some(([, name]) => name === undefined) ? undefined : Object.fromEntries(entries);
}

/** Each output's metrics: tfjs-layers takes a list for all outputs. */
function metricsOf(model: LayersModel): unknown {
  const { metrics } = model as unknown as { metrics: unknown };
  const nameOf = (value: unknown): string[] => {
    const name =
      typeof value === "string" && METRICS.includes(canonicalName(value)) ? canonicalName(value) : kerasName(value);
    return name === undefined ? [] : [name];
  };
  if (metrics === undefined || metrics === null) return null;
  const isRecord = typeof metrics === "object" && !Array.isArray(metrics);
  const lists = trainingModel(model).outputNames.map((name) =>
    [isRecord ? (metrics as Json)[name] : metrics].flat().flatMap(nameOf),
  );
  return lists.length === 1 ? lists[0] : lists;
}
