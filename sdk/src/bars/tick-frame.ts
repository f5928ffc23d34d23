import type { MimeBundle } from "../display/mime-bundle.js";
import { formatTable } from "../text-table.js";
import { ColumnFrame } from "./column-frame.js";
import { joinColumns } from "./date-runs.js";
import { formatInstant } from "./time-zone.js";

/** One trade. `time` is µs since the epoch, UTC. */
export interface Tick {
  readonly time: number;
  readonly price: number;
  readonly size: number;
}

/** Columns of trades, ordered by time. */
export interface TickColumns {
  /** µs since the epoch, UTC. */
  readonly time: Float64Array;
  /** The trade's price, in the source's currency. */
  readonly price: Float64Array;
  /** Shares, contracts or coins. */
  readonly size: Float64Array;
}

/** The columns of trades. */
export const TICK_COLUMNS = ["time", "price", "size"] as const;

/** Trades of one trading date: three columns of the same length. */
export class TickFrame extends ColumnFrame<keyof TickColumns, Tick> implements TickColumns {
  readonly columns = TICK_COLUMNS;
  protected readonly timeColumn = "time";
  readonly time: Float64Array;
  readonly price: Float64Array;
  readonly size: Float64Array;
  /** The IANA zone in which times are shown. */
  readonly timeZone: string;

  constructor({ time, price, size }: TickColumns, timeZone: string) {
    super();
    this.time = time;
    this.price = price;
    this.size = size;
    this.timeZone = timeZone;
  }

  protected column(name: keyof TickColumns): Float64Array {
    return this[name];
  }

  protected like(columns: TickColumns): this {
    return new TickFrame(columns, this.timeZone) as this;
  }

  override toString(): string {
    const time = (i: number) => formatInstant(this.time[i] ?? 0, this.timeZone);
    return formatTable(["time", "price", "size"], this.length, [time, (i) => this.price[i], (i) => this.size[i]]);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    return (await import("../display/bars.js")).ticksBundle(this);
  }
}

/** Trades one after the other. */
export const joinTicks = (runs: readonly TickColumns[]): TickColumns => joinColumns(runs, TICK_COLUMNS);
