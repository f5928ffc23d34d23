import { LitDataError } from "../../errors.js";
import { BaseAdapter, type BaseOptions } from "../base-adapter.js";
import { addTo, cutColumns, dateRuns, type Run, sortedByDate } from "../date-runs.js";
import { joinTicks, type TickColumns } from "../tick-frame.js";

/** Trades in memory: three columns of the same length. */
export interface MemoryAdapterOptions extends Omit<BaseOptions, "timeZone"> {
  /** µs since the epoch, UTC. */
  readonly time: ArrayLike<number>;
  readonly price: ArrayLike<number>;
  readonly size: ArrayLike<number>;
  /** The IANA zone whose calendar makes the trading dates. Default "UTC". */
  readonly timeZone?: string;
}

/** Bars from trades in memory. Columns that are Float64Arrays are used as they are: leave them unchanged. */
export class MemoryAdapter extends BaseAdapter {
  readonly #columns: TickColumns;
  #dates: ReadonlyMap<string, readonly Run[]> | undefined;

  constructor({ time, price, size, timeZone = "UTC", ...options }: MemoryAdapterOptions) {
    super({ timeZone, ...options });
    if (price.length !== time.length || size.length !== time.length)
      throw new LitDataError(
        `MemoryAdapter: ${time.length} times, ${price.length} prices and ${size.length} sizes, expected as many of each`,
      );
    const column = (values: ArrayLike<number>) =>
      values instanceof Float64Array ? values : Float64Array.from(values, Number);
    this.#columns = { time: column(time), price: column(price), size: column(size) };
  }

  protected async listDates(): Promise<readonly string[]> {
    return [...this.#runs().keys()];
  }

  protected async loadDate(date: string): Promise<{ readonly ticks: TickColumns; readonly where: string }> {
    const parts = (this.#runs().get(date) ?? []).map((run) => cutColumns(this.#columns, run));
    return { ticks: joinTicks(parts), where: "MemoryAdapter" };
  }

  /** Runs of trades that lie on one date, by date, ascending; a date whose trades are out of order has several. */
  #runs(): ReadonlyMap<string, readonly Run[]> {
    if (this.#dates) return this.#dates;
    const dates = new Map<string, Run[]>();
    for (const run of dateRuns(this.#columns.time, this.timeZone, "MemoryAdapter")) addTo(dates, run.date, run);
    this.#dates = sortedByDate(dates);
    return this.#dates;
  }
}
