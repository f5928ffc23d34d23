import { clear, type Gathered, gather, setRow } from "./rows.js";
import type { TickColumns } from "./tick-frame.js";

/** Trades a block. */
const FAN = 8;

/** Trades a bar from which on windows are of use. */
export const SMALLEST_WINDOW = 16 * FAN;

/**
 * Bars of one count of whole-sized trades, wherever they begin: two windows of blocks cover a bar's inner blocks, and sums
 * are differences, so a bar costs two times 7 steps at most. Takes a sixth of the columns' memory.
 */
export class TickWindows {
  /** Trades a bar. */
  readonly size: number;
  readonly #ticks: TickColumns;
  /** Blocks a window: as many as every bar holds. */
  readonly #width: number;
  /** The highest and lowest price and largest size of the window from each block on. */
  readonly #windows: Float64Array;
  /** The sizes of all trades before each block. */
  readonly #sums: Float64Array;
  readonly #gathered: Gathered = { high: 0, low: 0, sum: 0, max: 0 };

  /** @param size at least SMALLEST_WINDOW */
  constructor(ticks: TickColumns, size: number) {
    this.#ticks = ticks;
    this.size = size;
    const { length } = ticks.price;
    const blocks = Math.ceil(length / FAN);
    this.#width = Math.floor((size - 2 * (FAN - 1)) / FAN);
    this.#sums = new Float64Array(blocks + 1);
    const windows = new Float64Array(blocks * 3);
    const gathered = this.#gathered;
    for (let block = 0, at = 0; block < blocks; block++, at += 3) {
      clear(gathered);
      gather(gathered, ticks, block * FAN, Math.min(length, (block + 1) * FAN));
      windows[at] = gathered.high;
      windows[at + 1] = gathered.low;
      windows[at + 2] = gathered.max;
      this.#sums[block + 1] = (this.#sums[block] as number) + gathered.sum;
    }
    // Twice as wide, and so on; the last step overlaps.
    for (let width = 1; width < this.#width; ) {
      const step = Math.min(width, this.#width - width);
      for (let at = 0, next = 3 * step; next < windows.length; at += 3, next += 3) {
        if ((windows[next] as number) > (windows[at] as number)) windows[at] = windows[next] as number;
        if ((windows[next + 1] as number) < (windows[at + 1] as number)) windows[at + 1] = windows[next + 1] as number;
        if ((windows[next + 2] as number) > (windows[at + 2] as number)) windows[at + 2] = windows[next + 2] as number;
      }
      width += step;
    }
    this.#windows = windows;
  }

  /** Writes the bar of the trades `begin` to `end - 1` as a row. */
  write(begin: number, end: number, row: Float64Array): void {
    const { price } = this.#ticks;
    const first = Math.ceil(begin / FAN);
    const last = Math.floor(end / FAN);
    const gathered = this.#gathered;
    const windows = this.#windows;
    const [left, right] = [3 * first, 3 * (last - this.#width)];
    gathered.high = Math.max(windows[left] as number, windows[right] as number);
    gathered.low = Math.min(windows[left + 1] as number, windows[right + 1] as number);
    gathered.max = Math.max(windows[left + 2] as number, windows[right + 2] as number);
    gathered.sum = (this.#sums[last] as number) - (this.#sums[first] as number);
    gather(gathered, this.#ticks, begin, first * FAN);
    gather(gathered, this.#ticks, last * FAN, end);
    setRow(row, price[begin] as number, price[end - 1] as number, end - begin, gathered);
  }
}
