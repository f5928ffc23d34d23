import type { BarColumns } from "./aggregate.js";
import { BAR_COLUMNS } from "./bar-frame.js";
import { ROW } from "./rows.js";
import { Lookup } from "./search.js";

/** The bars of a whole range, with the trades that they begin at. */
export class BarSeries {
  /** Bar k is `rows[8 k]` to `rows[8 k + 7]`: a value of each of BAR_COLUMNS. */
  readonly #rows: Float64Array;
  /** The number of each bar's first trade (of a brick: of the first after it), and at the end of all trades. */
  readonly starts: Float64Array;
  readonly #lookup: Lookup;

  constructor(columns: BarColumns, starts: Float64Array) {
    const rows = new Float64Array(columns.open.length * ROW);
    for (const [column, name] of BAR_COLUMNS.entries()) {
      const values = columns[name];
      for (let k = 0; k < values.length; k++) rows[k * ROW + column] = values[k] as number;
    }
    this.#rows = rows;
    this.starts = starts;
    this.#lookup = new Lookup(starts);
  }

  /** The rows of some bars. Subarray takes twice the time. */
  rowsAt(bar: number, length: number): Float64Array {
    return new Float64Array(this.#rows.buffer, bar * ROW * Float64Array.BYTES_PER_ELEMENT, length * ROW);
  }

  get length(): number {
    return this.starts.length - 1;
  }

  get bytes(): number {
    return this.#rows.byteLength + this.starts.byteLength + this.#lookup.bytes;
  }

  /** The bar that a trade lies in: the last that starts with it or before; -1 if none does. */
  barOf(trade: number): number {
    return Math.min(this.#lookup.lastUpTo(trade), this.length - 1);
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
