import type { BarColumns } from "./aggregate.js";
import { BAR_COLUMNS } from "./bar-frame.js";
import { bisect } from "./search.js";
import { ROW } from "./tick-tree.js";

/** The bars of a whole range in rows, with the trades that they begin at. */
export class BarSeries {
  /** Bar k is `rows[8 k]` to `rows[8 k + 7]`: a value of each of BAR_COLUMNS. */
  readonly rows: Float64Array;
  /** The number of each bar's first trade (of a brick: of the first after it), and at the end of all trades. */
  readonly starts: Float64Array;

  constructor(columns: BarColumns, starts: Float64Array) {
    const rows = new Float64Array(columns.open.length * ROW);
    for (const [column, name] of BAR_COLUMNS.entries()) {
      const values = columns[name];
      for (let k = 0; k < values.length; k++) rows[k * ROW + column] = values[k] as number;
    }
    this.rows = rows;
    this.starts = starts;
  }

  get length(): number {
    return this.starts.length - 1;
  }

  get bytes(): number {
    return this.rows.byteLength + this.starts.byteLength;
  }

  /** The bar that a trade lies in: the last that starts with it or before; -1 if none does. */
  barOf(trade: number): number {
    return bisect(this.starts, trade, true, 0, this.length) - 1;
  }
}
