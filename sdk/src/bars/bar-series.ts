import type { BarColumns } from "./aggregate.js";
import { BAR_COLUMNS } from "./bar-frame.js";
import { type Place, ROW } from "./rows.js";
import { Lookup } from "./search.js";

/** The bars of a whole range, with the trades that they begin at. */
export class BarSeries {
  /** Bar k is `rows[8 k]` to `rows[8 k + 7]`: a value of each of BAR_COLUMNS. */
  readonly #rows: Float64Array;
  /** The same as float32, as soon as it is asked for. */
  #singles: Float32Array | undefined;
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

  /** Copies some bars. */
  copy(bar: number, length: number, { values, at, column }: Place): void {
    // Subarray takes twice the time of a new array over the buffer, to round at each call three times.
    if (column !== 1) this.#turn(bar, length, values, at, column);
    else if (values instanceof Float64Array)
      values.set(new Float64Array(this.#rows.buffer, bar * ROW * Float64Array.BYTES_PER_ELEMENT, length * ROW), at);
    else {
      this.#singles ??= Float32Array.from(this.#rows);
      values.set(new Float32Array(this.#singles.buffer, bar * ROW * Float32Array.BYTES_PER_ELEMENT, length * ROW), at);
    }
  }

  /** Copies some bars as columns, each `column` values after the one before: all of a bar at once, as memory has them. */
  #turn(bar: number, length: number, values: Place["values"], at: number, column: number): void {
    const rows = this.#rows;
    for (let from = bar * ROW, to = at; to < at + length; from += ROW, to++) {
      values[to] = rows[from] as number;
      values[to + column] = rows[from + 1] as number;
      values[to + 2 * column] = rows[from + 2] as number;
      values[to + 3 * column] = rows[from + 3] as number;
      values[to + 4 * column] = rows[from + 4] as number;
      values[to + 5 * column] = rows[from + 5] as number;
      values[to + 6 * column] = rows[from + 6] as number;
      values[to + 7 * column] = rows[from + 7] as number;
    }
  }

  /** Lets a row be a bar's. */
  read(bar: number, row: Float64Array): void {
    for (let column = 0; column < ROW; column++) row[column] = this.#rows[bar * ROW + column] as number;
  }

  get length(): number {
    return this.starts.length - 1;
  }

  get bytes(): number {
    return 1.5 * this.#rows.byteLength + this.starts.byteLength + this.#lookup.bytes;
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
