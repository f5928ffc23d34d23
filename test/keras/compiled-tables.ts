import { isMetric } from "../../sdk/dist/keras/compiled/load-metric.js";
import { isLoss } from "../../sdk/dist/keras/compiled/loss-functions.js";
import { REFUSED_COMPILED } from "../../sdk/dist/keras/compiled/refused.js";
import { SCHEDULES } from "../../sdk/dist/keras/compiled/schedules.js";
import { RULES } from "../../sdk/dist/keras/compiled/update-rules.js";
import { runPython } from "../python.js";

/** The classes of stock Keras that a compiled model is of, without abstract ones. */
const CLASSES = `
import json, keras
abstract = {"Optimizer", "OptimizerMap", "Loss", "Metric", "MeanMetricWrapper", "LearningRateSchedule"}
def names(module):
    return sorted({item.__name__ for key in dir(module) if isinstance(item := getattr(module, key), type)} - abstract)
print(json.dumps([names(keras.optimizers), names(keras.losses), names(keras.metrics), names(keras.optimizers.schedules)]))`;

type Kind = readonly [mark: string, title: string, loads: (name: string) => boolean];

const KINDS: readonly Kind[] = [
  [
    "optimizers",
    "Optimizer",
    (name) => Object.hasOwn(RULES, name) || ["LossScaleOptimizer", "MultiOptimizer"].includes(name),
  ],
  ["losses", "Loss", isLoss],
  ["metrics", "Metric", isMetric],
  ["schedules", "Schedule", (name) => Object.hasOwn(SCHEDULES, name)],
];

const NOTES: Readonly<Record<string, string>> = {
  LossScaleOptimizer: "as the optimizer within: all is float32",
  MultiOptimizer: "of an `OptimizerMap`, not of layers within layers (recurrent, attention, wrappers)",
};

/** The tables of docs/keras.md of what models are compiled with, by their marks; and what stands in none. */
export async function compiledTables(): Promise<{ tables: [string, string][]; unknown: string[] }> {
  const found = JSON.parse(await runPython(CLASSES)) as string[][];
  const unknown: string[] = [];
  const tables = KINDS.map(([mark, title, loads], i): [string, string] => {
    const rows = (found[i] ?? []).map((name) => {
      if (loads(name)) return `| ${name} | yes | yes | ${NOTES[name] ?? ""} |`;
      const reason = REFUSED_COMPILED.get(name);
      if (!reason) unknown.push(name);
      return `| ${name} | no | as it was | ${reason} |`;
    });
    return [mark, [`| ${title} | loads | saves | |`, "| --- | --- | --- | --- |", ...rows].join("\n")];
  });
  return { tables, unknown };
}
