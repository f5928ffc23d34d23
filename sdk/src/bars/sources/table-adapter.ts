import { LitDataError } from "../../errors.js";
import { identifier, quoted, type Scanner } from "./duckdb.js";
import { type Block, FileAdapter, type FileOptions } from "./file-adapter.js";
import { numberTimes, type Times, textTimes } from "./text-times.js";
import { TIME_UNITS } from "./time-units.js";

/** Where the trades, or the bars, of an instrument lie in tables. Folders such as `symbol=SPY` are columns (hive partitions). */
export interface TableOptions extends FileOptions {
  /** Of times that are texts: their format as strptime has it, such as "%d.%m.%Y %H:%M:%S.%f". Default ISO 8601. */
  readonly timeFormat?: string;
  /** Only rows that have these values, such as `{ symbol: "SPY" }`. */
  readonly where?: Readonly<Record<string, string | number | boolean>>;
}

const NUMBER = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const NAN = "'nan'::DOUBLE";
const ZONED = "WITH TIME ZONE";

/** Trades, or bars, from tables that DuckDB scans. */
export abstract class TableAdapter extends FileAdapter<TableOptions> {
  /** The table function that reads files. `paths` is SQL. */
  protected abstract tableOf(paths: string): string;

  /** Whether all columns are texts, as in a CSV. */
  protected abstract readonly isText: boolean;

  protected override get scanned(): string {
    return this.tableOf("files");
  }

  /** @internal */
  protected async *scan(files: readonly string[], scanner: Scanner): AsyncGenerator<Block, void, undefined> {
    if (files.length > 1) await this.#checkEach(scanner, files);
    const { sql, isWall } = await this.#query(scanner, this.#tableOf(files));
    for await (const columns of scanner.columns(sql, this.names)) yield { columns, isWall };
  }

  #tableOf(files: readonly string[]): string {
    return this.tableOf(`[${files.map(quoted).join(", ")}]`);
  }

  /** The columns of a table and their types. */
  async #typesOf(scanner: Scanner, table: string): Promise<ReadonlyMap<string, string>> {
    const described = await scanner.rows(`DESCRIBE SELECT * FROM ${table}`);
    return new Map(described.map(([name, type]) => [String(name), String(type)]));
  }

  /** Sees that each of several files has the columns, and times of one kind: read together, DuckDB fills in what one lacks. */
  async #checkEach(scanner: Scanner, files: readonly string[]): Promise<void> {
    let first: { readonly path: string; readonly type: string } | undefined;
    for (const path of files) {
      const types = await this.#typesOf(scanner, this.#tableOf([path]));
      const [time] = this.sourceNames([...types.keys()], path);
      const type = String(types.get(String(time)));
      first ??= { path, type };
      if (type.endsWith(ZONED) !== first.type.endsWith(ZONED))
        throw new LitDataError(
          `${this.name}: column ${JSON.stringify(time)} is ${type} in ${path}, and ${first.type} in ${first.path}: some times name a zone, others do not`,
        );
    }
  }

  async #query(scanner: Scanner, table: string): Promise<Times> {
    const types = await this.#typesOf(scanner, table);
    const [time, ...names] = this.sourceNames([...types.keys()]);
    const number = (name: string | null) => (name === null ? NAN : this.#number(name, String(types.get(name))));
    const { sql, isWall } = await this.#times(scanner, table, String(time), String(types.get(String(time))));
    const columns = [sql, ...names.map(number)].map((value) => `coalesce((${value})::DOUBLE, ${NAN})`);
    const conditions = Object.entries(this.options.where ?? {}).map(([name, value]) => {
      if (!types.has(name))
        throw new LitDataError(
          `${this.name}: no column ${JSON.stringify(name)}, found ${[...types.keys()].join(", ")}`,
        );
      return ` ${identifier(name)} = ${typeof value === "string" ? quoted(value) : String(value)}`;
    });
    const where = conditions.length > 0 ? ` WHERE${conditions.join(" AND")}` : "";
    return { sql: `SELECT ${columns.join(", ")} FROM ${table}${where}`, isWall };
  }

  /** A column of numbers. Texts are numbers in a CSV alone. */
  #number(name: string, type: string): string {
    if (!NUMBER.test(type) && !(this.isText && type === "VARCHAR"))
      throw new LitDataError(`${this.name}: column ${JSON.stringify(name)} is ${type}, expected numbers`);
    return identifier(name);
  }

  async #times(scanner: Scanner, table: string, name: string, type: string): Promise<Times> {
    const { timeUnit } = this.options;
    const column = identifier(name);
    const fail = (expected: string) =>
      new LitDataError(`${this.name}: column ${JSON.stringify(name)} is ${type}, expected ${expected}`);
    if (type === "TIMESTAMP WITH TIME ZONE") return { sql: `epoch_us(${column})`, isWall: false };
    if (/^TIMESTAMP|^DATE$/.test(type)) return { sql: `epoch_us(${column}::TIMESTAMP)`, isWall: true };
    const isNumber = NUMBER.test(type);
    if (!isNumber && type !== "VARCHAR") throw fail("times");
    if (!isNumber) return textTimes(scanner, table, name, this.options);
    if (timeUnit === undefined) throw fail(`a timeUnit for it, one of ${TIME_UNITS.join(", ")}`);
    const isDouble = type === "DOUBLE" || type === "FLOAT";
    return numberTimes(column, timeUnit, isDouble ? "double" : type.startsWith("DECIMAL") ? "decimal" : "whole");
  }
}
