import { BAR_COLUMNS } from "./bar-frame.js";
import type { TickColumns } from "./tick-frame.js";

/** Values a row of bars: one of each of BAR_COLUMNS. */
export const ROW = BAR_COLUMNS.length;

/** What rows are written into. */
export type Values = Float32Array | Float64Array;

/** What a bar has gathered of its trades. */
export interface Gathered {
  high: number;
  low: number;
  /** The sum and maximum of the sizes. */
  sum: number;
  max: number;
}

/** Trades a block, at whose edges what bars have gathered is kept. */
export const FAN = 16;
/** Values a block: the highest and lowest price, the sum and the maximum of the sizes. */
export const BLOCK = 4;

/** As of no trade. */
export function clear(gathered: Gathered): void {
  gathered.high = -Infinity;
  gathered.low = Infinity;
  gathered.sum = 0;
  gathered.max = -Infinity;
}

/** Takes in the trades `from` to `to - 1`. */
export function gather(gathered: Gathered, { price, size }: TickColumns, from: number, to: number): void {
  let { high, low, sum, max } = gathered;
  for (let i = from; i < to; i++) {
    const p = price[i] as number;
    const v = size[i] as number;
    if (p > high) high = p;
    if (p < low) low = p;
    if (v > max) max = v;
    sum += v;
  }
  gathered.high = high;
  gathered.low = low;
  gathered.sum = sum;
  gathered.max = max;
}

/** Keeps what is gathered as a block. */
export function setBlock(blocks: Float64Array, block: number, { high, low, sum, max }: Gathered): void {
  const at = block * BLOCK;
  blocks[at] = high;
  blocks[at + 1] = low;
  blocks[at + 2] = sum;
  blocks[at + 3] = max;
}

/** Writes the bar of `count` trades as a row. */
export function setRow(
  row: Float64Array,
  open: number,
  close: number,
  count: number,
  { high, low, sum, max }: Gathered,
): void {
  row[0] = open;
  row[1] = high;
  row[2] = low;
  row[3] = close;
  row[4] = count;
  row[5] = sum;
  row[6] = sum / count;
  row[7] = max;
}

/** Copies a row to `values[at]` and the seven after it. */
export function putRow(values: Values, at: number, row: Float64Array): void {
  for (let column = 0; column < ROW; column++) values[at + column] = row[column] as number;
}

/** Columns of rows of `width` values, one after the other, into `out`. */
export function transpose<V extends Values>(rows: Float64Array, width: number, out: V): V {
  const length = rows.length / width;
  for (let from = 0, row = 0; row < length; row++)
    for (let to = row; to < rows.length; to += length) out[to] = rows[from++] as number;
  return out;
}

/** Lets a row take in the row of later trades. */
export function mergeRow(row: Float64Array, later: Float64Array): void {
  const get = (column: number) => row[column] as number;
  const [, high = 0, low = 0, close = 0, count = 0, sum = 0, , max = 0] = later;
  row[1] = Math.max(get(1), high);
  row[2] = Math.min(get(2), low);
  row[3] = close;
  row[4] = get(4) + count;
  row[5] = get(5) + sum;
  row[6] = get(5) / get(4);
  row[7] = Math.max(get(7), max);
}
