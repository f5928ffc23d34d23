import { isRecord } from "../../keras/file/container.js";

const LIMITS = { depth: 8, entries: 64, characters: 2000 };

/** What the graph says itself. */
const OWN = new Set(["name", "layers", "input_layers", "output_layers"]);

/** A layer's settings as far as anyone reads them: what is long or deep is cut, what is no number in JSON is a text. */
export const tidySettings = (config: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => !OWN.has(key))
      .slice(0, LIMITS.entries)
      .map(([key, value]) => [cut(key), tidy(value, 1)]),
  );

function tidy(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cut(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  const isList = Array.isArray(value);
  if (!isList && !isRecord(value)) return value;
  if (depth > LIMITS.depth) return "…";
  if (!isList) {
    const entries = Object.entries(value);
    const kept = entries.slice(0, LIMITS.entries).map(([key, item]) => [cut(key), tidy(item, depth + 1)]);
    return Object.fromEntries(entries.length > LIMITS.entries ? [...kept, ["…", entries.length]] : kept);
  }
  const kept = value.slice(0, LIMITS.entries).map((item) => tidy(item, depth + 1));
  return value.length > LIMITS.entries ? [...kept, `… ${value.length} in all`] : kept;
}

const cut = (text: string): string => (text.length > LIMITS.characters ? `${text.slice(0, LIMITS.characters)}…` : text);
