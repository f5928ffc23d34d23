import { BAR_COLUMNS, type BarColumn } from "./bar-frame.js";
import type { TickColumns } from "./tick-frame.js";

/**
 * Where bars begin: bar `k` holds the trades `starts[k]` to `starts[k + 1] - 1`, and is stamped with `stamps[k]`
 * (µs since the epoch).
 */
export interface BarBounds {
  /** One more than bars: the last is the end of the last bar. */
  readonly starts: Int32Array;
  readonly stamps: Float64Array;
}

/**
 * Bins of `step` µs that begin at `from` and end at `to` at the latest; a bin without a trade makes no bar. The ends are
 * found by galloping, so a bin of many trades costs a few comparisons.
 * @param time ordered, from <= time < to
 * @param future stamp with the bin's start instead of its end
 */
export function timeBounds(time: Float64Array, from: number, to: number, step: number, future: boolean): BarBounds {
  const length = time.length;
  const capacity = Math.min(length, Math.ceil((to - from) / step));
  const starts = new Int32Array(capacity + 1);
  const stamps = new Float64Array(capacity);
  let bars = 0;
  for (let i = 0; i < length; bars++) {
    const start = from + Math.floor(((time[i] as number) - from) / step) * step;
    const end = Math.min(start + step, to);
    starts[bars] = i;
    stamps[bars] = future ? start : end;
    let low = i;
    let high = i + 1;
    for (let leap = 2; high < length && (time[high] as number) < end; leap *= 2) {
      low = high;
      high = i + leap;
    }
    if (high > length) high = length;
    for (low++; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((time[middle] as number) < end) low = middle + 1;
      else high = middle;
    }
    i = low;
  }
  starts[bars] = length;
  return { starts: starts.subarray(0, bars + 1), stamps: stamps.subarray(0, bars) };
}

/** Groups of `size` trades, stamped with the last (future: the first) trade's time; an incomplete last one is dropped. */
export function tickBounds(time: Float64Array, size: number, future: boolean): BarBounds {
  const bars = Math.floor(time.length / size);
  const starts = Int32Array.from({ length: bars + 1 }, (_, k) => k * size);
  const stamps = Float64Array.from({ length: bars }, (_, k) => time[k * size + (future ? 0 : size - 1)] ?? 0);
  return { starts, stamps };
}

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
  add({ price, size }: TickColumns, { starts, stamps }: BarBounds): void {
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
    this.#length += bars;
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

  /** The columns, cut to the bars that are there. */
  finish(): BarColumns {
    const cut = (column: Float64Array) => (column.length === this.#length ? column : column.slice(0, this.#length));
    const { timestamp, ...columns } = this.#columns;
    for (const name of BAR_COLUMNS) columns[name] = cut(columns[name]);
    return { ...columns, timestamp: cut(timestamp) };
  }

  #reserve(length: number): void {
    const capacity = this.#columns.open.length;
    if (length <= capacity) return;
    const grown = allocate(capacity === 0 ? length : Math.max(length, capacity * 2));
    for (const name of [...BAR_COLUMNS, "timestamp"] as const)
      grown[name].set(this.#columns[name].subarray(0, this.#length));
    this.#columns = grown;
  }
}

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
