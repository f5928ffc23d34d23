import type { MimeBundle } from "../display/mime-bundle.js";
import { formatTable } from "../text-table.js";
import type { TickCounts } from "./check-ticks.js";
import type { DateRecords } from "./date-records.js";
import { ROW } from "./rows.js";
import { bisect } from "./search.js";
import { DAY, dayNumber, HOUR, SECOND } from "./time-zone.js";
import type { TradingDay } from "./trading-day.js";

/** What stands out on a trading date; of a source of bars, its bars are counted as trades are. */
export interface DateAudit extends Required<TickCounts> {
  readonly date: string;
  /** Prices far from those around them. */
  readonly outliers: number;
  /** Times without a trade that are longer than the limit, and the longest time without one, s. */
  readonly gaps: number;
  readonly longestGap: number;
  /** How long the date is, h: not 24 where the clock changes. */
  readonly hours: number;
}

/** A price far from those around it. */
export interface Outlier {
  /** µs since the epoch, UTC. */
  readonly time: number;
  readonly price: number;
  /** The median of the prices around it. */
  readonly median: number;
}

/** What `adapter.audit()` takes. */
export interface AuditOptions {
  /** A time without a trade that is longer counts as a gap, s. Default 300. */
  readonly gap?: number;
  /** Hears how many dates are done. */
  readonly onProgress?: (done: { readonly date: string; readonly dates: number; readonly of: number }) => void;
}

/** Neighbours on each side that a price is compared with. */
const NEIGHBOURS = 25;
/** An outlier is this many mean absolute deviations from the median of its neighbours, and this share of it. */
const DEVIATIONS = 10;
const SHARE = 0.001;
/** Trades that are looked over at once. */
const BLOCK = 64;
/** Outliers of a date that are kept. */
const MOST_KEPT = 1000;
const SUMS = ["trades", "duplicates", "disorder", "nonPositive", "inconsistent", "outliers", "gaps"] as const;

/** The columns of an audit's table. */
export const AUDIT_COLUMNS = [...SUMS, "longestGap", "hours"] as const;

/** How good an adapter's source is, date by date. */
export class Audit {
  readonly dates: readonly DateAudit[];
  /** Weekdays between the first and the last date that have no trades: holidays, or what is missing. */
  readonly missing: readonly string[];
  /** The first 1,000 outliers of each date. */
  readonly outliers: readonly Outlier[];
  /** What counts as a gap, s. */
  readonly gap: number;
  /** The IANA zone of the dates. */
  readonly timeZone: string;

  /** @internal */
  constructor({ dates, outliers, gap, timeZone }: Pick<Audit, "dates" | "outliers" | "gap" | "timeZone">) {
    this.dates = dates;
    this.outliers = outliers;
    this.gap = gap;
    this.timeZone = timeZone;
    this.missing = missingWeekdays(dates.map(({ date }) => date));
  }

  /** The sums over all dates. */
  get totals(): Omit<DateAudit, "date" | "longestGap" | "hours"> {
    const sum = (name: (typeof SUMS)[number]) => this.dates.reduce((total, date) => total + date[name], 0);
    return Object.fromEntries(SUMS.map((name) => [name, sum(name)])) as unknown as Audit["totals"];
  }

  /** The dates on which the clock changes. */
  get clockChanges(): string[] {
    return this.dates.filter(({ hours }) => hours !== 24).map(({ date }) => date);
  }

  toString(): string {
    const { dates } = this;
    const values = AUDIT_COLUMNS.map((name) => (i: number) => dates[i]?.[name]);
    return formatTable(["date", ...AUDIT_COLUMNS], dates.length, [(i) => dates[i]?.date, ...values]);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    return (await import("../display/audit.js")).auditBundle(this);
  }
}

/** Looks one date over. */
export function auditDate(
  records: DateRecords,
  day: TradingDay,
  gap: number,
): { readonly date: DateAudit; readonly outliers: readonly Outlier[] } {
  const { length, close, time, counts } = records;
  const outliers: Outlier[] = [];
  let found = 0;
  const row = new Float64Array(ROW);
  for (let begin = 0; begin < length; begin += BLOCK) {
    const end = Math.min(length, begin + BLOCK);
    records.writeRow(Math.max(0, begin - NEIGHBOURS), Math.min(length, end + NEIGHBOURS), row);
    const [, high = 0, low = 0] = row;
    if (high - low <= SHARE * Math.min(Math.abs(high), Math.abs(low))) continue; // no price is far from another
    for (let i = begin; i < end; i++) {
      const median = outlierMedian(close, i);
      if (median === null) continue;
      if (found++ < MOST_KEPT) outliers.push({ time: time[i] as number, price: close[i] as number, median });
    }
  }
  const waits = waitsOf(time, day);
  return {
    date: {
      date: day.date,
      inconsistent: 0,
      ...counts,
      outliers: found,
      gaps: waits.filter((wait) => wait > gap * SECOND).length,
      longestGap: waits.reduce((most, wait) => Math.max(most, wait), 0) / SECOND,
      hours: (day.day.to - day.day.from) / HOUR,
    },
    outliers,
  };
}

/**
 * The median of a price's neighbours if the price is more than 10 of their mean absolute deviations away, and 0.1 %; else
 * null. Source: Barndorff-Nielsen, Hansen, Lunde, Shephard 2009, Realized kernels in practice, rule Q4.
 */
function outlierMedian(prices: Float64Array, i: number): number | null {
  const begin = Math.max(0, i - NEIGHBOURS);
  const around = prices.slice(begin, i + NEIGHBOURS + 1);
  around.copyWithin(i - begin, i - begin + 1);
  const sorted = around.subarray(0, around.length - 1).sort();
  const { length } = sorted;
  if (length === 0) return null;
  const median = ((sorted[(length - 1) >> 1] as number) + (sorted[length >> 1] as number)) / 2;
  const distance = Math.abs((prices[i] as number) - median);
  if (distance <= SHARE * Math.abs(median)) return null;
  const deviation = sorted.reduce((sum, price) => sum + Math.abs(price - median), 0) / length;
  return distance > DEVIATIONS * deviation ? median : null;
}

/** The times between trades, µs; in a session also before the first and after the last of each part. */
function waitsOf(time: Float64Array, { day, windows }: TradingDay): number[] {
  const isSession = windows[0] !== day;
  return windows.flatMap(({ from, to }) => {
    const begin = bisect(time, from);
    const within = time.subarray(begin, bisect(time, to, false, begin));
    const instants = isSession ? [from, ...within, to] : Array.from(within);
    return instants.slice(1).map((instant, i) => instant - (instants[i] as number));
  });
}

function missingWeekdays(dates: readonly string[]): string[] {
  const known = new Set(dates);
  const missing: string[] = [];
  const last = dayNumber(dates.at(-1) ?? "1970-01-01");
  for (let day = dayNumber(dates[0] ?? "1970-01-02"); day < last; day++) {
    const date = new Date((day * DAY) / 1000);
    const text = date.toISOString().slice(0, 10);
    if (date.getUTCDay() % 6 !== 0 && !known.has(text)) missing.push(text);
  }
  return missing;
}
