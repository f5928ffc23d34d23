import { LitDataError } from "../../errors.js";
import { BaseAdapter } from "../base-adapter.js";
import { dateRuns } from "../date-runs.js";
import { joinTicks, type TickColumns } from "../tick-frame.js";
import { checkTimeZone, wallsToInstants } from "../time-zone.js";
import { type CachedColumns, cachedColumns, type DateRun } from "./column-cache.js";
import { identifier, quoted, Scanner } from "./duckdb.js";

/** What whole numbers in a column of times count since the epoch. */
export const TIME_UNITS = ["s", "ms", "us", "ns"] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Where the trades of an instrument lie in tables. */
export interface TableOptions {
  /** A file, several, or a glob with `*`, `**` and `?`. Folders such as `symbol=SPY` are columns (hive partitions). */
  readonly path: string | readonly string[];
  /** The IANA zone whose calendar makes the trading dates. Default "UTC". */
  readonly timeZone?: string;
  /** The columns' names. Default "time", "price" and "size". */
  readonly columns?: { readonly time?: string; readonly price?: string; readonly size?: string };
  /** Of times that are numbers: what they count since the epoch. */
  readonly timeUnit?: TimeUnit;
  /** Of times that are texts: their format as strptime has it, such as "%d.%m.%Y %H:%M:%S.%f". Default ISO 8601. */
  readonly timeFormat?: string;
  /** The IANA zone of times that name none. Default "UTC". */
  readonly sourceZone?: string;
  /** Only rows that have these values, such as `{ symbol: "SPY" }`. */
  readonly where?: Readonly<Record<string, string | number | boolean>>;
  /** Refuse duplicates, disorder, and prices that are zero or negative. Default false. */
  readonly strict?: boolean;
}

/** Times as SQL: µs as DOUBLE, of the source's clock (`isWall`) or since the epoch. */
interface Times {
  readonly sql: string;
  readonly isWall: boolean;
}

const NUMBER = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const MICROSECONDS: Readonly<Record<TimeUnit, (number: string) => string>> = {
  s: (number) => `(${number} * 1000000)`,
  ms: (number) => `(${number} * 1000)`,
  us: (number) => number,
  ns: (number) => `floor(${number} / 1000)`,
};
/** A text that ends with an offset from UTC. */
const OFFSET = "(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$";
const REMOTE = /^[a-z][a-z0-9+.-]+:\/\//i;
/** Changes of the date beyond which trades are in no order at all. */
const MOST_RUNS = 100_000;

/** Ticks from tables that DuckDB scans; the columns are kept on disk, so they are scanned once. */
export abstract class TableAdapter extends BaseAdapter {
  readonly #name: string;
  readonly #paths: readonly string[];
  readonly #options: TableOptions;
  #columns: Promise<CachedColumns> | undefined;

