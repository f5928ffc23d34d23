import { stat } from "node:fs/promises";
import { join } from "node:path";
import { LitDataError } from "../../errors.js";
import { BaseAdapter, type BaseOptions, type LoadedDate } from "../base-adapter.js";
import { barRuns, type Columns, cutColumns, dateRuns } from "../date-runs.js";
import { SOURCE_BAR_COLUMNS, type SourceBars } from "../source-bars.js";
import { TICK_COLUMNS } from "../tick-frame.js";
import { checkTimeZone, wallsToInstants } from "../time-zone.js";
import { type CachedColumns, cachedColumns, type DateRun } from "./column-cache.js";
import { quoted, Scanner } from "./duckdb.js";
import { TIME_UNITS, type TimeUnit } from "./time-units.js";

/** The columns of trades, and of bars. */
export const COLUMNS = [...TICK_COLUMNS, ...SOURCE_BAR_COLUMNS.slice(1)] as const;
/** Those that a source of bars may lack. */
const OPTIONAL = ["volume", "tradeCount"];

/** What adapters of files take. */
export interface FileOptions extends Omit<BaseOptions, "timeZone"> {
  /** A file, several, or a glob with `*`, `**` and `?`. */
  readonly path: string | readonly string[];
  /** The IANA zone whose calendar makes the trading dates. Default "UTC". */
  readonly timeZone?: string;
  /**
   * The columns' names in the source. Default their own: time, price and size; of bars time, open, high, low, close, and
   * where they are there volume and tradeCount.
   */
  readonly columns?: Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>;
  /** Of times that are numbers: what they count since the epoch. */
  readonly timeUnit?: TimeUnit;
  /** The IANA zone of times that name none. Default "UTC". */
  readonly sourceZone?: string;
  /** The bars that the source holds, such as `{ unit: "min", size: 1, stamp: "start" }`. Default: it holds trades. */
  readonly bars?: SourceBars;
}

/** Rows of a source in its order: numbers, and times in µs. */
export interface Block {
  readonly columns: Columns;
  /** Whether the times are of the source's clock, and not since the epoch. */
  readonly isWall: boolean;
}

const REMOTE = /^[a-z][a-z0-9+.-]+:\/\//i;
/** Changes of the date beyond which rows are in no order at all. */
const MOST_RUNS = 100_000;

/** Trades or bars from files; the columns are kept on disk, so files are scanned once. */
export abstract class FileAdapter<O extends FileOptions> extends BaseAdapter {
  /** What messages call the source. */
  protected readonly name: string;
  protected readonly options: O;
  /** The columns that are asked for. */
  protected readonly names: readonly string[];
  readonly #paths: readonly string[];
  #columns: Promise<CachedColumns> | undefined;

