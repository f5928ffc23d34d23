import { BAR_COLUMNS, type BarColumn } from "./bar-frame.js";
import type { BarBounds } from "./bounds.js";
import { ROW } from "./rows.js";
import type { TickColumns } from "./tick-frame.js";

/** A frame's columns, with the bars' stamps. */
export type BarColumns = Record<BarColumn | "timestamp", Float64Array>;

/** Columns of bars that are filled date by date. */
export class BarBuilder {
  #columns = allocate(0);
  #length = 0;

  /** How many bars there are so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends the bars of some trades. */
  add({ price, size }: TickColumns, { starts, stamps, bricks }: BarBounds): void {
    const bars = stamps.length;
    this.#reserve(this.#length + bars);
    const { open, high, low, close, tradeCount, volSum, volMean, volMax, timestamp } = this.#columns;
    for (let k = 0, at = this.#length; k < bars; k++, at++) {
      const begin = starts[k] as number;
      const end = starts[k + 1] as number;
      // Two accumulators a value: the loop's comparisons do not wait for each other.
      let max1 = price[begin] as number;
      let min1 = max1;
      let sum1 = 0;
      let vol1 = size[begin] as number;
      let max2 = max1;
      let min2 = max1;
      let sum2 = 0;
      let vol2 = vol1;
      open[at] = max1;
      let i = begin;
      for (const last = end - 1; i < last; i += 2) {
        const p = price[i] as number;
        const q = price[i + 1] as number;
        const v = size[i] as number;
        const w = size[i + 1] as number;
        if (p > max1) max1 = p;
        if (p < min1) min1 = p;
        if (q > max2) max2 = q;
        if (q < min2) min2 = q;
        if (v > vol1) vol1 = v;
        if (w > vol2) vol2 = w;
        sum1 += v;
        sum2 += w;
      }
      if (i < end) {
        const p = price[i] as number;
        const v = size[i] as number;
        if (p > max1) max1 = p;
        if (p < min1) min1 = p;
        if (v > vol1) vol1 = v;
        sum1 += v;
      }
      const sum = sum1 + sum2;
      high[at] = max1 > max2 ? max1 : max2;
      low[at] = min1 < min2 ? min1 : min2;
      close[at] = price[end - 1] as number;
      tradeCount[at] = end - begin;
      volSum[at] = sum;
      volMean[at] = sum / (end - begin);
      volMax[at] = vol1 > vol2 ? vol1 : vol2;
      timestamp[at] = stamps[k] as number;
    }
    if (bricks) this.#toBricks(bricks);
    this.#length += bars;
  }

  /** Appends bars by their rows: `write` writes that of some records as `ROW` values from `row[0]` on. */
  addRows({ starts, stamps }: BarBounds, write: (begin: number, end: number, row: Float64Array) => void): void {
    this.#reserve(this.#length + stamps.length);
    const row = new Float64Array(ROW);
    for (const [k, stamp] of stamps.entries()) {
      write(starts[k] as number, starts[k + 1] as number, row);
      for (const [column, name] of BAR_COLUMNS.entries()) this.#columns[name][this.#length] = row[column] as number;
      this.#columns.timestamp[this.#length++] = stamp;
    }
  }

  /** Bricks have the prices of their edges; those without a trade, no volume. */
  #toBricks({ open, close }: NonNullable<BarBounds["bricks"]>): void {
    const columns = this.#columns;
    for (let k = 0, at = this.#length; k < open.length; k++, at++) {
      const [from, to] = [open[k] as number, close[k] as number];
      columns.open[at] = from;
      columns.high[at] = Math.max(from, to);
      columns.low[at] = Math.min(from, to);
      columns.close[at] = to;
      if (columns.tradeCount[at] === 0) columns.volMean[at] = columns.volMax[at] = 0;
    }
  }

  /** Lets the last bar take in a later bar of one date: how a bar spans several dates. */
  mergeLast(future: boolean): void {
    const last = --this.#length;
    const at = last - 1;
    const { high, low, close, tradeCount, volSum, volMean, volMax, timestamp } = this.#columns;
    const get = (column: Float64Array, row: number) => column[row] as number;
    high[at] = Math.max(get(high, at), get(high, last));
    low[at] = Math.min(get(low, at), get(low, last));
    close[at] = get(close, last);
    tradeCount[at] = get(tradeCount, at) + get(tradeCount, last);
    volSum[at] = get(volSum, at) + get(volSum, last);
    volMean[at] = get(volSum, at) / get(tradeCount, at);
    volMax[at] = Math.max(get(volMax, at), get(volMax, last));
    if (!future) timestamp[at] = get(timestamp, last);
  }

  /** About how many bars there will be. */
  expect(bars: number): void {
    this.#reserve(Math.min(bars, MOST_EXPECTED));
  }

  /** The columns, cut to the bars that are there; little memory beyond them is left as it is. */
  finish(): BarColumns {
    const isTight = this.#length >= 0.8 * this.#columns.open.length;
    const cut = (column: Float64Array) => (isTight ? column.subarray(0, this.#length) : column.slice(0, this.#length));
    const { timestamp, ...columns } = this.#columns;
    for (const name of BAR_COLUMNS) columns[name] = cut(columns[name]);
    return { ...columns, timestamp: cut(timestamp) };
  }

  #reserve(length: number): void {
    const capacity = this.#columns.open.length;
    if (length <= capacity) return;
    const grown = allocate(capacity === 0 ? length : Math.max(length, Math.ceil(capacity * 1.5)));
    for (const name of [...BAR_COLUMNS, "timestamp"] as const)
      grown[name].set(this.#columns[name].subarray(0, this.#length));
    this.#columns = grown;
  }
}

/** Bars that memory is taken for before they are there. */
const MOST_EXPECTED = 10_000_000;

function allocate(length: number): BarColumns {
  const column = () => new Float64Array(length);
  return {
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    tradeCount: column(),
    volSum: column(),
    volMean: column(),
    volMax: column(),
    timestamp: column(),
  };
}
