import { createRequire } from "node:module";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { DataChunk } from "@duckdb/node-bindings";
import { LitDataError } from "../../errors.js";
import type { Columns } from "../date-runs.js";

const require = createRequire(import.meta.url);
/** Imported instead, Node would first read the whole package for its names. */
const duckdb = (): typeof import("@duckdb/node-api") => require("@duckdb/node-api");
const bindings = (): typeof import("@duckdb/node-bindings") => require("@duckdb/node-bindings");

/** Rows a block. */
const BLOCK = 2 ** 17;
/** Rows a chunk of DuckDB holds at most. */
const CHUNK = 2048;

/** DuckDB's message of a CSV that it cannot make out, with everything that it tried. */
const SNIFFED = /Error when sniffing file/;
const NO_CSV =
  "not a readable CSV: quotes that do not close, another encoding than UTF-8, or lines of fewer or more columns than the others";

/** A text as SQL has it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as SQL has it. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** DuckDB in memory, as the scanner of files: it loads no extension and reaches no network. */
export class Scanner {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  /** The source, for messages. */
  readonly where: string;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, where: string) {
    this.#instance = instance;
    this.#connection = connection;
    this.where = where;
  }

  /** @param where names the source in messages */
  static async open(where: string): Promise<Scanner> {
    const off = { autoinstall_known_extensions: "false", autoload_known_extensions: "false" };
    const instance = await duckdb().DuckDBInstance.create(":memory:", off);
    const connection = await instance.connect();
    // Chunks are fetched one by one: the more may wait, the less often DuckDB's threads stop.
    await connection.run("SET streaming_buffer_size = '16MB'");
    return new Scanner(instance, connection, where);
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  /** A query's rows as texts. @throws LitDataError with DuckDB's reason */
  async rows(sql: string): Promise<(string | null)[][]> {
    try {
      const rows = (await this.#connection.runAndReadAll(sql)).getRows();
      return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  /**
   * The rows of a query whose columns are DOUBLE and never NULL, block by block, in the query's order. A block's memory is
   * used again for the next.
   * @param names the query's columns'
   * @throws LitDataError with DuckDB's reason
   */
  async *columns(sql: string, names: readonly string[]): AsyncGenerator<Columns, void, undefined> {
    const columns = names.map(() => new Float64Array(BLOCK));
    const bytes = columns.map(({ buffer }) => new Uint8Array(buffer));
    let length = 0;
    const block = () =>
      Object.fromEntries(names.map((name, i) => [name, columns[i]?.subarray(0, length)])) as unknown as Columns;
    const { data_chunk_get_size, data_chunk_get_vector, vector_get_data } = bindings();
    let pending: Promise<unknown> | undefined;
    try {
      await this.#connection.run("BEGIN");
      const result = await this.#connection.stream(sql);
      const fetch = () => {
        const fetched = result.fetchChunk();
        pending = fetched.catch(() => undefined);
        return fetched;
      };
      for (let fetched = fetch(); ; ) {
        // What node-api makes of a vector takes as long as the vector's numbers.
        const chunk = ((await fetched) as unknown as { readonly chunk: DataChunk } | null)?.chunk;
        const rows = chunk ? data_chunk_get_size(chunk) : 0;
        if (!chunk || rows === 0) break;
        fetched = fetch(); // while this one is taken
        if (length + rows > BLOCK) {
          yield block();
          length = 0;
        }
        for (const [i, column] of bytes.entries())
          column.set(vector_get_data(data_chunk_get_vector(chunk, i), rows * 8), length * 8);
        length += rows;
      }
      await this.#checkEnd(sql, names);
      if (length > 0) yield block();
    } catch (cause) {
      throw cause instanceof LitDataError ? cause : this.#error(cause);
    } finally {
      await pending; // before DuckDB is closed
      await this.#connection.run("ROLLBACK").catch(() => undefined); // none is open where an error ended it
    }
  }

  /**
   * A stream that fails ends as one that is complete does, without a word: what tells is that its transaction is aborted.
   * @throws the reason, which a query gives that is no stream
   */
  async #checkEnd(sql: string, names: readonly string[]): Promise<void> {
    const isComplete = await this.#connection.run("SELECT 1").then(
      () => true,
      () => false,
    );
    if (isComplete) return;
    await this.#connection.run("ROLLBACK");
    const columns = names.map(identifier);
    const all = columns.map((name) => `max(${name})`).join(", ");
    await this.#connection.run(`SELECT ${all} FROM (${sql}) AS scanned (${columns.join(", ")})`);
    throw new LitDataError(`${this.where}: reading broke off, but not when it was tried again: load it once more`);
  }

  /**
   * Writes columns of float64 as Parquet.
   * @param time the column that holds µs since the epoch, written as a timestamp in UTC
   * @throws LitDataError with DuckDB's reason
   */
  async writeParquet(
    path: string,
    columns: Readonly<Record<string, Float64Array>>,
    time: string | null,
  ): Promise<void> {
    try {
      await this.#fill("frame", "DOUBLE", columns);
      const selected = Object.keys(columns).map((name) =>
        name === time ? `make_timestamptz(${identifier(name)}::BIGINT) AS ${identifier(name)}` : identifier(name),
      );
      await this.#connection.run(
        `COPY (SELECT ${selected.join(", ")} FROM frame) TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`,
      );
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  /**
   * A table of one column of texts, instead of the one that had its name.
   * @throws LitDataError with DuckDB's reason
   */
  async fillTexts(table: string, name: string, texts: readonly (string | null)[]): Promise<void> {
    try {
      await this.#fill(table, "VARCHAR", { [name]: texts });
    } catch (cause) {
      throw this.#error(cause);
    }
  }

  async #fill(
    table: string,
    type: "DOUBLE" | "VARCHAR",
    columns: Readonly<Record<string, Float64Array | readonly (string | null)[]>>,
  ): Promise<void> {
    const types = duckdb();
    const values = Object.values(columns);
    const length = values[0]?.length ?? 0;
    const declared = Object.keys(columns).map((name) => `${identifier(name)} ${type}`);
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (${declared.join(", ")})`);
    const appender = await this.#connection.createAppender(table);
    for (let from = 0; from < length; from += CHUNK) {
      const chunk = types.DuckDBDataChunk.create(
        values.map(() => types[type]),
        Math.min(CHUNK, length - from),
      );
      for (const [i, column] of values.entries()) chunk.setColumnValues(i, [...column.slice(from, from + CHUNK)]);
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  #error(cause: unknown): LitDataError {
    const lines = (cause as Error).message.split("\n");
    const end = lines.findIndex((line) => line === "" || /^(?:Possible|LINE \d)/.test(line));
    const told = lines.slice(0, end === -1 ? 1 : end);
    const reason = SNIFFED.test(told[0] ?? "") ? NO_CSV : told.join("; ");
    return new LitDataError(`${this.where}: ${reason}`, { cause });
  }
}
