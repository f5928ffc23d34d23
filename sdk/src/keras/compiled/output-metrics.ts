import { LitModelError } from "../../errors.js";
import type { OutputMetric } from "./compiled.js";
import { loadMetric } from "./load-metric.js";
import { listsPerOutput, type OutputNames } from "./per-output.js";

/** The metrics of a compile config, and why others of it do not load. */
export interface LoadedMetrics {
  readonly metrics: readonly OutputMetric[];
  readonly reasons: readonly string[];
}

/** The metrics that a compile config has for the outputs, named and in the order as in the results of Keras. */
export function loadMetrics(config: Readonly<Record<string, unknown>>, names: readonly OutputNames[]): LoadedMetrics {
  const reasons: string[] = [];
  const orReason = <T>(load: () => T[]): T[] => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof LitModelError)) throw error;
      reasons.push(error.message);
      return [];
    }
  };
  const uses = new Map<string, number>();
  const unused = (name: string): string => {
    const count = uses.get(name) ?? 0;
    uses.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
  const found = ["metrics", "weighted_metrics"].flatMap((key) => {
    const isWeighted = key === "weighted_metrics";
    const lists = orReason(() => listsPerOutput(config[key], names));
    return lists.flatMap((list, output) => {
      const before = names.length > 1 ? `${names[output]?.at(-1)}_` : "";
      const loaded = list.flatMap((value) => orReason(() => [loadMetric(value)]));
      return loaded.map(({ name, metric }) => {
        const isTaken = isWeighted && uses.has(before + name);
        return { name: unused(`${before}${isTaken ? "weighted_" : ""}${name}`), own: name, output, metric, isWeighted };
      });
    });
  });
  // Keras gives those under their own names first, then the others sorted.
  const others = found.filter(({ name, own }) => name !== own).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { metrics: [...found.filter(({ name, own }) => name === own), ...others], reasons };
}
