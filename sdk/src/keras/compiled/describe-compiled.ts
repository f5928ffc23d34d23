import type { LayersModel, Optimizer } from "../../tf.js";
import { snakeCase } from "../weights.js";
import { COMPILED, trainingModel } from "./compiled.js";
import { ofFunction } from "./function-names.js";
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
 * How a model is compiled. undefined if it is not, or with an optimizer or a loss that Keras does not have; metrics that it
 * does not have are left out. A warning says either.
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
  const lost: string[] = [];
  const loss = mapNames(model.loss, (value) => kerasLoss(value) ?? lose(lost, `the loss '${nameOf(value)}'`));
  if (!described) lost.push(`the optimizer '${optimizer.getClassName()}'`);
  if (!described || lost.length > 0) {
    console.warn(
      `the model '${model.name}' is saved uncompiled: Keras has no counterpart of ${listed(lost)}. ` +
        'Compile it with what Keras has, by name: model.compile({ optimizer: "adam", loss: "meanSquaredError" })',
    );
    return undefined;
  }
  const metrics = metricsOf(model, lost);
  if (lost.length > 0)
    console.warn(
      `the model '${model.name}' is saved without ${listed(lost)}, which Keras has no counterpart of. ` +
        'Compile it with metrics that Keras has, by name: model.compile({ optimizer, loss, metrics: ["mae"] })',
    );
  const config = { loss, loss_weights: null, metrics, weighted_metrics: null };
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

function kerasLoss(value: unknown): unknown {
  if (typeof value !== "string") return ofFunction(value, "loss");
  const name = Object.hasOwn(NAMES, value) ? (NAMES[value] as string) : canonicalName(value);
  return formulaOf({ name, config: {}, isClass: false }, []) ? name : undefined;
}

function kerasMetric(value: unknown): unknown {
  if (typeof value !== "string") return ofFunction(value, "metric");
  // Keras' metric is the cosine, tfjs' the loss.
  if (Object.hasOwn(NAMES, value)) return undefined;
  return METRICS.includes(canonicalName(value)) ? canonicalName(value) : kerasLoss(value);
}

/** What a warning calls a loss or a metric. */
const nameOf = (value: unknown): string =>
  typeof value === "function" ? value.name.replace(/__op$/, "") || "(a function without a name)" : String(value);

const listed = (lost: readonly string[]): string => [...new Set(lost)].join(", ");

function lose(lost: string[], what: string): undefined {
  lost.push(what);
}

/** The same for one, a list or a record of them. */
function mapNames(value: unknown, nameOf: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(nameOf);
  if (typeof value !== "object" || value === null) return nameOf(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, nameOf(item)]));
}

/**
 * Each output's metrics: tfjs-layers takes a list for all outputs.
 * @param lost gets those that Keras does not have
 */
function metricsOf(model: LayersModel, lost: string[]): unknown {
  const { metrics } = model as unknown as { metrics: unknown };
  const found = (value: unknown): unknown[] => {
    const metric = kerasMetric(value) ?? lose(lost, `the metric '${nameOf(value)}'`);
    return metric === undefined ? [] : [metric];
  };
  if (metrics === undefined || metrics === null) return null;
  const isRecord = typeof metrics === "object" && !Array.isArray(metrics);
  const lists = trainingModel(model).outputNames.map((name) =>
    [(isRecord ? (metrics as Json)[name] : metrics) ?? []].flat().flatMap(found),
  );
  return lists.length === 1 ? lists[0] : lists;
}
