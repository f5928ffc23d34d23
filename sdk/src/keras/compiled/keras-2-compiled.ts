import { isNode, isRecord } from "../file/container.js";
import { RULES } from "./update-rules.js";

type Json = Readonly<Record<string, unknown>>;

/** What Keras 3 has of a compile config, but the optimizer. */
const KEPT = ["loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly", "steps_per_execution"];

/**
 * Keras 3's form of the compile config of Keras 1 or 2, whose optimizer begins anew. What has no such form stays as it is:
 * it does not load.
 * @param outputs how many the model has
 */
export function modernizeCompiled({ optimizer, ...config }: Json, outputs: number): Json {
  const kept = Object.entries(config).filter(([key, value]) => KEPT.includes(key) && value !== null);
  return {
    optimizer: modernOptimizer(optimizer),
    ...Object.fromEntries(kept.map(([key, value]) => [key, modern(forOutputs(key, value, outputs))])),
  };
}

/** A list of metrics that names no output is for each of them. */
function forOutputs(key: string, value: unknown, outputs: number): unknown {
  const isForAll = key.endsWith("metrics") && Array.isArray(value) && !value.some(Array.isArray);
  return isForAll && outputs > 1 ? Array.from({ length: outputs }, () => value) : value;
}

function modernOptimizer(optimizer: unknown): unknown {
  if (typeof optimizer === "string") {
    const name = Object.keys(RULES).find((known) => known.toLowerCase() === optimizer.toLowerCase());
    if (!name) return optimizer;
    const config = { learning_rate: name === "SGD" ? 0.01 : 0.001 };
    return { module: "keras.optimizers", class_name: name, config, registered_name: null };
  }
  if (!isNode(optimizer)) return optimizer;
  const { jit_compile: _jit, is_legacy_optimizer: _legacy, lr, decay, ...config } = optimizer.config;
  const settings: Json = { learning_rate: lr, ...config };
  const rate = settings.learning_rate;
  return {
    module: "keras.optimizers",
    class_name: optimizer.class_name.replace(/^.*>/, ""),
    config: Object.fromEntries(
      Object.entries({
        ...settings,
        ...(typeof decay === "number" && decay > 0 && { learning_rate: decaying(rate, decay) }),
      }).filter(([, value]) => value !== null && value !== undefined),
    ),
    registered_name: null,
  };
}

/** Keras 3's schedule of a rate that Keras 2's optimizers divide by 1 + decay * steps. */
const decaying = (rate: unknown, decay: number) => ({
  module: "keras.optimizers.schedules",
  class_name: "InverseTimeDecay",
  config: {
    initial_learning_rate: rate,
    decay_steps: 1,
    decay_rate: decay,
    staircase: false,
    name: "InverseTimeDecay",
  },
  registered_name: null,
});

/** Losses and metrics: Keras 2 has the names of functions where Keras 3 has the functions, and another default reduction. */
function modern(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(modern);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    if (key === "reduction" && item === "auto") return [key, "sum_over_batch_size"];
    if (key === "fn" && typeof item === "string") return [key, functionOf(item)];
    return [key, modern(item)];
  });
  return Object.fromEntries(entries);
}

const functionOf = (name: string) => ({
  module: "keras.metrics",
  class_name: "function",
  config: name,
  registered_name: name,
});
