import { instantiate } from "../instantiate.js";
import { WASM } from "./aggregate.wasm.js";
import { BAR_COLUMNS, type BarColumn } from "./bar-frame.js";
import type { BarBounds } from "./bounds.js";
import { mergeRow, ROW } from "./rows.js";
import { bisect } from "./search.js";
import type { TickColumns } from "./tick-frame.js";

/** A frame's columns, with the bars' stamps. */
export type BarColumns = Record<BarColumn | "timestamp", Float64Array>;

/** Trades and bars that are aggregated at once: they stay in the processor's cache. */
const [TRADES, BARS] = [8192, 2048];

const { memory: own, bars: aggregateBars } = instantiate<{
  bars(price: number, size: number, starts: number, bars: number, out: number, stride: number): void;
}>(WASM);
const part = <A>(Type: new (buffer: ArrayBuffer, begin: number, length: number) => A, begin: number, length: number) =>
  new Type(own.buffer, begin, length);
/** WebAssembly's: prices, sizes, where bars begin, and columns of bars. A brick without a trade reads the value before one. */
const memory = {
  price: part(Float64Array, 8, TRADES),
  size: part(Float64Array, 8 + 8 * TRADES, TRADES),
  starts: part(Int32Array, 8 + 16 * TRADES, BARS + 1),
  out: part(Float64Array, 16 + 16 * TRADES + 4 * BARS, ROW * BARS),
};

/** Fills `memory.out` with the columns of bars that begin at `starts`, of at most `TRADES` trades in all. */
function aggregate({ price, size }: TickColumns, starts: Int32Array): void {
  const bars = starts.length - 1;
  const [begin, end] = [starts[0] as number, starts[bars] as number];
  memory.price.set(price.subarray(begin, end));
  memory.size.set(size.subarray(begin, end));
  memory.starts.set(starts);
  // The addresses that trade 0 would have.
  const addressOf = (column: Float64Array) => column.byteOffset - 8 * begin;
  aggregateBars(
    addressOf(memory.price),
    addressOf(memory.size),
    memory.starts.byteOffset,
    bars,
    memory.out.byteOffset,
    8 * bars,
  );
}

/** Columns of bars that are filled date by date. */
export class BarBuilder {
  #columns = allocate(0);
  #length = 0;

  /** How many bars there are so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends the bars of some trades. */
  add(ticks: TickColumns, { starts, stamps, bricks }: BarBounds): void {
    const bars = stamps.length;
    this.#reserve(this.#length + bars);
    for (let bar = 0; bar < bars; ) {
      const end = bisect(starts, (starts[bar] as number) + TRADES, true, bar + 1, Math.min(bar + BARS, bars) + 1) - 1;
      if (end > bar) this.#addSeveral(ticks, starts.subarray(bar, end + 1), this.#length + bar);
      else this.#addLarge(ticks, starts[bar] as number, starts[bar + 1] as number, this.#length + bar);
      bar = Math.max(end, bar + 1);
    }
    this.#columns.timestamp.set(stamps, this.#length);
    if (bricks) this.#toBricks(bricks);
    this.#length += bars;
  }

  /** Writes bars of at most `TRADES` trades in all. */
  #addSeveral(ticks: TickColumns, starts: Int32Array, at: number): void {
    const bars = starts.length - 1;
    aggregate(ticks, starts);
    for (const [column, name] of BAR_COLUMNS.entries())
      this.#columns[name].set(memory.out.subarray(column * bars, (column + 1) * bars), at);
  }

  /** Writes a bar of more trades, piece by piece. */
  #addLarge(ticks: TickColumns, begin: number, end: number, at: number): void {
    const row = new Float64Array(ROW);
    for (let from = begin; from < end; from += TRADES) {
      aggregate(ticks, Int32Array.of(from, Math.min(end, from + TRADES)));
      if (from === begin) row.set(memory.out.subarray(0, ROW));
      else mergeRow(row, memory.out);
    }
    for (const [column, name] of BAR_COLUMNS.entries()) this.#columns[name][at] = row[column] as number;
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
    this.#reserve(Math.min(Math.ceil(1.1 * bars), MOST_EXPECTED));
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
