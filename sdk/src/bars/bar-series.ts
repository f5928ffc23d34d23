import type { BarColumns } from "./aggregate.js";
import { BAR_COLUMNS } from "./bar-frame.js";
import { ROW, transpose, type Values } from "./rows.js";
import { Lookup } from "./search.js";

/** The bars of a whole range, with the trades that they begin at. */
export class BarSeries {
  /** A column of all bars after the other, in the order of BAR_COLUMNS. */
  readonly columns: Float64Array;
  /** A row of each bar after the other, as soon as they are asked for. */
  #doubles: Float64Array | undefined;
  #singles: Float32Array | undefined;
  /** The number of each bar's first trade (of a brick: of the first after it), and at the end of all trades. */
  readonly starts: Float64Array;
  readonly #lookup: Lookup;

  constructor(columns: BarColumns, starts: Float64Array) {
    const { length } = columns.open;
    this.columns = new Float64Array(length * ROW);
    for (const [column, name] of BAR_COLUMNS.entries()) this.columns.set(columns[name], column * length);
    this.starts = starts;
    this.#lookup = new Lookup(starts);
  }

  /** Copies some bars as rows, the first of which begins at `values[at]`. */
  copy(bar: number, length: number, values: Values, at: number): void {
    // Subarray takes twice the time of a new array over the buffer, to round at each call three times.
    if (values instanceof Float64Array) {
      this.#doubles ??= transpose(this.columns, this.length, new Float64Array(this.columns.length));
      values.set(new Float64Array(this.#doubles.buffer, bar * ROW * 8, length * ROW), at);
    } else {
      this.#singles ??= transpose(this.columns, this.length, new Float32Array(this.columns.length));
      values.set(new Float32Array(this.#singles.buffer, bar * ROW * 4, length * ROW), at);
    }
  }

  /** Lets a row have a bar's open and close. */
  read(bar: number, row: Float64Array): void {
    row[0] = this.columns[bar] as number;
    row[3] = this.columns[3 * this.length + bar] as number;
  }

  get length(): number {
    return this.starts.length - 1;
  }

  get bytes(): number {
    return 2.5 * this.columns.byteLength + this.starts.byteLength + this.#lookup.bytes;
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
