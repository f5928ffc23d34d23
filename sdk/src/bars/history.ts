import type { FrameColumns } from "./bar-frame.js";
import type { BarSeries } from "./bar-series.js";
import type { DateRecords } from "./date-records.js";
import { mergeRow, putRow, ROW, transpose, type Values } from "./rows.js";
import { Lookup } from "./search.js";
import { SeriesColumns } from "./series-columns.js";

/** The trades of the date at a position among the dates, at once if they are at hand. */
export type LoadDate = (position: number) => DateRecords | Promise<DateRecords>;

/** The trades of a whole range, counted over its dates. */
export class History {
  readonly dates: readonly string[];
  /** The number of each date's first trade, and at the end of all trades. */
  readonly #offsets: Float64Array;
  readonly #lookup: Lookup;
  readonly #load: LoadDate;
  readonly #bar = new Float64Array(ROW);
  readonly #later = new Float64Array(ROW);

  constructor(dates: readonly string[], counts: readonly number[], load: LoadDate) {
    this.dates = dates;
    this.#offsets = new Float64Array(dates.length + 1);
    for (const [i, count] of counts.entries()) this.#offsets[i + 1] = (this.#offsets[i] as number) + count;
    this.#lookup = new Lookup(this.#offsets);
    this.#load = load;
  }

  /** How many trades there are. */
  get length(): number {
    return this.#offsets[this.dates.length] as number;
  }

