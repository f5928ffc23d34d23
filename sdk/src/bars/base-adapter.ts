import { LitDataError } from "../errors.js";
import { BarBuilder } from "./aggregate.js";
import { Audit, type AuditOptions, auditDate, type DateAudit, type Outlier } from "./audit.js";
import { BarFrame, UNITS, type Unit } from "./bar-frame.js";
import { BarSeries } from "./bar-series.js";
import type { BarBounds } from "./bounds.js";
import { ByteCache } from "./byte-cache.js";
import type { TickCounts } from "./check-ticks.js";
import { checkCoarser, checkSourceBars, DateBars } from "./date-bars.js";
import type { DateRecords } from "./date-records.js";
import { DateTicks } from "./date-ticks.js";
import { BarFinder, type BarRequest, History } from "./history.js";
import { ROW } from "./rows.js";
import type { SourceBarColumns, SourceBars } from "./source-bars.js";
import { type TickColumns, TickFrame } from "./tick-frame.js";
import { checkTimeZone, toDate } from "./time-zone.js";
import { type Session, type SessionParts, sessionParts, type TradingDay, tradingDay } from "./trading-day.js";

/** A trading date "YYYY-MM-DD" in the adapter's zone, or an instant whose date is taken there: a Date, or µs since the epoch. */
export type DateLike = string | Date | number;

/** One date, or the first and last of several. */
export type DateRange = DateLike | readonly [from: DateLike, to: DateLike];

/** What a source has of one date: trades, or the bars that it declares; `where` names the source in messages. */
export interface LoadedDate {
  readonly ticks: TickColumns | SourceBarColumns;
  readonly where: string;
}

/** What all adapters keep in memory: `LIT_CACHE_MB`, by default 1024. */
const cache = new ByteCache<DateRecords | BarSeries>(() => {
  const limit = Number(process.env.LIT_CACHE_MB || 1024);
  if (!(limit >= 0)) throw new LitDataError(`LIT_CACHE_MB is ${process.env.LIT_CACHE_MB}, expected a number of MB`);
  return limit * 2 ** 20;
});
let adapters = 0;

/** What every adapter takes. */
export interface BaseOptions {
  /** The IANA zone whose calendar makes the trading dates. */
  readonly timeZone: string;
  /** Refuse duplicates, disorder, and prices that are zero or negative. Default false. */
  readonly strict?: boolean;
  /**
   * Only trades of a part of each date, from whose start bins of sec, min and hour count: "regular", "extended", or times
   * by the zone's clock such as `[{ from: "09:00", to: "17:30" }]`. Default: the whole date.
   */
  readonly session?: Session;
}

/**
 * Bars and ticks of one instrument (the reference's BaseAdapter). A source says which dates have trades and gives the
 * trades of a date; everything else is computed here. Trades and bars are kept in memory up to `LIT_CACHE_MB` (default
 * 1024) for all adapters together.
 */
export abstract class BaseAdapter {
  /** The IANA zone whose calendar makes the trading dates. */
  readonly timeZone: string;
  readonly #strict: boolean;
  readonly #session: SessionParts | null;
  readonly #id = String(adapters++);
  /** What is being read: two calls for one date read it once. */
  readonly #reading = new Map<string, Promise<DateRecords>>();
  #history: Promise<History> | undefined;
  #finder: { readonly unit: Unit; readonly request: BarRequest; readonly finder: BarFinder } | undefined;

  /** The bars that the source holds instead of trades; null if it holds trades. */
  readonly sourceBars: SourceBars | null;

  constructor({ timeZone, strict = false, session, sourceBars }: BaseOptions & { readonly sourceBars?: SourceBars }) {
    this.timeZone = checkTimeZone(timeZone);
    this.#session = session === undefined ? null : sessionParts(session, timeZone);
    this.sourceBars = sourceBars ? checkSourceBars(sourceBars, this.#session !== null) : null;
    this.#strict = strict;
  }

  /** The dates that have trades, ascending. */
  protected abstract listDates(): Promise<readonly string[]>;

  /** The trades, or the bars, of one of `listDates()`, in the source's order. */
  protected abstract loadDate(date: string): Promise<LoadedDate>;

  /** The trading dates that have trades, ascending. */
  async getDates(): Promise<string[]> {
    return [...(await this.listDates())];
  }

  /**
   * All trades of one trading date, ordered by time; an empty frame if there was none.
   * @throws LitDataError if the date or the source's data is not valid, or the source holds bars
   */
  async getDate(date: DateLike): Promise<TickFrame> {
    return this.#tickFrame(await this.#date(date));
  }

  #tickFrame(records: DateRecords): TickFrame {
    if (records instanceof DateTicks) return new TickFrame(records.ticks, this.timeZone);
    const { size, unit } = this.sourceBars as SourceBars;
    throw new LitDataError(
      `the source holds bars of ${size} ${unit} and no trades: take getBarDaterange(date, "${unit}", ${size})`,
    );
  }

