import { STEPS } from "./date-records.js";
import type { SourceBars } from "./source-bars.js";
import { checkInstant, DATED_INSTANTS, dateOfInstant, midnightOf, nextDate } from "./time-zone.js";

/** Trades, or bars, `begin` to `end - 1` lie on one date. */
export interface Run {
  readonly date: string;
  readonly begin: number;
  readonly end: number;
}

/** Columns of numbers under their names, as many values in each. */
export type Columns = Readonly<Record<string, Float64Array>> & { readonly time: Float64Array };

/**
 * Where the dates of trades in a source's order change.
 * @param where names the source in messages
 * @throws LitDataError at a time that has no date
 */
export function* dateRuns(time: Float64Array, timeZone: string, where: string): Generator<Run, void, undefined> {
  yield* spans(time, timeZone, `${where}: trade`, 0);
}

/**
 * The same of bars, whose stamps become their bins' starts, in place: a bar that ends at midnight lies on the date before.
 * @param where names the source in messages
 * @throws LitDataError at a time that has no date
 */
export function* barRuns(
  time: Float64Array,
  { unit, size, stamp = "start" }: SourceBars,
  timeZone: string,
  where: string,
): Generator<Run, void, undefined> {
  const isEnd = stamp === "end";
  for (const span of spans(time, timeZone, `${where}: bar`, isEnd ? 1 : 0)) {
    const { begin, end, from, to } = span;
    if (unit === "day") time.fill(from, begin, end);
    else if (isEnd) {
      const length = STEPS[unit] * size;
      // A date's last bar may be cut by its end.
      const last = from + Math.floor((to - 1 - from) / length) * length;
      for (let i = begin; i < end; i++) time[i] = time[i] === to ? last : (time[i] as number) - length;
    }
    yield span;
  }
}

/** `lag`: how many µs before its time a value lies. */
function* spans(time: Float64Array, timeZone: string, what: string, lag: number) {
  for (let begin = 0, end = 0; begin < time.length; begin = end) {
    const first = (time[begin] as number) - lag;
    checkInstant(first, `${what} ${begin} has the time`, DATED_INSTANTS);
    const date = dateOfInstant(first, timeZone);
    const from = midnightOf(date, timeZone);
    const to = midnightOf(nextDate(date), timeZone);
    while (end < time.length && (time[end] as number) - lag >= from && (time[end] as number) - lag < to) end++;
    yield { date, begin, end, from, to };
  }
}

/** Adds a value to those of a date. */
export function addTo<V>(dates: Map<string, V[]>, date: string, value: V): void {
  const values = dates.get(date);
  if (values) values.push(value);
  else dates.set(date, [value]);
}

/** The same, dates ascending. */
export const sortedByDate = <V>(dates: ReadonlyMap<string, V>): Map<string, V> =>
  new Map([...dates].sort(([a], [b]) => (a < b ? -1 : 1)));

/** Rows `begin` to `end - 1` over the same memory. */
export const cutColumns = <C extends Readonly<Record<keyof C, Float64Array>>>(
  columns: C,
  { begin, end }: Omit<Run, "date">,
): C =>
  Object.fromEntries(
    Object.entries<Float64Array>(columns).map(([name, column]) => [name, column.subarray(begin, end)]),
  ) as C;

/** The same in memory of their own. */
export const copyColumns = (columns: Columns): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice()])) as Columns;

/** Columns one after the other. */
export function joinColumns<C extends Readonly<Record<keyof C, Float64Array>>>(
  parts: readonly C[],
  names: readonly (keyof C)[],
): C {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const join = (name: keyof C) => {
    const column = new Float64Array(parts.reduce((sum, part) => sum + part[name].length, 0));
    let at = 0;
    for (const part of parts) {
      column.set(part[name], at);
      at += part[name].length;
    }
    return column;
  };
  return Object.fromEntries(names.map((name) => [name, join(name)])) as C;
}
