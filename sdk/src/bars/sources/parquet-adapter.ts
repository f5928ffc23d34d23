import { TableAdapter, type TableOptions } from "./table-adapter.js";

/** Where the trades, or the bars, of an instrument lie in Parquet files. */
export type ParquetAdapterOptions = TableOptions;

/** Trades, or bars, from Parquet files: one, several, a glob, hive partitions. */
export class ParquetAdapter extends TableAdapter {
  protected readonly isText = false;

  constructor(options: ParquetAdapterOptions) {
    super("ParquetAdapter", options);
  }

  protected tableOf(paths: string): string {
    return `read_parquet(${paths}, hive_partitioning = true, union_by_name = true)`;
  }
}
