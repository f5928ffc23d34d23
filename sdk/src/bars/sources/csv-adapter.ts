import { quoted } from "./duckdb.js";
import { TableAdapter, type TableOptions } from "./table-adapter.js";

/** Where the trades, or the bars, of an instrument lie in CSV files, also compressed ones (.gz, .zst). */
export interface CsvAdapterOptions extends TableOptions {
  /** Whether the first line names the columns. Without one they are column0, column1, … Default true. */
  readonly header?: boolean;
  /** What separates values. Default: found out. */
  readonly delimiter?: string;
}

/** Trades, or bars, from CSV files: one, several, a glob, hive partitions. */
export class CsvAdapter extends TableAdapter {
  protected readonly isText = true;
  readonly #format: string;

  constructor({ header = true, delimiter, ...options }: CsvAdapterOptions) {
    super("CsvAdapter", options);
    // Without a header DuckDB would skip first lines that are unlike the others.
    const head = header === true ? "header = true" : "header = false, skip = 0";
    this.#format = `all_varchar = true, ${head}${delimiter === undefined ? "" : `, delim = ${quoted(delimiter)}`}`;
  }

  protected tableOf(paths: string): string {
    return `read_csv(${paths}, ${this.#format}, hive_partitioning = true, hive_types_autocast = false, union_by_name = true)`;
  }
}
