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
  /** The first trade's price. */
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  /** The last trade's price. */
  readonly close: Float64Array;
  readonly tradeCount: Float64Array;
  /** The sum, mean and maximum of the trades' sizes. */
  readonly volSum: Float64Array;
  readonly volMean: Float64Array;
  readonly volMax: Float64Array;
  /** The bin's end (features) or start (labels), µs since the epoch, UTC; of bars taken by date. */
  readonly timestamp?: Float64Array;
  /** The IANA zone of the bars' dates. */
  readonly timeZone: string;
  readonly unit: Unit;
  /** Units a bar. */
  readonly size: number;
  /** Whether bars are stamped with their bin's start (labels), not with its end. */
  readonly future: boolean;

  constructor(
    columns: Readonly<Record<BarColumn, Float64Array>> & { readonly timestamp?: Float64Array },
    { timeZone, unit, size, future = false }: BarFrameOptions,
  ) {
    super();
    this.open = columns.open;
    this.high = columns.high;
    this.low = columns.low;
    this.close = columns.close;
    this.tradeCount = columns.tradeCount;
    this.volSum = columns.volSum;
    this.volMean = columns.volMean;
    this.volMax = columns.volMax;
    if (columns.timestamp) this.timestamp = columns.timestamp;
    this.timeZone = timeZone;
    this.unit = unit;
    this.size = size;
    this.future = future;
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

  protected like(columns: ConstructorParameters<typeof BarFrame>[0]): this {
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
