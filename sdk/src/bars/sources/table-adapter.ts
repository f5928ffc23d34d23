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
    const table = this.tableOf(`[${files.map(quoted).join(", ")}]`);
    const { sql, isWall } = await this.#query(scanner, table);
    for await (const columns of scanner.columns(sql, this.names)) yield { columns, isWall };
  }

  async #query(scanner: Scanner, table: string): Promise<Times> {
    const described = await scanner.rows(`DESCRIBE SELECT * FROM ${table}`);
    const types = new Map(described.map(([name, type]) => [String(name), String(type)]));
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
    return numberTimes(column, timeUnit, type !== "DOUBLE" && type !== "FLOAT");
  }
}
