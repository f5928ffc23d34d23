import { type BarBounds, tickBounds, timeBounds } from "./aggregate.js";
import type { Unit } from "./bar-frame.js";
import { checkTicks, type TickCounts } from "./check-ticks.js";
import type { TickColumns } from "./tick-frame.js";
import { TickTree } from "./tick-tree.js";
import { HOUR, midnightOf, nextDate, SECOND } from "./time-zone.js";

const STEPS = { sec: SECOND, min: 60 * SECOND, hour: HOUR } as const;
/** Three columns and their tree. */
const BYTES_A_TRADE = 3 * 8 * 1.1;

/** The checked trades of one trading date. */
export class DateTicks {
  readonly ticks: TickColumns;
  readonly counts: TickCounts;
  /** The date's midnight and the next, µs. */
  readonly #from: number;
  readonly #to: number;
  #tree: TickTree | undefined;

  /**
   * @param where names the source in messages
   * @throws LitDataError if they are no trades of the date
   */
  constructor(date: string, timeZone: string, ticks: TickColumns, where: string, strict: boolean) {
    this.#from = midnightOf(date, timeZone);
    this.#to = midnightOf(nextDate(date), timeZone);
    const checked = checkTicks(ticks, { date, where, strict, from: this.#from, to: this.#to });
    this.ticks = checked.ticks;
    this.counts = checked.counts;
  }

  get length(): number {
    return this.ticks.time.length;
  }

  get bytes(): number {
    return this.length * BYTES_A_TRADE;
  }

  get tree(): TickTree {
    this.#tree ??= new TickTree(this.ticks);
    return this.#tree;
  }

  /** Where the date's bars begin. */
  bounds(unit: Unit, size: number, future: boolean): BarBounds {
    const { time } = this.ticks;
    if (unit === "tick") return tickBounds(time, size, future);
    const step = unit === "day" ? this.#to - this.#from : STEPS[unit] * size;
    return timeBounds(time, this.#from, this.#to, step, future);
  }
}