  /** How many trades of a date are duplicates, out of order, or at a price of zero or less. */
  async getCounts(date: DateLike): Promise<TickCounts> {
    return (await this.#date(date)).counts;
  }

  /**
   * The trades of a range of dates, a frame a date, for ranges that are larger than memory: what is done with is forgotten.
   * @throws LitDataError
   */
  async *stream(range: DateRange): AsyncGenerator<TickFrame, void, undefined> {
    for (const date of await this.#datesOf(range))
      yield this.#tickFrame(this.#cached(this.#key(date)) ?? (await this.#read(date)));
  }

  /**
   * The bars of a trading date, or of a range of dates `[from, to]`, both included.
   *
   * Bins of sec, min and hour start at the date's midnight in the adapter's zone and count elapsed time; the last ends at
   * the next midnight. Bars of n ticks count from the date's first trade; an incomplete last one is dropped. `n` day bars
   * group n consecutive dates with trades, from the range's first. A bin without a trade makes no bar. Bars of volume,
   * dollar (price times volume) and imbalance end with the trade at which that reaches `size`, and with the date; renko
   * are bricks of `size` in price.
   * @param future false (features): stamped with the bin's end; true (labels): with its start
   * @throws LitDataError
   */
  async getBarDaterange(date: DateRange, unit: Unit = "tick", size = 1, future = false): Promise<BarFrame> {
    this.#checkUnit(unit, size);
    const builder = new BarBuilder();
    await this.#build(builder, await this.#datesOf(date), unit, size, future);
    return new BarFrame(builder.finish(), { timeZone: this.timeZone, unit, size, future });
  }

  /** The minute bars of a trading date: `getBarDaterange(date, "min", size, future)`. */
  getMinuteBars(date: DateRange, size = 1, future = false): Promise<BarFrame> {
    return this.getBarDaterange(date, "min", size, future);
  }

  /**
   * Up to `count` bars at a trade, oldest first; fewer where the range ends. Trades are counted over the adapter's whole
   * range of dates, from 0.
   *
   * Looking back (`future` false) the last bar holds trade `index`. Looking forward the first begins with trade
   * `index + 1`, and is the rest of its bin. Bars of ticks are counted from `index`, also over dates, and an incomplete
   * outermost one is dropped.
   * @param index a trade's number; null is the last trade
   * @param preventLookaheadBias looking back: the last bar ends with trade `index`; false: it is the whole bin
   * @throws LitDataError
   */
  async getBars(
    index: number | null = null,
    count = 1,
    unit: Unit = "tick",
    size = 1,
    future = false,
    preventLookaheadBias = true,
  ): Promise<BarFrame> {
    const found = this.#findBars(unit, { count, size, future, preventLookaheadBias });
    const finder = found instanceof Promise ? await found : found;
    const plan = finder.plan(checkIndex(index ?? finder.history.length - 1, finder.history.length));
    const holding = finder.hold(plan);
    const held = holding instanceof Promise ? await holding : holding;
    return new BarFrame(finder.columns(plan, held), { timeZone: this.timeZone, unit, size, future });
  }

  /**
   * `getBars` for many trades at once, as training data needs it: sample i's bar k is
   * `out[(i * count + k) * 8]` and the seven values after it, in the order of BAR_COLUMNS. Where there are fewer than
   * `count` bars, the missing rows are NaN: the first ones looking back, the last ones looking forward.
   * @param out of `indices.length * count * 8` values
   * @returns how many samples have all their bars
   * @throws LitDataError
   */
  async getBarsInto(
    indices: ArrayLike<number>,
    count: number,
    unit: Unit,
    size: number,
    future: boolean,
    preventLookaheadBias: boolean,
    out: Float32Array | Float64Array,
  ): Promise<number> {
    if (!(out instanceof Float64Array || out instanceof Float32Array))
      throw new LitDataError("getBarsInto: out is no Float32Array and no Float64Array");
    const finder = await this.#findBars(unit, { count, size, future, preventLookaheadBias });
    const width = count * ROW;
    if (out.length !== indices.length * width)
      throw new LitDataError(
        `getBarsInto: out has ${out.length} values, expected ${indices.length} x ${count} x ${ROW} = ${indices.length * width}`,
      );
    const { length } = finder.history;
    for (let i = 0; i < indices.length; i++) checkIndex(indices[i] as number, length);
    let complete = 0;
    for (let i = 0; i < indices.length; i++) {
      const plan = finder.plan(indices[i] as number);
      const held = finder.hold(plan);
      const [at, end] = [i * width, (i + 1) * width];
      const missing = width - plan.length * ROW;
      finder.write(plan, held instanceof Promise ? await held : held, out, future ? at : at + missing);
      if (missing === 0) complete++;
      else if (future) out.fill(Number.NaN, end - missing, end);
      else out.fill(Number.NaN, at, at + missing);
    }
    return complete;
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

  /**
   * What stands out in the source, date by date: duplicates, disorder, prices of zero or less, outliers (more than 10 mean
   * absolute deviations and 0.1 % from the median of the 50 prices around), gaps, weekdays without trades, and changes of
   * the clock. Nothing is refused, also where the adapter is strict.
   * @param range default: all dates
   * @throws LitDataError at what is no number or no time
   */
  async audit(range?: DateRange, { gap = 300, onProgress }: AuditOptions = {}): Promise<Audit> {
    if (!(gap > 0)) throw new LitDataError(`audit: a gap of ${String(gap)} s, expected a number above 0`);
    const dates = range === undefined ? await this.listDates() : await this.#datesOf(range);
    const audited: DateAudit[] = [];
    const outliers: Outlier[] = [];
    for (const date of dates) {
      const day = this.#day(date);
      const found = auditDate(this.#records(day, await this.loadDate(date), false), day, gap);
      audited.push(found.date);
      outliers.push(...found.outliers);
      onProgress?.({ date, dates: audited.length, of: dates.length });
    }
    return new Audit({ dates: audited, outliers, gap, timeZone: this.timeZone });
  }

  async #wholeRange(): Promise<BarFrame> {
    const dates = await this.listDates();
    const [first, last] = [dates[0], dates.at(-1)];
    if (first === undefined || last === undefined) throw noTrades();
    const whole = await this.getBarDaterange([first, last], "day", dates.length);
    if (whole.length === 0) throw noTrades();
    return whole;
  }

  /** At once where the last call asked for the same. */
  #findBars(unit: Unit, request: BarRequest): BarFinder | Promise<BarFinder> {
    const last = this.#finder;
    return last?.unit === unit && isSame(last.request, request) ? last.finder : this.#makeFinder(unit, request);
  }

  async #makeFinder(unit: Unit, request: BarRequest): Promise<BarFinder> {
    const { count, size } = request;
    this.#checkUnit(unit, size);
    if (!Number.isSafeInteger(count) || count < 1)
      throw new LitDataError(`${String(count)} is no count of bars, expected a whole number of 1 or more`);
    this.#history ??= this.#count().catch((error) => {
      this.#history = undefined; // what is mended is read the next time
      throw error;
    });
    const history = await this.#history;
    const series = unit === "tick" ? null : await this.#series(history, unit, size);
    const finder = new BarFinder(history, series, request, unit === "renko");
    this.#finder = { unit, request, finder };
    return finder;
  }

  async #count(): Promise<History> {
    const dates = await this.listDates();
    if (dates.length === 0) throw noTrades();
    const counts: number[] = [];
    for (const date of dates) counts.push((await this.#load(date)).length);
    if (counts.every((count) => count === 0)) throw noTrades();
    const keys = dates.map((date) => this.#key(date));
    return new History(dates, counts, (i) => this.#cached(keys[i] as string) ?? this.#load(dates[i] as string));
  }

  async #series({ dates }: History, unit: Unit, size: number): Promise<BarSeries> {
    const key = this.#key(`${unit} ${size}`);
    const cached = cache.get(key);
    if (cached instanceof BarSeries) return cached;
    const builder = new BarBuilder();
    const parts = await this.#build(builder, dates, unit, size, false);
    const series = new BarSeries(builder.finish(), startsOf(parts, builder.length, unit === "renko"));
    cache.set(key, series);
    return series;
  }

  /** Builds the bars of some dates. */
  async #build(
    builder: BarBuilder,
    dates: readonly string[],
    unit: Unit,
    size: number,
    future: boolean,
  ): Promise<readonly Part[]> {
    const parts: Part[] = [];
    let offset = 0;
    for (const date of dates) {
      const loaded = this.#load(date);
      const records = loaded instanceof Promise ? await loaded : loaded;
      if (records.length === 0) continue; // none within the session
      const bounds = records.bounds(unit, size, future);
      if (parts.length === 0) builder.expect(bounds.stamps.length * dates.length);
      records.addTo(builder, bounds);
      const isMerged = unit === "day" && parts.length % size !== 0;
      if (isMerged) builder.mergeLast(future);
      parts.push({ bounds, offset, trades: records.length, isMerged });
      offset += records.length;
    }
    return parts;
  }

  async #datesOf(range: DateRange): Promise<readonly string[]> {
    const [from, to, more] = (Array.isArray(range) ? range : [range, range]).map((date) => toDate(date, this.timeZone));
    if (from === undefined || to === undefined || more !== undefined || from > to)
      throw new LitDataError(`${JSON.stringify(range)} is no range of dates, expected [first, last]`);
    return (await this.listDates()).filter((date) => from <= date && date <= to);
  }

  async #date(like: DateLike): Promise<DateRecords> {
    const date = toDate(like, this.timeZone);
    if ((await this.listDates()).includes(date)) return this.#load(date);
    return this.#records(this.#day(date), { ticks: EMPTY, where: "" });
  }

  #key(date: string): string {
    return `${this.#id} ${date}`;
  }

  #cached(key: string): DateRecords | undefined {
    const cached = cache.get(key);
    return cached instanceof BarSeries ? undefined : cached;
  }

  #load(date: string): DateRecords | Promise<DateRecords> {
    const found = this.#cached(this.#key(date)) ?? this.#reading.get(date);
    if (found) return found;
    const reading = this.#read(date)
      .then((records) => {
        cache.set(this.#key(date), records);
        return records;
      })
      .finally(() => this.#reading.delete(date));
    this.#reading.set(date, reading);
    return reading;
  }

  async #read(date: string): Promise<DateRecords> {
    return this.#records(this.#day(date), await this.loadDate(date));
  }

  #day(date: string): TradingDay {
    return tradingDay(date, this.timeZone, this.#session);
  }

  #records(day: TradingDay, { ticks, where }: LoadedDate, strict = this.#strict): DateRecords {
    const context = { day, where, strict };
    if ("price" in ticks) return new DateTicks(ticks, context);
    if (this.sourceBars) return new DateBars(ticks, this.sourceBars, context);
    throw new LitDataError(`${where}: bars of an adapter that does not say which bars its source holds`);
  }

  #checkUnit(unit: Unit, size: number): void {
    checkUnit(unit, size);
    if (this.sourceBars) checkCoarser(this.sourceBars, unit, size);
  }
}

