import { LitDataError } from "../errors.js";
import type { BarBuilder } from "./aggregate.js";
import type { Unit } from "./bar-frame.js";
import { type BarBounds, timeBounds } from "./bounds.js";
import { type CheckContext, sortByTime, type TickCounts } from "./check-ticks.js";
import { type DateRecords, type RowCutter, STEPS } from "./date-records.js";
import { binsOf } from "./date-ticks.js";
import { SOURCE_BAR_COLUMNS, type SourceBarColumns, type SourceBars } from "./source-bars.js";
import { formatInstant } from "./time-zone.js";
import { spanOf, type TradingDay } from "./trading-day.js";

/** The checked bars that a source has of one trading date, from which longer ones are made. */
export class DateBars implements DateRecords {
  readonly counts: TickCounts;
  readonly #bars: SourceBarColumns;
  readonly #source: SourceBars;
  readonly #day: TradingDay;
  readonly #where: string;

  /** @throws LitDataError if they are no bars of the date */
  constructor(bars: SourceBarColumns, source: SourceBars, context: CheckContext) {
    this.#day = context.day;
    this.#where = context.where;
    this.#source = source;
    const checked = checkBars(bars, context);
    this.counts = checked.counts;
    this.#bars = source.unit === "day" ? checked.bars : within(checked.bars, context.day);
  }

  get length(): number {
    return this.#bars.time.length;
  }

  get bytes(): number {
    return this.length * SOURCE_BAR_COLUMNS.length * 8;
  }

  get time(): Float64Array {
    return this.#bars.time;
  }

  get close(): Float64Array {
    return this.#bars.close;
  }

