import { checkInstant, DATED_INSTANTS, dateOfInstant, midnightOf, nextDate } from "./time-zone.js";

/** Trades `begin` to `end - 1` lie on one date. */
export interface Run {
  readonly date: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * Where the dates of trades in a source's order change.
 * @param where names the source in messages
 * @throws LitDataError at a time that has no date
 */
export function* dateRuns(time: Float64Array, timeZone: string, where: string): Generator<Run, void, undefined> {
  for (let begin = 0, end = 0; begin < time.length; begin = end) {
    const first = time[begin] as number;
    checkInstant(first, `${where}: trade ${begin} has the time`, DATED_INSTANTS);
    const date = dateOfInstant(first, timeZone);
    const from = midnightOf(date, timeZone);
    const to = midnightOf(nextDate(date), timeZone);
    while (end < time.length && (time[end] as number) >= from && (time[end] as number) < to) end++;
    yield { date, begin, end };
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