/** A date's bars: where they begin among its trades. */
interface Part {
  readonly bounds: BarBounds;
  /** How many trades come before the date's, and how many it has. */
  readonly offset: number;
  readonly trades: number;
  /** Its bar belongs to the bar before. */
  readonly isMerged: boolean;
}

/** The number of each bar's first trade (of a brick: of the first after it), and at the end of all trades. */
function startsOf(parts: readonly Part[], bars: number, areBricks: boolean): Float64Array {
  const starts = new Float64Array(bars + 1);
  let at = 0;
  for (const { bounds, offset, isMerged } of parts)
    if (!isMerged)
      for (let k = 0; k < bounds.stamps.length; k++)
        starts[at++] = offset + (bounds.starts[areBricks ? k + 1 : k] as number);
  const last = parts.at(-1);
  starts[at] = last ? last.offset + last.trades : 0;
  return starts;
}

const EMPTY: TickColumns = { time: new Float64Array(), price: new Float64Array(), size: new Float64Array() };

const noTrades = () => new LitDataError("the adapter's source has no trades, or none within its session");

const isSame = (a: BarRequest, b: BarRequest): boolean =>
  a.count === b.count &&
  a.size === b.size &&
  a.future === b.future &&
  a.preventLookaheadBias === b.preventLookaheadBias;

function checkUnit(unit: Unit, size: number): void {
  if (!UNITS.includes(unit))
    throw new LitDataError(`${JSON.stringify(unit)} is no unit of bars, expected one of ${UNITS.join(", ")}`);
  const isAmount = unit === "volume" || unit === "dollar" || unit === "renko";
  if (isAmount ? !(size > 0 && size < Infinity) : !Number.isSafeInteger(size) || size < 1)
    throw new LitDataError(
      `${String(size)} is no size of ${unit} bars, expected ${isAmount ? "a number above 0" : "a whole number of 1 or more"}`,
    );
}

function checkIndex(index: number, length: number): number {
  if (!Number.isSafeInteger(index) || index < 0 || index >= length)
    throw new LitDataError(`there is no trade ${String(index)}, expected a whole number from 0 to ${length - 1}`);
  return index;
}
