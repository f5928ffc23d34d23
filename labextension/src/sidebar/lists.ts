import type { Result } from "@litlab/sdk/rpc";

/** A vault item as it is listed. */
export type Item = Result<"items.list">[number];

/** What a row shows, of whichever section. */
export interface Entry {
  readonly name: string;
  /** `YYYY-MM-DD`, in UTC; empty where there is none. */
  readonly date: string;
  readonly value: number | null;
  readonly color: string | null;
  /** Whether it is an item that keeps the canvas that it was drawn on. */
  readonly hasCanvas: boolean;
  /** What a person sees on holding the mouse over it. */
  readonly title: string;
  /** In lower case, what the filter looks into. */
  readonly text: string;
}

export const KINDS = ["item", "asset", "canvas"] as const;
export type Kind = (typeof KINDS)[number];

export const SORT_KEYS = ["name", "value", "date"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Sort {
  readonly by: SortKey;
  readonly descending: boolean;
}

const NAMES = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

export function itemEntry({ name, color, value, dateAdded, model, hasCanvas }: Item): Entry {
  const date = dateAdded.slice(0, 10);
  const title = [name, model, dateAdded].join("\n");
  return { name, date, value, color, hasCanvas, title, text: `${name}\n${model}\n${date}`.toLowerCase() };
}

export const assetEntry = ({ name }: { name: string }): Entry => namedEntry(name, "");

export const canvasEntry = ({ name, modified }: { name: string; modified: string }): Entry =>
  namedEntry(name, modified.slice(0, 10));

const namedEntry = (name: string, date: string): Entry => ({
  name,
  date,
  value: null,
  color: null,
  hasCanvas: false,
  title: name,
  text: `${name}\n${date}`.toLowerCase(),
});

/** A copy in the order of names. Names are compared slowly: a list that comes nearly in order takes a fifth of the time. */
export const byName = (entries: readonly Entry[]): Entry[] => entries.toSorted((a, b) => NAMES.compare(a.name, b.name));

/**
 * Entries in another order; what has no value comes last either way, equals go by name.
 * @param entries in the order of names
 */
export function sorted(entries: readonly Entry[], { by, descending }: Sort): readonly Entry[] {
  const sign = descending ? -1 : 1;
  if (by === "name") return descending ? entries.toReversed() : entries;
  if (by === "date") return entries.toSorted((a, b) => sign * (a.date < b.date ? -1 : Number(a.date > b.date)));
  return entries.toSorted((a, b) =>
    a.value === null || b.value === null
      ? Number(a.value === null) - Number(b.value === null)
      : sign * (a.value - b.value),
  );
}

/** Those that hold every word of the filter. */
export function filtered(entries: readonly Entry[], filter: string): readonly Entry[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? entries : entries.filter(({ text }) => words.every((word) => text.includes(word)));
}

/** The next entry after `from`, round to it again, whose name begins with what was typed; -1 if there is none. */
export function findByPrefix(entries: readonly Entry[], typed: string, from: number): number {
  const prefix = typed.toLowerCase();
  const count = entries.length;
  // One more letter of the same name stays where it is.
  const first = typed.length > 1 ? from : from + 1;
  for (let i = 0; i < count; i++) {
    const index = (((first + i) % count) + count) % count;
    if (entries[index]?.text.startsWith(prefix)) return index;
  }
  return -1;
}
