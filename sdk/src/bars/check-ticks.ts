import { LitDataError } from "../errors.js";
import type { TickColumns } from "./tick-frame.js";
import type { TradingDay } from "./trading-day.js";

/** What stands out among the trades of a date. */
export interface TickCounts {
  readonly trades: number;
  /** Trades equal to the one before them in time, price and size. */
  readonly duplicates: number;
  /** Trades earlier than the one before them in the source. */
  readonly disorder: number;
  /** Trades at a price of zero or less. */
  readonly nonPositive: number;
  /** Of a source's bars: those whose open or close is not between low and high. */
  readonly inconsistent?: number;
}

/** What is checked. */
export interface CheckContext {
  readonly day: TradingDay;
  /** The source, for messages. */
  readonly where: string;
  readonly strict: boolean;
}

/**
 * Checks the trades of one date and orders them by time (stable: trades of the same time stay as the source has them).
 * @throws LitDataError at what is no number or no time of the date; if strict, also at what TickCounts counts
 */
export function checkTicks(
  ticks: TickColumns,
  { day: { date, day }, where, strict }: CheckContext,
): { readonly ticks: TickColumns; readonly counts: TickCounts } {
  const fail = (index: number, what: string) =>
    new LitDataError(`${where}: trade ${index} of ${date} ${what}`, { code: "INVALID_TICK" });
  const { from, to } = day;
  const { time, price, size } = ticks;
  const known = duplicatesInOrder(ticks, from, to);
  if (known === 0 || (known > 0 && !strict))
    return { ticks, counts: { trades: time.length, duplicates: known, disorder: 0, nonPositive: 0 } };
  let disorder = 0;
  let nonPositive = 0;
  let firstDisorder = -1;
  let firstNonPositive = -1;
  for (let i = 0; i < time.length; i++) {
    const t = time[i] as number;
    const p = price[i] as number;
    const v = size[i] as number;
    if (!(t >= from && t < to))
      throw fail(i, `has the time ${t}, expected µs since the epoch from ${from} to before ${to}`);
    if (!Number.isFinite(p)) throw fail(i, `has the price ${p}, expected a number`);
    if (!(v >= 0 && v < Infinity)) throw fail(i, `has the size ${v}, expected a number of 0 or more`);
    if (i > 0 && t < (time[i - 1] as number) && disorder++ === 0) firstDisorder = i;
    if (p <= 0 && nonPositive++ === 0) firstNonPositive = i;
  }
  if (strict && disorder > 0) throw fail(firstDisorder, "is earlier than the one before it (strict)");
  if (strict && nonPositive > 0) throw fail(firstNonPositive, `has the price ${price[firstNonPositive]} (strict)`);
  const ordered = disorder > 0 ? sortByTime({ time, price, size }) : ticks;
  let duplicates = 0;
  for (let i = 1; i < time.length; i++) {
    if (ordered.time[i] !== ordered.time[i - 1]) continue;
    if (ordered.price[i] !== ordered.price[i - 1] || ordered.size[i] !== ordered.size[i - 1]) continue;
    if (strict) throw fail(i, "is the same as the one before it (strict)");
    duplicates++;
  }
  return { ticks: ordered, counts: { trades: time.length, duplicates, disorder, nonPositive } };
}

/** How many duplicates there are among trades that are in order, at positive prices and of the day; -1 if some are not. */
function duplicatesInOrder({ time, price, size }: TickColumns, from: number, to: number): number {
  let duplicates = 0;
  let last = from;
  for (let i = 0; i < time.length; i++) {
    const t = time[i] as number;
    const p = price[i] as number;
    const v = size[i] as number;
    if (!(t >= last && p > 0 && p < Infinity && v >= 0 && v < Infinity)) return -1;
    if (t === last && i > 0 && p === price[i - 1] && v === size[i - 1]) duplicates++;
    last = t;
  }
  return last < to ? duplicates : -1;
}

/** Columns ordered by their times (stable). */
export function sortByTime<C extends Readonly<Record<"time", Float64Array>>>(columns: C): C {
  const { time } = columns;
  const order = Uint32Array.from(time, (_, i) => i).sort((a, b) => (time[a] as number) - (time[b] as number) || a - b);
  const entries = Object.entries(columns as Record<string, Float64Array>);
  return Object.fromEntries(
    entries.map(([name, column]) => [name, Float64Array.from(order, (i) => column[i] as number)]),
  ) as C;
}
