import type { BarColumns } from "./aggregate.js";
import { BAR_COLUMNS } from "./bar-frame.js";
import { ROW } from "./rows.js";
import { bisect } from "./search.js";

/** The bars of a whole range, with the trades that they begin at. */
export class BarSeries {
  /** Bar k is `rows[8 k]` to `rows[8 k + 7]`: a value of each of BAR_COLUMNS. */
  readonly rows: Float64Array;
  /** The number of each bar's first trade (of a brick: of the first after it), and at the end of all trades. */
  readonly starts: Float64Array;
  /** Trades from one entry of `#begun` to the next: about as many as a bar has. */
  readonly #step: number;
  /** How many bars start before every so many trades: where the search for a trade's bar begins and ends. */
  readonly #begun: Int32Array;

  constructor(columns: BarColumns, starts: Float64Array) {
    const rows = new Float64Array(columns.open.length * ROW);
    for (const [column, name] of BAR_COLUMNS.entries()) {
      const values = columns[name];
      for (let k = 0; k < values.length; k++) rows[k * ROW + column] = values[k] as number;
    }
    this.rows = rows;
    this.starts = starts;
    const trades = starts.at(-1) as number;
    this.#step = Math.max(1, Math.ceil(trades / starts.length));
    this.#begun = new Int32Array(Math.floor(trades / this.#step) + 2);
    for (let k = 0, bar = 0; k < this.#begun.length; k++) {
      while (bar < this.length && (starts[bar] as number) < k * this.#step) bar++;
      this.#begun[k] = bar;
    }
  }

  get length(): number {
    return this.starts.length - 1;
  }

  get bytes(): number {
    return this.rows.byteLength + this.starts.byteLength + this.#begun.byteLength;
  }

  /** The bar that a trade lies in: the last that starts with it or before; -1 if none does. */
  barOf(trade: number): number {
    const k = Math.floor(trade / this.#step);
    return bisect(this.starts, trade, true, this.#begun[k], this.#begun[k + 1]) - 1;
  }

  /** Where bars begin among `length` trades from `offset` on, counted from there; the first of them begins with the first. */
  startsWithin(offset: number, length: number): number[] {
    const starts: number[] = [];
    for (let bar = this.barOf(offset); bar < this.length; bar++) {
      const start = (this.starts[bar] as number) - offset;
      if (start >= length) break;
      starts.push(Math.max(0, start));
    }
    return starts;
  }
}