  constructor(name: string, options: O) {
    const { timeZone = "UTC", strict = false, session, bars, timeUnit } = options;
    super({ timeZone, strict, ...(session && { session }), ...(bars && { sourceBars: bars }) });
    checkTimeZone(options.sourceZone ?? "UTC");
    if (timeUnit !== undefined && !TIME_UNITS.includes(timeUnit))
      throw new LitDataError(
        `${name}: time unit ${JSON.stringify(timeUnit)}, expected one of ${TIME_UNITS.join(", ")}`,
      );
    this.#paths = [options.path].flat();
    const isWrong = (path: unknown) => typeof path !== "string" || path === "" || REMOTE.test(path);
    if (this.#paths.length === 0 || this.#paths.some(isWrong))
      throw new LitDataError(
        `${name}: ${String(JSON.stringify(this.#paths.find(isWrong) ?? options.path))}, expected a path of this machine`,
      );
    this.names = bars ? SOURCE_BAR_COLUMNS : TICK_COLUMNS;
    const unknown = Object.keys(options.columns ?? {}).find((column) => !this.names.includes(column));
    if (unknown !== undefined)
      throw new LitDataError(
        `${name}: columns names ${JSON.stringify(unknown)}, expected ${this.names.join(", ")}${bars ? "" : "; bars say what they are with the option bars"}`,
      );
    this.name = `${name} ${this.#paths.join(", ")}`;
    this.options = options;
  }

  /** @internal The files' rows, file by file. `scanner` may be of use. */
  protected abstract scan(files: readonly string[], scanner: Scanner): AsyncIterable<Block>;

  /** What besides the options makes the columns what they are. */
  protected get scanned(): string {
    return this.constructor.name;
  }

  /**
   * The source's name of each column, null for one that it may lack and lacks.
   * @param found the names that the source has
   * @throws LitDataError that lists those, where a column is not there
   */
  protected sourceNames(found: readonly string[], where = this.name): (string | null)[] {
    return this.names.map((name) => {
      const given = this.options.columns?.[name as keyof FileOptions["columns"]];
      const wanted = given ?? name;
      if (found.includes(wanted)) return wanted;
      if (given === undefined && OPTIONAL.includes(name)) return null;
      const [only = ""] = found.length === 1 ? found : [];
      const hint = /[,;|\t]/.test(only)
        ? `${JSON.stringify(only)} as one column: say what separates values (delimiter), or mend lines of fewer or more of them`
        : found.join(", ") || "none";
      throw new LitDataError(`${where}: no column ${JSON.stringify(wanted)}, found ${hint}`);
    });
  }

  protected async listDates(): Promise<readonly string[]> {
    return (await this.#open()).dates;
  }

  protected async loadDate(date: string): Promise<LoadedDate> {
    const columns = await (await this.#open()).read(date);
    return { ticks: columns as unknown as LoadedDate["ticks"], where: this.name };
  }

  #open(): Promise<CachedColumns> {
    this.#columns ??= this.#read().catch((error) => {
      this.#columns = undefined; // what is mended is read the next time
      throw error;
    });
    return this.#columns;
  }

  async #read(): Promise<CachedColumns> {
    let scanner: Scanner | undefined;
    const open = async () => {
      scanner ??= await Scanner.open(this.name);
      return scanner;
    };
    try {
      const files = await this.#files(open);
      const { path: _, strict: __, session: ___, ...options } = this.options;
      return await cachedColumns(files, this.names, [this.scanned, this.timeZone, options], async () =>
        this.#runs(this.scan(files, await open())),
      );
    } finally {
      scanner?.close();
    }
  }

  /** The files that the paths name, ascending. @throws LitDataError if one of them names none */
  async #files(open: () => Promise<Scanner>): Promise<readonly string[]> {
    const found: string[] = [];
    for (const path of this.#paths) {
      const entry = await stat(path).catch(() => undefined);
      if (entry?.isDirectory())
        throw new LitDataError(
          `${this.name}: ${path} is a folder, expected a file, or a glob such as ${join(path, "*")}`,
        );
      const files = entry?.isFile() ? [[path]] : await (await open()).rows(`SELECT file FROM glob(${quoted(path)})`);
      if (files.length === 0)
        throw new LitDataError(`${this.name}: no such file${this.#paths.length > 1 ? `: ${path}` : ""}`);
      found.push(...files.map(([file]) => String(file)));
    }
    return found.sort();
  }

  /** Rows in the source's order, those of a block that lie on one date together. */
  async *#runs(blocks: AsyncIterable<Block>): AsyncGenerator<DateRun, void, undefined> {
    const { bars, sourceZone = "UTC" } = this.options;
    let last = "";
    let runs = 0;
    for await (const { columns, isWall } of blocks) {
      const { time } = columns;
      if (isWall) wallsToInstants(time, sourceZone);
      const found = bars ? barRuns(time, bars, this.timeZone, this.name) : dateRuns(time, this.timeZone, this.name);
      for (const run of found) {
        const { date } = run;
        if (date !== last && ++runs > MOST_RUNS)
          throw new LitDataError(`${this.name}: the dates change ${MOST_RUNS} times, expected them in order`);
        last = date;
        yield { date, columns: cutColumns(columns, run) };
      }
    }
  }
}
