import { LitDataError } from "../../errors.js";
import type { Hdf5Span } from "../../hdf5/serve-file.js";
import { startReader } from "../../hdf5/start-reader.js";
import { openForReading } from "../../open-for-reading.js";
import type { Columns } from "../date-runs.js";
import { type Block, FileAdapter, type FileOptions } from "./file-adapter.js";
import type { ColumnsRequest, Hdf5Column, Hdf5Values } from "./hdf5-columns.worker.js";
import { TIME_UNITS, toMicroseconds } from "./time-units.js";

/** Where the trades, or the bars, of an instrument lie in HDF5 files. */
export interface Hdf5AdapterOptions extends FileOptions {
  /**
   * The path in the file of what holds the columns: a group of datasets of one dimension, a dataset of a compound type or
   * of rows and columns, or a frame that pandas wrote (its key). Default: the file's root, or the one thing in it.
   */
  readonly dataset?: string;
}

/** How long an answer may take, ms. */
const PATIENCE = 30_000;

/**
 * Trades, or bars, from HDF5 files: h5py's datasets and compound types, pandas' frames in the formats fixed and table.
 * Files are read in a thread with limits of memory and time, uncompressed or with gzip, LZF, Blosc, Blosc2,
 * bzip2, LZ4, bitshuffle or Zstandard. A frame's index is the column `index`, and the time where the frame has no column
 * `time`. Columns of rows and columns are named by the attribute `columns`, else `column0`, `column1`, …
 */
export class Hdf5Adapter extends FileAdapter<Hdf5AdapterOptions> {
  constructor(options: Hdf5AdapterOptions) {
    super("Hdf5Adapter", options);
    const { dataset } = options;
    if (dataset !== undefined && (typeof dataset !== "string" || dataset.split("/").includes("..")))
      throw new LitDataError(`Hdf5Adapter: dataset ${JSON.stringify(dataset)}, expected a path in the file`);
  }

  /** @internal */
  protected async *scan(files: readonly string[]): AsyncGenerator<Block, void, undefined> {
    for (const path of files) {
      const { handle, size } = await openForReading(path, LitDataError);
      try {
        yield* this.#file(path, { fd: handle.fd, offset: 0, size });
      } finally {
        await handle.close();
      }
    }
  }

  async *#file(path: string, span: Hdf5Span): AsyncGenerator<Block, void, undefined> {
    const fail = (what: string, cause?: unknown) => new LitDataError(`${path}: ${what}`, { cause });
    const reader = startReader<ColumnsRequest>(new URL("./hdf5-columns.worker.js", import.meta.url), span, fail);
    try {
      await reader.ready;
      const list = { type: "list", path: this.options.dataset ?? "/" } as const;
      const found = (await reader.ask(list, PATIENCE)) as Hdf5Column[];
      const names = found.map(({ name }) => name);
      const index = names.indexOf("index");
      // Where a frame has no column of times, they are its index.
      const byIndex = !names.includes("time") && this.options.columns?.time === undefined && found[index]?.time;
      if (byIndex) names[index] = "time";
      const chosen = this.sourceNames(names, path).map((name) => (name === null ? null : names.indexOf(name)));
      const columns = chosen.filter((position) => position !== null);
      const [time] = columns.map((position) => found[position] as Hdf5Column);
      for (const column of columns.map((position) => found[position] as Hdf5Column)) {
        if (!column.isNumber)
          throw new LitDataError(`${path}: column ${JSON.stringify(column.name)} is ${column.type}, expected numbers`);
        if (column.rows !== time?.rows)
          throw new LitDataError(
            `${path}: column ${JSON.stringify(column.name)} has ${column.rows} rows, ${JSON.stringify(time?.name)} has ${time?.rows}, expected as many`,
          );
      }
      const { unit, isWall } = this.#times(path, time as Hdf5Column);
      for (let from = 0; from < (time?.rows ?? 0); ) {
        const values = (await reader.ask({ type: "read", columns, from }, PATIENCE)) as Hdf5Values[];
        const rows = values[0]?.length ?? 0;
        const block = this.names.map((name, i): [string, Float64Array] => {
          const column = chosen[i] === null ? undefined : values[columns.indexOf(chosen[i] as number)];
          if (!column) return [name, new Float64Array(rows).fill(Number.NaN)];
          if (name === "time") return [name, toMicroseconds(column, unit)];
          return [name, column instanceof BigInt64Array ? toMicroseconds(column, "us") : column];
        });
        yield { columns: Object.fromEntries(block) as unknown as Columns, isWall };
        from += rows;
      }
    } finally {
      await reader.end();
    }
  }

  #times(path: string, { name, type, time }: Hdf5Column) {
    if (time) return { unit: time.unit, isWall: !time.isInstant };
    const { timeUnit } = this.options;
    if (timeUnit === undefined)
      throw new LitDataError(
        `${path}: column ${JSON.stringify(name)} is ${type}, expected a timeUnit for it, one of ${TIME_UNITS.join(", ")}`,
      );
    return { unit: timeUnit, isWall: false };
  }
}
