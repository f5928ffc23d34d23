import type { BarBuilder } from "./aggregate.js";
import type { Unit } from "./bar-frame.js";
import type { BarSeries } from "./bar-series.js";
import type { BarBounds } from "./bounds.js";
import type { TickCounts } from "./check-ticks.js";
import { HOUR, SECOND } from "./time-zone.js";

/** The trades, or the bars, that a source has of one trading date; what stands outside the session is left out. */
export interface DateRecords {
  readonly length: number;
  readonly bytes: number;
  readonly counts: TickCounts;
  /** When they were, µs since the epoch, and the price then. */
  readonly time: Float64Array;
  readonly close: Float64Array;
  /** Where the date's bars begin among them. */
  bounds(unit: Unit, size: number, future: boolean): BarBounds;
  /** Appends the date's bars. */
  addTo(builder: BarBuilder, bounds: BarBounds): void;
  /** Writes the bar of `begin` to `end - 1` as a row: a value of each of BAR_COLUMNS. */
  writeRow(begin: number, end: number, row: Float64Array): void;
  /**
   * What cuts the rows of `bars`: to their records up to `end - 1`, or (`future`) from `begin` on.
   * @param offset the number of the date's first record among those of `bars`
   */
  partsOf(bars: BarSeries, offset: number, future: boolean): RowCutter;
}

/** Lets a whole bar's row be that of its records `begin` to `end - 1` alone. */
export interface RowCutter {
  cut(begin: number, end: number, row: Float64Array): void;
}

/** What a unit of time takes, µs; a day's length depends on the clock. */
export const STEPS = { sec: SECOND, min: 60 * SECOND, hour: HOUR } as const;
