import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Table } from "apache-arrow";
import { LitDataError } from "../errors.js";
import { writeBeside } from "../home.js";
import { isoInstant } from "./time-zone.js";

/** Rows a piece of text. */
const CHUNK = 2048;

/** Writes a file whole or not at all. @throws LitDataError */
async function written(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  await writeBeside(resolve(path), write).catch((cause) => {
    if (cause instanceof LitDataError) throw cause;
    throw new LitDataError(`${path} cannot be written: ${cause.message}`, { code: cause.code ?? null, cause });
  });
}

/** Rows in columns of float64, one value a row in each. Columns are shared between frames: leave them unchanged. */
export abstract class ColumnFrame<Name extends string, Row extends object> implements Iterable<Row> {
  /** The names of the columns. */
  abstract readonly columns: readonly Name[];
  /** Which column holds instants, µs since the epoch, if there is one. */
  protected abstract readonly timeColumn: Name | null;

  /** A column by its name. */
  protected abstract column(name: Name): Float64Array;

  /** A frame like this one of other rows. */
  protected abstract like(columns: Readonly<Record<Name, Float64Array>>): this;

  /** How many rows there are. */
  get length(): number {
    return this.column(this.columns[0] as Name).length;
  }

  /** A row; a negative index counts from the end; undefined where there is none. */
  at(index: number): Row | undefined {
    const i = index < 0 ? this.length + index : index;
    return Number.isInteger(i) && i >= 0 && i < this.length ? this.#row(i) : undefined;
  }

  /** The rows `begin` to `end - 1` over the same memory; negative numbers count from the end. */
  slice(begin = 0, end = this.length): this {
    return this.#map((column) => column.subarray(begin, end));
  }

  /** The rows that `keep` says true of. */
  filter(keep: (row: Row, index: number) => boolean): this {
    const kept: number[] = [];
    for (let i = 0; i < this.length; i++) if (keep(this.#row(i), i)) kept.push(i);
    return this.#map((column) => Float64Array.from(kept, (i) => column[i] as number));
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (let i = 0; i < this.length; i++) yield this.#row(i);
  }

  toRows(): Row[] {
    return [...this];
  }

  /** The frame as an Apache Arrow table over the same memory; times as float64 µs. */
  async toArrow(): Promise<Table> {
    const { makeData, makeVector, Float64, Table } = await import("apache-arrow");
    const vectors = this.columns.map((name) => {
      return [name, makeVector(makeData({ type: new Float64(), data: this.column(name) }))] as const;
    });
    return new Table(Object.fromEntries(vectors));
  }

  /**
   * The frame as a table of Arquero, where that is installed beside the notebook.
   * @throws LitDataError if it is not
   */
  async toArquero(): Promise<unknown> {
    const { createRequire } = await import("node:module");
    const { pathToFileURL } = await import("node:url");
    let path: string;
    try {
      path = createRequire(resolve("notebook.js")).resolve("arquero");
    } catch (cause) {
      throw new LitDataError("Arquero is not installed here: npm install arquero", { cause });
    }
    const { table } = (await import(pathToFileURL(path).href)) as { table(columns: object): unknown };
    return table(Object.fromEntries(this.columns.map((name) => [name, this.column(name)])));
  }

  /** Writes the frame as CSV, its times as ISO 8601. The file is there whole or not at all. */
  async toCsv(path: string): Promise<void> {
    await written(path, (temporary) => writeFile(temporary, this.#csv()));
  }

  /** Writes the frame as Parquet, its times as timestamps in UTC. The file is there whole or not at all. */
  async toParquet(path: string): Promise<void> {
    const { Scanner } = await import("./sources/duckdb.js");
    const scanner = await Scanner.open(path);
    try {
      const columns = Object.fromEntries(this.columns.map((name) => [name, this.column(name)]));
      await written(path, (temporary) => scanner.writeParquet(temporary, columns, this.timeColumn));
    } finally {
      scanner.close();
    }
  }

  *#csv(): Generator<string, void, undefined> {
    yield `${this.columns.join(",")}\n`;
    const text = this.columns.map((name) => (name === this.timeColumn ? isoInstant : String));
    const columns = this.columns.map((name) => this.column(name));
    for (let from = 0; from < this.length; from += CHUNK) {
      let lines = "";
      for (let i = from; i < Math.min(from + CHUNK, this.length); i++)
        lines += `${columns.map((column, k) => text[k]?.(column[i] as number)).join(",")}\n`;
      yield lines;
    }
  }

  #row(i: number): Row {
    return Object.fromEntries(this.columns.map((name) => [name, this.column(name)[i]])) as Row;
  }

  #map(change: (column: Float64Array) => Float64Array): this {
    const columns = this.columns.map((name) => [name, change(this.column(name))]);
    return this.like(Object.fromEntries(columns) as Record<Name, Float64Array>);
  }
}
