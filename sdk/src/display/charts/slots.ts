import { bisect } from "../../bars/search.js";
/** A picture is read, not counted: of more bars than this several share a slot. */
export const MOST_SLOTS = 2000;

/** Which bars a picture shows, and how many of them each of its slots holds. */
export interface Slots {
  /** The first bar; a multiple of `merged`, so that a slot holds the same bars wherever the picture begins. */
  readonly begin: number;
  /** Past the last bar. */
  readonly end: number;
  readonly merged: number;
  readonly count: number;
}

/** The fewest bars a slot with which `from` to before `to` of `length` bars take at most `most` slots. */
export function slotsOf(length: number, from: number, to: number, most = MOST_SLOTS): Slots {
  for (let merged = Math.max(1, Math.ceil((to - from) / most)); ; merged++) {
    const begin = Math.floor(from / merged) * merged;
    const end = Math.min(length, Math.ceil(to / merged) * merged);
    const count = Math.max(0, Math.ceil((end - begin) / merged));
    if (count <= most) return { begin, end, merged, count };
  }
}

const REDUCTIONS = {
  first: (kept: number) => kept,
  last: (_: number, value: number) => value,
  min: (kept: number, value: number) => (value < kept ? value : kept),
  max: (kept: number, value: number) => (value > kept ? value : kept),
  sum: (kept: number, value: number) => kept + value,
  /** What is furthest from zero. */
  peak: (kept: number, value: number) => (Math.abs(value) > Math.abs(kept) ? value : kept),
} as const;
export type Reduction = keyof typeof REDUCTIONS;

function reduce(values: Float64Array, from: number, to: number, how: Reduction): number {
  const combine = REDUCTIONS[how];
  let kept = Number.NaN;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    kept = Number.isNaN(kept) ? value : combine(kept, value);
  }
  return kept;
}

/** Of a column with a value a bar, one a slot; what is no number is left out, and NaN is where nothing remains. */
export function perSlot(values: Float64Array, { begin, end, merged, count }: Slots, how: Reduction): Float64Array {
  if (merged === 1) return values.subarray(begin, end).map((value) => (Number.isFinite(value) ? value : Number.NaN));
  const kept = new Float64Array(count);
  for (let slot = 0; slot < count; slot++) {
    const from = begin + slot * merged;
    kept[slot] = reduce(values, from, Math.min(from + merged, end), how);
  }
  return kept;
}

/**
 * Calls `visit` for each slot that has values, with the first and past the last.
 * @param rows the bar of each value, ascending; null: one a bar
 */
export function eachSlot(
  rows: Float64Array | null,
  { begin, end, merged, count }: Slots,
  visit: (slot: number, from: number, to: number) => void,
): void {
  if (!rows) {
    for (let slot = 0; slot < count; slot++)
      visit(slot, begin + slot * merged, Math.min(begin + (slot + 1) * merged, end));
    return;
  }
  let from = bisect(rows, begin);
  while (from < rows.length && (rows[from] as number) < end) {
    const slot = Math.floor(((rows[from] as number) - begin) / merged);
    const to = bisect(rows, Math.min(begin + (slot + 1) * merged, end));
    visit(slot, from, to);
    from = to;
  }
}

/** A line's points: of each slot its least and greatest value, in their order, so that no spike is lost. */
export function linePoints(values: Float64Array, rows: Float64Array | null, slots: Slots) {
  const points = { slots: [] as number[], values: [] as number[] };
  const add = (slot: number, value: number) => {
    points.slots.push(slot);
    points.values.push(value);
  };
  eachSlot(rows, slots, (slot, from, to) => {
    let [least, greatest] = [-1, -1];
    for (let i = from; i < to; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      if (least < 0 || value < (values[least] as number)) least = i;
      if (greatest < 0 || value > (values[greatest] as number)) greatest = i;
    }
    if (least < 0) add(slot, Number.NaN);
    else if (values[least] === values[greatest]) add(slot, values[least] as number);
    else for (const i of least < greatest ? [least, greatest] : [greatest, least]) add(slot, values[i] as number);
  });
  return points;
}

/** Columns of values, each reduced to one value for every slot in which values lie. */
export function slotPoints(
  columns: readonly (readonly [values: Float64Array, how: Reduction])[],
  rows: Float64Array | null,
  slots: Slots,
) {
  const points = { slots: [] as number[], columns: columns.map((): number[] => []) };
  eachSlot(rows, slots, (slot, from, to) => {
    points.slots.push(slot);
    for (const [k, [values, how]] of columns.entries()) points.columns[k]?.push(reduce(values, from, to, how));
  });
  return points;
}
