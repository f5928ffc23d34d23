import type { BarBuilder } from "./aggregate.js";
import type { Unit } from "./bar-frame.js";
import { BarParts } from "./bar-parts.js";
import type { BarSeries } from "./bar-series.js";
import { type BarBounds, brickBounds, thresholdBounds, tickBounds, timeBounds } from "./bounds.js";
import { type CheckContext, checkTicks, type TickCounts } from "./check-ticks.js";
import { type DateRecords, STEPS } from "./date-records.js";
import { cutColumns } from "./date-runs.js";
import { bisect } from "./search.js";
import { joinTicks, type TickColumns } from "./tick-frame.js";
import { TickTree } from "./tick-tree.js";
import { spanOf, type TradingDay, type Window } from "./trading-day.js";

/** Three columns, their tree, its windows and parts of bars. */
const BYTES_A_TRADE = 3 * 8 * 1.35;

/** The checked trades of one trading date. */
export class DateTicks implements DateRecords {
  readonly ticks: TickColumns;
  readonly counts: TickCounts;
  readonly #day: TradingDay;
  #tree: TickTree | undefined;
  /** Of the bars whose parts were asked for last. */
  #parts: { readonly bars: BarSeries; readonly future: boolean; readonly parts: BarParts } | undefined;

  /** @throws LitDataError if they are no trades of the date */
  constructor(ticks: TickColumns, context: CheckContext) {
    this.#day = context.day;
    const checked = checkTicks(ticks, context);
    this.ticks = within(checked.ticks, context.day);
    this.counts = checked.counts;
  }

  get length(): number {
    return this.ticks.time.length;
  }

  get bytes(): number {
    return this.length * BYTES_A_TRADE;
  }

  get time(): Float64Array {
    return this.ticks.time;
  }

  get close(): Float64Array {
    return this.ticks.price;
  }

  bounds(unit: Unit, size: number, future: boolean): BarBounds {
    const { ticks } = this;
    if (unit === "tick") return tickBounds(ticks.time, size, future);
    if (unit === "renko") return brickBounds(ticks, size, future);
    if (unit === "volume" || unit === "dollar" || unit === "imbalance")
      return thresholdBounds(ticks, unit, size, future);
    return timeBounds(ticks.time, ...binsOf(this.#day, unit, size), future);
  }

  addTo(builder: BarBuilder, bounds: BarBounds): void {
    builder.add(this.ticks, bounds);
  }

  writeRow(begin: number, end: number, row: Float64Array): void {
    this.#tree ??= new TickTree(this.ticks);
    this.#tree.write(begin, end, row);
  }

  partsOf(bars: BarSeries, offset: number, future: boolean): BarParts {
    if (this.#parts?.bars !== bars || this.#parts.future !== future)
      this.#parts = { bars, future, parts: new BarParts(this.ticks, bars.startsWithin(offset, this.length), future) };
    return this.#parts.parts;
  }
}

/** A date's bins of a unit of time: the windows that they begin in, and how long each is, µs. */
export function binsOf(
  { windows }: TradingDay,
  unit: "sec" | "min" | "hour" | "day",
  size: number,
): readonly [windows: readonly Window[], step: number] {
  if (unit !== "day") return [windows, STEPS[unit] * size];
  const { from, to } = spanOf(windows);
  return [[{ from, to }], to - from];
}

/** The trades within a date's session. */
function within(ticks: TickColumns, { day, windows }: TradingDay): TickColumns {
  if (windows[0] === day) return ticks;
  const { time } = ticks;
  return joinTicks(
    windows.map(({ from, to }) => {
      const begin = bisect(time, from);
      return cutColumns(ticks, { begin, end: bisect(time, to, false, begin) });
    }),
  );
}
