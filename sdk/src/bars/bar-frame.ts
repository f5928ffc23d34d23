import type { MimeBundle } from "../display/mime-bundle.js";
import { formatTable } from "../text-table.js";
import { ColumnFrame } from "./column-frame.js";
import { formatInstant } from "./time-zone.js";

/** The units that bars are made in: trades, time, what was traded, the imbalance of ticks, and bricks of a price. */
export const UNITS = ["tick", "sec", "min", "hour", "day", "volume", "dollar", "imbalance", "renko"] as const;
export type Unit = (typeof UNITS)[number];

/** A frame's columns in the reference's order, without the timestamp. */
export const BAR_COLUMNS = ["open", "high", "low", "close", "tradeCount", "volSum", "volMean", "volMax"] as const;
export type BarColumn = (typeof BAR_COLUMNS)[number];

/** One bar. `timestamp` is µs since the epoch, UTC. */
export type Bar = Readonly<Record<BarColumn, number>> & { readonly timestamp?: number };

/** A frame's columns, of `length` values each; a getter may make one when it is first read. */
export type FrameColumns = Readonly<Record<BarColumn, Float64Array>> & {
  readonly timestamp?: Float64Array | undefined;
  readonly length?: number;
};

/** What a frame says of its bars. */
export interface BarFrameOptions {
  readonly timeZone: string;
  readonly unit: Unit;
  readonly size: number;
  /** Default false. */
  readonly future?: boolean;
}

/** Bars, a column each; every column has one value a bar. Prices in the source's currency, volumes in its trades' sizes. */
export class BarFrame
  extends ColumnFrame<BarColumn | "timestamp", Bar>
  implements Readonly<Record<BarColumn, Float64Array>>
{
  readonly #columns: FrameColumns;
  /** The IANA zone of the bars' dates. */
  readonly timeZone: string;
  readonly unit: Unit;
  /** Units a bar. */
  readonly size: number;
  /** Whether bars are stamped with their bin's start (labels), not with its end. */
  readonly future: boolean;

  constructor(columns: FrameColumns, { timeZone, unit, size, future = false }: BarFrameOptions) {
    super();
    this.#columns = columns;
    this.timeZone = timeZone;
    this.unit = unit;
    this.size = size;
    this.future = future;
  }

  override get length(): number {
    return this.#columns.length ?? this.#columns.open.length;
  }

  /** The first trade's price. */
  get open(): Float64Array {
    return this.#columns.open;
  }

  get high(): Float64Array {
    return this.#columns.high;
  }

  get low(): Float64Array {
    return this.#columns.low;
  }

  /** The last trade's price. */
  get close(): Float64Array {
    return this.#columns.close;
  }

  get tradeCount(): Float64Array {
    return this.#columns.tradeCount;
  }

  /** The sum of the trades' sizes. */
  get volSum(): Float64Array {
    return this.#columns.volSum;
  }

  /** The mean of the trades' sizes. */
  get volMean(): Float64Array {
    return this.#columns.volMean;
  }

  /** The largest of the trades' sizes. */
  get volMax(): Float64Array {
    return this.#columns.volMax;
  }

  /** The bin's end (features) or start (labels), µs since the epoch, UTC; of bars taken by date. */
  get timestamp(): Float64Array | undefined {
    return this.#columns.timestamp;
  }

  /** The names of the columns, timestamp last if there is one. */
  get columns(): readonly (BarColumn | "timestamp")[] {
    return this.timestamp ? [...BAR_COLUMNS, "timestamp"] : BAR_COLUMNS;
  }

  protected get timeColumn(): "timestamp" | null {
    return this.timestamp ? "timestamp" : null;
  }

  protected column(name: BarColumn | "timestamp"): Float64Array {
    return this[name] as Float64Array;
  }

  protected like(columns: FrameColumns): this {
    return new BarFrame(columns, this) as this;
  }

  override toString(): string {
    const { timestamp } = this;
    const names = timestamp ? ["timestamp", ...BAR_COLUMNS] : [...BAR_COLUMNS];
    const values = BAR_COLUMNS.map((name) => (i: number) => this[name][i]);
    const time = (i: number) => formatInstant(timestamp?.[i] ?? 0, this.timeZone);
    return formatTable(names, this.length, timestamp ? [time, ...values] : values);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    return (await import("../display/bars.js")).barsBundle(this);
  }
}
