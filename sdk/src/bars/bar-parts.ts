import { BLOCK, clear, FAN, type Gathered, gather, setBlock, setRow } from "./rows.js";
import type { TickColumns } from "./tick-frame.js";

/**
 * Bars that are cut at a trade: up to it, or (`future`) from it on. What a bar has gathered is kept at every 16th trade, so
 * a cut bar costs at most 16 steps. Takes a twelfth of the columns' memory.
 */
export class BarParts {
  readonly #ticks: TickColumns;
  readonly #future: boolean;
  /** Of the bar that a block's last (future: first) trade lies in: its trades up to (from) that one. */
  readonly #blocks: Float64Array;
  readonly #gathered: Gathered = { high: 0, low: 0, sum: 0, max: 0 };

  /** @param starts where the bars begin among the trades, ascending from 0 */
  constructor(ticks: TickColumns, starts: ArrayLike<number>, future: boolean) {
    this.#ticks = ticks;
    this.#future = future;
    const { length } = ticks.price;
    this.#blocks = new Float64Array(Math.ceil(length / FAN) * BLOCK);
    for (let bar = 0; bar < starts.length; bar++)
      this.#fill(starts[bar] as number, bar + 1 < starts.length ? (starts[bar + 1] as number) : length);
  }

  /** Keeps what the bar of the trades `begin` to `end - 1` gathers. */
  #fill(begin: number, end: number): void {
    const gathered = this.#gathered;
    clear(gathered);
    if (this.#future)
      for (let to = end; to > begin; ) {
        const from = Math.max(begin, Math.floor((to - 1) / FAN) * FAN);
        gather(gathered, this.#ticks, from, to);
        if (from % FAN === 0) setBlock(this.#blocks, from / FAN, gathered);
        to = from;
      }
    else
      for (let from = begin; from < end; ) {
        const to = Math.min(end, (Math.floor(from / FAN) + 1) * FAN);
        gather(gathered, this.#ticks, from, to);
        if (to % FAN === 0) setBlock(this.#blocks, to / FAN - 1, gathered);
        from = to;
      }
  }

  /** Lets a bar's row be that of its trades `begin` to `end - 1` alone: its first ones, or (`future`) its last. */
  cut(begin: number, end: number, row: Float64Array): void {
    const gathered = this.#gathered;
    const blocks = this.#blocks;
    const future = this.#future;
    // The last edge of a block within, or the first.
    const edge = (future ? Math.ceil(begin / FAN) : Math.floor(end / FAN)) * FAN;
    const isWithin = future ? edge < end : edge > begin;
    if (isWithin) {
      const block = (future ? edge / FAN : edge / FAN - 1) * BLOCK;
      gathered.high = blocks[block] as number;
      gathered.low = blocks[block + 1] as number;
      gathered.sum = blocks[block + 2] as number;
      gathered.max = blocks[block + 3] as number;
    } else clear(gathered);
    gather(gathered, this.#ticks, future || !isWithin ? begin : edge, future && isWithin ? edge : end);
    // One end is the whole bar's.
    const { price } = this.#ticks;
    const open = (future ? price[begin] : row[0]) as number;
    const close = (future ? row[3] : price[end - 1]) as number;
    setRow(row, open, close, end - begin, gathered);
  }
}
