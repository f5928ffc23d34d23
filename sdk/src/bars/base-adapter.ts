import { LitDataError } from "../errors.js";
import { BarBuilder, tickBounds, timeBounds } from "./aggregate.js";
import { BarFrame, UNITS, type Unit } from "./bar-frame.js";
import { checkTicks, type TickCounts } from "./check-ticks.js";
import { type TickColumns, TickFrame } from "./tick-frame.js";
import { checkTimeZone, DAY, HOUR, midnightOf, nextDate, SECOND, toDate } from "./time-zone.js";

/** A trading date "YYYY-MM-DD" in the adapter's zone, or an instant whose date is taken there: a Date, or µs since the epoch. */
export type DateLike = string | Date | number;

/** One date, or the first and last of several. */
export type DateRange = DateLike | readonly [from: DateLike, to: DateLike];

const STEPS = { sec: SECOND, min: 60 * SECOND, hour: HOUR } as const;
const CACHE_BYTES = 512 * 2 ** 20;

/**
 * Bars and ticks of one instrument (the reference's BaseAdapter). A source says which dates have trades and gives the
 * trades of a date; everything else is computed here.
 */
export abstract class BaseAdapter {
  /** The IANA zone whose calendar makes the trading dates. */
  readonly timeZone: string;
  readonly #strict: boolean;
  readonly #cache = new Map<string, { readonly ticks: TickColumns; readonly counts: TickCounts }>();
  #cachedBytes = 0;

  /** `strict` refuses duplicates, disorder, and prices that are zero or negative. Default false. */
  constructor({ timeZone, strict = false }: { readonly timeZone: string; readonly strict?: boolean }) {
    this.timeZone = checkTimeZone(timeZone);
    this.#strict = strict;
  }

  /** The dates that have trades, ascending. */
  protected abstract listDates(): Promise<readonly string[]>;

  /** The trades of one of `listDates()`, in the source's order. `where` names the source in messages. */
  protected abstract loadDate(date: string): Promise<{ readonly ticks: TickColumns; readonly where: string }>;

  /** The trading dates that have trades, ascending. */
  async getDates(): Promise<string[]> {
    return [...(await this.listDates())];
  }

  /**
   * All trades of one trading date, ordered by time; an empty frame if there was none.
   * @throws LitDataError if the date or the source's data is not valid
   */
  async getDate(date: DateLike): Promise<TickFrame> {
    return new TickFrame((await this.#load(toDate(date, this.timeZone))).ticks, this.timeZone);
  }

  /** How many trades of a date are duplicates, out of order, or at a price of zero or less. */
  async getCounts(date: DateLike): Promise<TickCounts> {
    return (await this.#load(toDate(date, this.timeZone))).counts;
  }

  /**
   * The bars of a trading date, or of a range of dates `[from, to]`, both included.
   *
   * Bins of sec, min and hour start at the date's midnight in the adapter's zone and count elapsed time; the last ends at
   * the next midnight. Bars of n ticks count from the date's first trade; an incomplete last one is dropped. `n` day bars
   * group n consecutive dates with trades, from the range's first. A bin without a trade makes no bar.
   * @param future false (features): stamped with the bin's end; true (labels): with its start
   * @throws LitDataError
   */
  async getBarDaterange(date: DateRange, unit: Unit = "tick", size = 1, future = false): Promise<BarFrame> {
    if (!UNITS.includes(unit))
      throw new LitDataError(`${JSON.stringify(unit)} is no unit of bars, expected one of ${UNITS.join(", ")}`);
    if (!Number.isSafeInteger(size) || size < 1)
      throw new LitDataError(`${String(size)} is no size of bars, expected a whole number of 1 or more`);
    const dates = await this.#datesOf(date);
    const builder = new BarBuilder();
    for (const [position, day] of dates.entries()) {
      const { ticks } = await this.#load(day);
      if (unit === "tick") {
        builder.add(ticks, tickBounds(ticks.time, size, future));
        continue;
      }
      const from = midnightOf(day, this.timeZone);
      const to = midnightOf(nextDate(day), this.timeZone);
      const step = unit === "day" ? to - from : STEPS[unit] * size;
      builder.add(ticks, timeBounds(ticks.time, from, to, step, future));
      if (unit === "day" && position % size !== 0) builder.mergeLast(future);
    }
    return new BarFrame(builder.finish(), { timeZone: this.timeZone, unit, size });
  }

  /** The minute bars of a trading date: `getBarDaterange(date, "min", size, future)`. */
  getMinuteBars(date: DateRange, size = 1, future = false): Promise<BarFrame> {
    return this.getBarDaterange(date, "min", size, future);
  }

  /**
   * The scale that normalises any bar: the highest open, high, low and close (the highest price), the trade count, volume,
   * mean and largest trade size of the whole range.
   * @throws LitDataError if there is no trade
   */
  async getMaxValues(): Promise<number[]> {
    const { high, tradeCount, volSum, volMean, volMax } = await this.#wholeRange();
    const price = high[0] as number;
    return [price, price, price, price, ...[tradeCount, volSum, volMean, volMax].map((column) => column[0] as number)];
  }

  async #wholeRange(): Promise<BarFrame> {
    const dates = await this.listDates();
    const [first, last] = [dates[0], dates.at(-1)];
    if (first === undefined || last === undefined) throw new LitDataError("the adapter's source has no trades");
    return this.getBarDaterange([first, last], "day", dates.length);
  }

  async #datesOf(range: DateRange): Promise<readonly string[]> {
    const [from, to] = (Array.isArray(range) ? range : [range, range]).map((date) => toDate(date, this.timeZone));
    if (from === undefined || to === undefined || from > to)
      throw new LitDataError(`${JSON.stringify(range)} is no range of dates, expected [first, last]`);
    return (await this.listDates()).filter((date) => from <= date && date <= to);
  }

  async #load(date: string): Promise<{ readonly ticks: TickColumns; readonly counts: TickCounts }> {
    const cached = this.#cache.get(date);
    if (cached) {
      this.#cache.delete(date);
      this.#cache.set(date, cached);
      return cached;
    }
    if (!(await this.listDates()).includes(date))
      return checkTicks(EMPTY, { date, where: "", strict: false, from: 0, to: DAY });
    const { ticks, where } = await this.loadDate(date);
    const from = midnightOf(date, this.timeZone);
    const to = midnightOf(nextDate(date), this.timeZone);
    const loaded = checkTicks(ticks, { date, where, strict: this.#strict, from, to });
    this.#cache.set(date, loaded);
    this.#cachedBytes += bytesOf(loaded.ticks);
    for (const [oldest, { ticks: old }] of this.#cache) {
      if (this.#cachedBytes <= CACHE_BYTES || oldest === date) break;
      this.#cache.delete(oldest);
      this.#cachedBytes -= bytesOf(old);
    }
    return loaded;
  }
}

const EMPTY: TickColumns = { time: new Float64Array(), price: new Float64Array(), size: new Float64Array() };

const bytesOf = ({ time }: TickColumns): number => 3 * time.byteLength;