  bounds(unit: Unit, size: number, future: boolean): BarBounds {
    const { time } = this.#bars;
    const [windows, step] = binsOf(this.#day, unit as "day", size);
    const bounds = timeBounds(time, windows, step, future);
    const own = lengthOf(this.#source);
    // Each of the source's bars has to lie in one bin.
    for (let k = 0; k < bounds.stamps.length; k++) {
      const last = time[(bounds.starts[k + 1] as number) - 1] as number;
      const bin = future ? (bounds.stamps[k] as number) + step : (bounds.stamps[k] as number);
      const end = Math.min(bin, spanOf(windows).to);
      // The date's last bar ends with it.
      if (this.#source.unit === "day" || Math.min(last + own, this.#day.day.to) <= end) continue;
      const { unit: held, size: length } = this.#source;
      throw new LitDataError(
        `${this.#where}: its bar of ${length} ${held} at ${formatInstant(last, this.#day.timeZone)} reaches beyond a bar of ${size} ${unit}, which ends at ${formatInstant(end, this.#day.timeZone)}`,
      );
    }
    return bounds;
  }

  addTo(builder: BarBuilder, bounds: BarBounds): void {
    builder.addRows(bounds, (begin, end, row) => this.writeRow(begin, end, row));
  }

  writeRow(begin: number, end: number, row: Float64Array): void {
    const { open, high, low, close, volume, tradeCount } = this.#bars;
    let [highest, lowest, trades, sum] = [-Infinity, Infinity, 0, 0];
    for (let i = begin; i < end; i++) {
      highest = Math.max(highest, high[i] as number);
      lowest = Math.min(lowest, low[i] as number);
      trades += tradeCount[i] as number;
      sum += volume[i] as number;
    }
    // The largest trade is not known from bars.
    row.set([open[begin] as number, highest, lowest, close[end - 1] as number, trades, sum, sum / trades, Number.NaN]);
  }

  partsOf(): RowCutter {
    return { cut: (begin, end, row) => this.writeRow(begin, end, row) };
  }
}

/** What one of the source's bars takes, µs; a day's depends on the clock. */
const lengthOf = ({ unit, size }: SourceBars): number => (unit === "day" ? 0 : STEPS[unit] * size);

/**
 * Checks what bars a source says it holds.
 * @throws LitDataError
 */
export function checkSourceBars(source: SourceBars, hasSession: boolean): SourceBars {
  const { unit, size, stamp = "start" } = source;
  const fail = (what: string) => new LitDataError(`the source's bars ${JSON.stringify(source)}: ${what}`);
  if (unit !== "day" && !Object.hasOwn(STEPS, unit)) throw fail("expected a unit of sec, min, hour or day");
  if (!Number.isSafeInteger(size) || size < 1) throw fail("expected a size that is a whole number of 1 or more");
  if (unit === "day" && size !== 1) throw fail("expected bars of one day");
  if (stamp !== "start" && stamp !== "end") throw fail('expected the stamp "start" or "end"');
  if (unit === "day" && hasSession) throw fail("day bars cannot be cut to a session");
  return { unit, size, stamp };
}

/**
 * Refuses bars that a source of bars cannot make.
 * @throws LitDataError
 */
export function checkCoarser(source: SourceBars, unit: Unit, size: number): void {
  const asked = unit === "day" ? Infinity : Object.hasOwn(STEPS, unit) ? STEPS[unit as keyof typeof STEPS] * size : 0;
  if (source.unit === "day" ? unit === "day" : asked >= lengthOf(source)) return;
  throw new LitDataError(
    `the source holds bars of ${source.size} ${source.unit}, bars of ${size} ${unit} need ${asked > 0 ? "finer ones" : "trades"}`,
  );
}

function checkBars(
  bars: SourceBarColumns,
  { day: { date, day }, where, strict }: CheckContext,
): { readonly bars: SourceBarColumns; readonly counts: TickCounts } {
  const fail = (index: number, what: string) =>
    new LitDataError(`${where}: bar ${index} of ${date} ${what}`, { code: "INVALID_BAR" });
  const { time, open, high, low, close, volume, tradeCount } = bars;
  const found = { duplicates: 0, disorder: 0, nonPositive: 0, inconsistent: 0 };
  const count = (what: keyof typeof found, index: number, text: string) => {
    if (strict) throw fail(index, `${text} (strict)`);
    found[what]++;
  };
  for (let i = 0; i < time.length; i++) {
    const t = time[i] as number;
    if (!(t >= day.from && t < day.to))
      throw fail(i, `begins at ${t}, expected µs since the epoch from ${day.from} to before ${day.to}`);
    const prices = [open[i], high[i], low[i], close[i]] as number[];
    if (!prices.every(Number.isFinite)) throw fail(i, `has the prices ${prices.join(", ")}, expected numbers`);
    for (const [name, column] of [
      ["volume", volume],
      ["trade count", tradeCount],
    ] as const)
      if ((column[i] as number) < 0 || column[i] === Infinity)
        throw fail(i, `has the ${name} ${column[i]}, expected a number of 0 or more`);
    if (i > 0 && t < (time[i - 1] as number)) count("disorder", i, "is earlier than the one before it");
    if (Math.min(...prices) <= 0) count("nonPositive", i, `has the prices ${prices.join(", ")}`);
    if (Math.max(...prices) !== high[i] || Math.min(...prices) !== low[i])
      count("inconsistent", i, `has the prices ${prices.join(", ")}, expected the highest second and the lowest third`);
  }
  const ordered = found.disorder > 0 ? sortByTime(bars) : bars;
  for (let i = 1; i < time.length; i++)
    if (ordered.time[i] === ordered.time[i - 1]) count("duplicates", i, "begins when the one before it does");
  return { bars: ordered, counts: { trades: time.length, ...found } };
}

/** The bars that begin within a date's session. */
function within(bars: SourceBarColumns, { day, windows }: TradingDay): SourceBarColumns {
  if (windows[0] === day) return bars;
  const isIn = bars.time.map((t) => Number(windows.some(({ from, to }) => from <= t && t < to)));
  const cut = SOURCE_BAR_COLUMNS.map((name) => [name, bars[name].filter((_, i) => isIn[i] === 1)]);
  return Object.fromEntries(cut) as SourceBarColumns;
}