  constructor(name: string, options: TableOptions) {
    super({ timeZone: options.timeZone ?? "UTC", strict: options.strict ?? false });
    checkTimeZone(options.sourceZone ?? "UTC");
    const { timeUnit } = options;
    if (timeUnit !== undefined && !TIME_UNITS.includes(timeUnit))
      throw new LitDataError(
        `${name}: time unit ${JSON.stringify(timeUnit)}, expected one of ${TIME_UNITS.join(", ")}`,
      );
    this.#paths = [options.path].flat();
    const wrong = this.#paths.find((path) => typeof path !== "string" || path === "" || REMOTE.test(path));
    if (wrong !== undefined || this.#paths.length === 0)
      throw new LitDataError(`${name}: ${JSON.stringify(wrong ?? options.path)}, expected a path of this machine`);
    this.#name = `${name} ${this.#paths.join(", ")}`;
    this.#options = options;
  }

  /** The table function that reads files. `paths` is SQL. */
  protected abstract tableOf(paths: string): string;

  protected async listDates(): Promise<readonly string[]> {
    return (await this.#open()).dates;
  }

  protected async loadDate(date: string): Promise<{ readonly ticks: TickColumns; readonly where: string }> {
    return { ticks: await (await this.#open()).read(date), where: this.#name };
  }

  #open(): Promise<CachedColumns> {
    this.#columns ??= this.#read().catch((error) => {
      this.#columns = undefined; // what is mended is read the next time
      throw error;
    });
    return this.#columns;
  }

  async #read(): Promise<CachedColumns> {
    const scanner = await Scanner.open(this.#name);
    try {
      const paths = this.#paths.map(quoted).join(", ");
      const found = await scanner.rows(`SELECT file FROM glob([${paths}]) ORDER BY file`);
      const files = found.map(([file]) => String(file));
      if (files.length === 0) throw new LitDataError(`${this.#name}: no such file`);
      const { path: _, strict: __, ...options } = this.#options;
      const table = this.tableOf(`[${files.map(quoted).join(", ")}]`);
      return await cachedColumns(files, [this.tableOf("files"), this.timeZone, options], () =>
        this.#runs(scanner, table),
      );
    } finally {
      scanner.close();
    }
  }

  /** The trades in the source's order, from one change of the date to the next. */
  async *#runs(scanner: Scanner, table: string): AsyncGenerator<DateRun, void, undefined> {
    const { sql, isWall } = await this.#query(scanner, table);
    let date = "";
    let parts: TickColumns[] = [];
    let runs = 0;
    for await (const { time, price, size } of scanner.ticks(sql)) {
      if (isWall) wallsToInstants(time, this.#options.sourceZone ?? "UTC");
      for (const run of dateRuns(time, this.timeZone, this.#name)) {
        if (run.date !== date) {
          if (parts.length > 0) yield { date, ticks: joinTicks(parts) };
          if (++runs > MOST_RUNS)
            throw new LitDataError(
              `${this.#name}: the dates of trades change ${MOST_RUNS} times, expected them in order`,
            );
          date = run.date;
          parts = [];
        }
        const { begin, end } = run;
        parts.push({ time: time.slice(begin, end), price: price.slice(begin, end), size: size.slice(begin, end) });
      }
    }
    if (parts.length > 0) yield { date, ticks: joinTicks(parts) };
  }

  async #query(scanner: Scanner, table: string): Promise<Times> {
    const described = await scanner.rows(`DESCRIBE SELECT * FROM ${table}`);
    const types = new Map(described.map(([name, type]) => [String(name), String(type)]));
    const typeOf = (name: string): string => {
      const type = types.get(name);
      if (type === undefined)
        throw new LitDataError(
          `${this.#name}: no column ${JSON.stringify(name)}, found ${[...types.keys()].join(", ")}`,
        );
      return type;
    };
    const { time = "time", price = "price", size = "size" } = this.#options.columns ?? {};
    const number = (name: string) => this.#number(name, typeOf(name));
    const { sql, isWall } = await this.#times(scanner, table, time, typeOf(time));
    const columns = [sql, number(price), number(size)].map((value) => `coalesce((${value})::DOUBLE, 'nan'::DOUBLE)`);
    const conditions = Object.entries(this.#options.where ?? {}).map(([name, value]) => {
      typeOf(name);
      return ` ${identifier(name)} = ${typeof value === "string" ? quoted(value) : String(value)}`;
    });
    const where = conditions.length > 0 ? ` WHERE${conditions.join(" AND")}` : "";
    return { sql: `SELECT ${columns.join(", ")} FROM ${table}${where}`, isWall };
  }

  /** A column of numbers. Texts are numbers in a CSV alone. */
  #number(name: string, type: string): string {
    if (!NUMBER.test(type) && !(this.isText && type === "VARCHAR"))
      throw new LitDataError(`${this.#name}: column ${JSON.stringify(name)} is ${type}, expected numbers`);
    return identifier(name);
  }

  /** Whether all columns are texts, as in a CSV. */
  protected abstract readonly isText: boolean;

  async #times(scanner: Scanner, table: string, name: string, type: string): Promise<Times> {
    const { timeUnit, timeFormat } = this.#options;
    const column = identifier(name);
    const fail = (expected: string) =>
      new LitDataError(`${this.#name}: column ${JSON.stringify(name)} is ${type}, expected ${expected}`);
    if (type === "TIMESTAMP WITH TIME ZONE") return { sql: `epoch_us(${column})`, isWall: false };
    if (/^TIMESTAMP|^DATE$/.test(type)) return { sql: `epoch_us(${column}::TIMESTAMP)`, isWall: true };
    const isNumber = NUMBER.test(type);
    if (!isNumber && type !== "VARCHAR") throw fail("times");
    if (timeUnit !== undefined) {
      const exact = isNumber ? column : `${column}::DECIMAL(38, 9)`;
      return { sql: MICROSECONDS[timeUnit](exact), isWall: false };
    }
    if (isNumber) throw fail(`a timeUnit for it, one of ${TIME_UNITS.join(", ")}`);
    if (timeFormat !== undefined)
      return { sql: `epoch_us(strptime(${column}, ${quoted(timeFormat)}))`, isWall: !timeFormat.includes("%z") };
    const [first] = await scanner.rows(`SELECT regexp_matches(${column}, ${quoted(OFFSET)}) FROM ${table} LIMIT 1`);
    const isWall = first?.[0] !== "true";
    const mixed = quoted(`column ${name}: some times name a zone, others do not: `);
    const checked = `CASE WHEN regexp_matches(${column}, ${quoted(OFFSET)}) = ${!isWall} THEN ${column} WHEN ${column} IS NULL THEN NULL ELSE error(${mixed} || ${column}) END`;
    return { sql: `epoch_us((${checked})::${isWall ? "TIMESTAMP" : "TIMESTAMPTZ"})`, isWall };
  }
}