  /** The dates of the trades `begin` to `end - 1`, at once if they are at hand. */
  hold(begin: number, end: number): Held | Promise<Held> {
    if (begin >= end) return NOTHING;
    const first = this.#lookup.lastUpTo(begin);
    const load = this.#load(first);
    if (end <= (this.#offsets[first + 1] as number) && !(load instanceof Promise)) return { first, ticks: [load] };
    const held = [load];
    for (let d = first + 1; (this.#offsets[d] as number) < end; d++) held.push(this.#load(d));
    return held.some((ticks) => ticks instanceof Promise)
      ? Promise.all(held).then((ticks) => ({ first, ticks }))
      : { first, ticks: held as DateRecords[] };
  }

  /** Writes `count` bars of `size` trades each as rows, the first of which begins at the trade `begin`, and at `values[at]`. */
  write(held: Held, begin: number, size: number, count: number, values: Values, at: number): void {
    for (let k = 0, date = held.first; k < count; k++) {
      date = this.#gather(held, date, begin + k * size, begin + (k + 1) * size, this.#bar);
      putRow(values, at + k * ROW, this.#bar);
    }
  }

  /**
   * Lets the row be that of the bar of the trades `begin` to `end - 1`.
   * @param since the position of a date that has the first of them, or of one before
   * @returns the last one's date
   */
  #gather({ first, ticks }: Held, since: number, begin: number, end: number, row: Float64Array): number {
    let date = since;
    for (let from = begin; from < end; ) {
      while (from >= (this.#offsets[date + 1] as number)) date++;
      const offset = this.#offsets[date] as number;
      const to = Math.min(end, this.#offsets[date + 1] as number);
      const isLater = from > begin;
      (ticks[date - first] as DateRecords).writeRow(from - offset, to - offset, isLater ? this.#later : row);
      if (isLater) mergeRow(row, this.#later);
      from = to;
    }
    return date;
  }

  /** Lets the row of one of `bars` be that of its trades `begin` to `end - 1` alone: its first ones, or (`future`) its last. */
  cut(held: Held, bars: BarSeries, future: boolean, begin: number, end: number, row: Float64Array): void {
    const [records] = held.ticks;
    // A bar of several dates.
    if (!records || held.ticks.length > 1) this.#gather(held, held.first, begin, end, row);
    else {
      const offset = this.#offsets[held.first] as number;
      records.partsOf(bars, offset, future).cut(begin - offset, end - offset, row);
    }
  }
}

/** The trades of dates that follow one another. */
export interface Held {
  /** The position of the first of them among the history's dates. */
  readonly first: number;
  readonly ticks: readonly DateRecords[];
}

const NOTHING: Held = { first: 0, ticks: [] };

/** What bars are asked for: `count` of `size` units, from a trade on or up to it. */
export interface BarRequest {
  readonly count: number;
  readonly size: number;
  readonly future: boolean;
  readonly preventLookaheadBias: boolean;
}

/** Where the bars at a trade come from: whole ones from the series, the others from trades. */
export interface BarPlan {
  readonly length: number;
  /** The series' bar that is the first row. */
  readonly bar: number;
  /** The row from which on bars are made of trades, how many there are, of how many trades each, and the first trade. */
  readonly row: number;
  readonly bars: number;
  readonly trades: number;
  readonly begin: number;
}

/** Finds the bars at a trade. */
export class BarFinder {
  readonly history: History;
  /** The whole bars of units of time; null for bars of trades, which are counted from the trade. */
  readonly #series: BarSeries | null;
  readonly #request: BarRequest;
  readonly #areBricks: boolean;
  readonly #row = new Float64Array(ROW);

  constructor(history: History, series: BarSeries | null, request: BarRequest, areBricks: boolean) {
    this.history = history;
    this.#series = series;
    this.#request = request;
    this.#areBricks = areBricks;
  }

  plan(index: number): BarPlan {
    const { count, size, future, preventLookaheadBias } = this.#request;
    const series = this.#series;
    const next = index + 1;
    if (!series) {
      const length = Math.min(count, Math.floor((future ? this.history.length - next : next) / size));
      return { length, bar: 0, row: 0, bars: length, trades: size, begin: future ? next : next - length * size };
    }
    if (future && next === this.history.length) return { length: 0, bar: 0, row: 0, bars: 0, trades: 0, begin: 0 };
    if (this.#areBricks) {
      // Bricks are whole: those that are complete with the trade, or are completed after it.
      const known = series.barOf(next) + 1;
      const length = Math.min(count, future ? series.length - known : known);
      return { length, bar: future ? known : known - length, row: 0, bars: 0, trades: 0, begin: 0 };
    }
    const bar = series.barOf(future ? next : index);
    const begin = series.starts[bar] as number;
    const end = series.starts[bar + 1] as number;
    if (future) {
      const length = Math.min(count, series.length - bar);
      return { length, bar, row: 0, bars: next > begin ? 1 : 0, trades: end - next, begin: next };
    }
    const length = Math.min(count, bar + 1);
    const isCut = preventLookaheadBias && next < end;
    return { length, bar: bar - length + 1, row: length - 1, bars: isCut ? 1 : 0, trades: next - begin, begin };
  }

  /** The trades that a plan needs. */
  hold({ begin, trades, bars }: BarPlan): Held | Promise<Held> {
    return this.history.hold(begin, begin + trades * bars);
  }

  /** Writes a plan's bars as rows, the first of which begins at `values[at]`. */
  write(plan: BarPlan, held: Held, values: Values, at: number): void {
    const series = this.#series;
    if (series) {
      series.copy(plan.bar, plan.length, values, at);
      if (plan.bars > 0) putRow(values, at + plan.row * ROW, this.#cut(series, plan, held, this.#row));
    } else this.history.write(held, plan.begin, plan.trades, plan.bars, values, at);
  }

  /** A plan's bars as columns. */
  columns(plan: BarPlan, held: Held): FrameColumns {
    const { length, bar } = plan;
    const series = this.#series;
    if (!series) {
      const rows = new Float64Array(length * ROW);
      this.write(plan, held, rows, 0);
      return new SeriesColumns(transpose(rows, ROW, new Float64Array(rows.length)), 0, length);
    }
    const cut = plan.bars > 0 ? this.#cut(series, plan, held, new Float64Array(ROW)) : null;
    return new SeriesColumns(series.columns, bar, length, cut, plan.row);
  }

  /** Lets a row be that of the plan's bar that is made of trades. */
  #cut(series: BarSeries, { bar, row: at, begin, trades }: BarPlan, held: Held, row: Float64Array): Float64Array {
    series.read(bar + at, row);
    this.history.cut(held, series, this.#request.future, begin, begin + trades, row);
    return row;
  }
}
