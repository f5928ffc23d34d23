import { type FileHandle, open } from "node:fs/promises";
import zlib from "node:zlib";
import type { Data, DataType, RecordBatch } from "apache-arrow";
import { LitDataError } from "../../errors.js";
import { readError } from "../../home.js";
import type { Columns } from "../date-runs.js";
import { decimals, decimalTimes, half, isDecimal } from "./arrow-numbers.js";
import type { Scanner } from "./duckdb.js";
import { type Block, FileAdapter } from "./file-adapter.js";
import { decodeLz4 } from "./lz4.js";
import type { TableOptions } from "./table-adapter.js";
import { textTimesReader } from "./text-times.js";
import { TIME_UNITS, type TimeUnit, toMicroseconds } from "./time-units.js";

/** Where the trades, or the bars, of an instrument lie in Arrow IPC files or streams (Feather 2). */
export type ArrowAdapterOptions = TableOptions;

type Arrow = typeof import("apache-arrow");
type Condition = readonly [name: string, value: string | number | boolean];

/** A file, and what its rows are read with. */
interface Source {
  readonly path: string;
  /** The columns that its folders are, such as `symbol=SPY`. */
  readonly folders: ReadonlyMap<string, string>;
  /** Those on columns of the file itself. */
  readonly conditions: readonly Condition[];
  readonly readTexts: ReturnType<typeof textTimesReader>;
}

/**
 * Trades, or bars, from Arrow IPC files and streams (Feather 2), uncompressed, or with LZ4 or (Node 22.15) Zstandard. Columns of float64 are used
 * as they lie in the file. Times are timestamps, dates or texts, or numbers with `timeUnit`.
 */
export class ArrowAdapter extends FileAdapter<ArrowAdapterOptions> {
  constructor(options: ArrowAdapterOptions) {
    super("ArrowAdapter", options);
  }

  /** @internal */
  protected async *scan(files: readonly string[], scanner: Scanner): AsyncGenerator<Block, void, undefined> {
    const arrow = await import("apache-arrow");
    arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, { decode: decodeLz4 });
    arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, { decode: decodeZstd });
    const readTexts = textTimesReader(scanner, this.options);
    for (const path of files) {
      const folders = foldersOf(path);
      const asked = Object.entries(this.options.where ?? {});
      const conditions = asked.filter(([name]) => !folders.has(name));
      const isElsewhere = asked.some(([name, value]) => !isSame(folders.get(name) ?? String(value), value));
      if (!isElsewhere) yield* this.#file(arrow, { path, folders, conditions, readTexts });
    }
  }

  async *#file(arrow: Arrow, source: Source): AsyncGenerator<Block, void, undefined> {
    const { path } = source;
    const handle = await open(path).catch((cause) => {
      throw readError(path, "an Arrow file", cause, LitDataError);
    });
    try {
      let batches: AsyncIterator<RecordBatch> | undefined;
      for (;;) {
        let block: Block;
        try {
          batches ??= await batchesOf(arrow, handle);
          const { done, value } = await batches.next();
          if (done) break;
          block = await this.#block(arrow, value, source);
        } catch (cause) {
          if (cause instanceof LitDataError) throw cause;
          throw new LitDataError(`${path}: not a readable Arrow IPC file, or cut off: ${(cause as Error).message}`, {
            cause,
          });
        }
        yield block;
      }
    } finally {
      await handle.close().catch(() => undefined); // the reader may have closed it
    }
  }

  async #block(arrow: Arrow, batch: RecordBatch, source: Source): Promise<Block> {
    const { path } = source;
    const found = batch.schema.fields.map(({ name }) => String(name));
    const column = (name: string) => batch.data.children[found.indexOf(name)] as Data;
    const [time, ...names] = this.sourceNames(found, path);
    const rows = batch.numRows;
    const times = await this.#times(arrow, column(String(time)), String(time), source);
    const columns: Record<string, Float64Array> = { time: times.values };
    for (const [i, name] of names.entries())
      columns[this.names[i + 1] as string] =
        name === null ? new Float64Array(rows).fill(Number.NaN) : this.#numbers(arrow, column(name), name, path);
    for (const [name, values] of Object.entries(columns))
      if (values.length !== rows)
        throw new LitDataError(`${path}: the column of ${name} has ${values.length} values, expected ${rows}: cut off`);
    const isKept = rowsKept(arrow, batch, source);
    const kept = Object.entries(columns).map(([name, values]) => [
      name,
      isKept ? values.filter((_, i) => isKept[i] === 1) : values,
    ]);
    return { columns: Object.fromEntries(kept) as Columns, isWall: times.isWall };
  }

  #fail(path: string, name: string, { type }: Data, expected: string): LitDataError {
    return new LitDataError(`${path}: column ${JSON.stringify(name)} is ${type}, expected ${expected}`);
  }

  #numbers(arrow: Arrow, data: Data, name: string, path: string): Float64Array {
    const values = numbersOf(arrow, data);
    if (!values) throw this.#fail(path, name, data, "numbers");
    return values;
  }

  async #times(arrow: Arrow, data: Data, name: string, { path, readTexts }: Source) {
    const type: DataType = data.type;
    if (arrow.DataType.isTimestamp(type)) {
      const values = toMicroseconds(words(data), TIME_UNITS[type.unit] as TimeUnit);
      return { values: withNulls(data, values), isWall: !type.timezone };
    }
    if (arrow.DataType.isDate(type)) {
      const isDay = type.unit === arrow.DateUnit.DAY;
      const days = () => Float64Array.from(data.values as Int32Array, (day) => day * 86_400_000_000);
      return { values: withNulls(data, isDay ? days() : toMicroseconds(words(data), "ms")), isWall: true };
    }
    if (isText(arrow, type)) return readTexts(name, new arrow.Vector([data]));
    const values = plainNumbers(arrow, data);
    if (!values) throw this.#fail(path, name, data, "times");
    const { timeUnit } = this.options;
    if (timeUnit === undefined)
      throw this.#fail(path, name, data, `a timeUnit for it, one of ${TIME_UNITS.join(", ")}`);
    const times = isDecimal(arrow, data) ? decimalTimes(data, timeUnit) : toMicroseconds(values, timeUnit);
    return { values: withNulls(data, times), isWall: false };
  }
}

/** The columns that a path's folders are (hive partitions), such as `symbol=SPY`. */
function foldersOf(path: string): Map<string, string> {
  const folders = path
    .split(/[\\/]/)
    .slice(0, -1)
    .flatMap((folder) => {
      const [, name, text = ""] = /^([^=]+)=(.*)$/.exec(folder) ?? [];
      return name === undefined ? [] : [[name, unescaped(text)] as const];
    });
  return new Map(folders);
}

/** What a folder's text is where its writer escaped it as in a URL. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a folder's text is a value. */
const isSame = (text: string, value: Condition[1]): boolean =>
  typeof value === "number" ? Number(text) === value : text === String(value);

/** Whether a column's values are texts. */
function isText(arrow: Arrow, type: DataType): boolean {
  const { isDictionary, isLargeUtf8, isUtf8, isUtf8View } = arrow.DataType;
  return isDictionary(type) ? isText(arrow, type.dictionary) : isUtf8(type) || isLargeUtf8(type) || isUtf8View(type);
}

/** Which rows `where` asks for, as 1; null where it asks for all. */
function rowsKept(arrow: Arrow, batch: RecordBatch, { path, folders, conditions }: Source): Uint8Array | null {
  if (conditions.length === 0) return null;
  const names = batch.schema.fields.map(({ name }) => String(name));
  const isKept = new Uint8Array(batch.numRows).fill(1);
  for (const [name, value] of conditions) {
    const data = batch.data.children[names.indexOf(name)];
    if (!data)
      throw new LitDataError(
        `${path}: no column ${JSON.stringify(name)}, found ${[...names, ...folders.keys()].join(", ")}`,
      );
    const [numbers, vector] = [numbersOf(arrow, data), new arrow.Vector([data])];
    for (let i = 0; i < isKept.length; i++) if ((numbers ? numbers[i] : vector.get(i)) !== value) isKept[i] = 0;
  }
  return isKept;
}

async function batchesOf(arrow: Arrow, handle: FileHandle): Promise<AsyncIterator<RecordBatch>> {
  const reader = await (await arrow.RecordBatchReader.from(handle)).open();
  if (!reader.schema) throw new Error("no schema in it");
  return reader[Symbol.asyncIterator]();
}

/** Zstandard is in Node from 22.15 on. */
function decodeZstd(bytes: Uint8Array): Uint8Array {
  const { zstdDecompressSync } = zlib as {
    readonly zstdDecompressSync?: (bytes: Uint8Array, limits: { readonly maxOutputLength: number }) => Uint8Array;
  };
  if (!zstdDecompressSync)
    throw new Error(
      `it is compressed with Zstandard, which Node ${process.versions.node} does not read: write it with LZ4 or uncompressed`,
    );
  return zstdDecompressSync(bytes, { maxOutputLength: 2 ** 31 });
}

/** 64-bit integers as they lie in memory. */
const words = ({ values }: Data): BigInt64Array =>
  new BigInt64Array(values.buffer, values.byteOffset, Math.floor(values.byteLength / 8));

/** A column of numbers as they lie in memory, where they are float64 or 64-bit integers; null if they are none. */
function plainNumbers(arrow: Arrow, data: Data): Float64Array | BigInt64Array | null {
  const type: DataType = data.type;
  if (isDecimal(arrow, data)) return decimals(data);
  if (arrow.DataType.isFloat(type)) {
    if (type.precision === arrow.Precision.HALF) return Float64Array.from(data.values as Uint16Array, half);
    return data.values instanceof Float64Array ? data.values : Float64Array.from(data.values as Float32Array);
  }
  if (!arrow.DataType.isInt(type)) return null;
  if (type.bitWidth < 64) return Float64Array.from(data.values as Int32Array);
  return type.isSigned ? words(data) : Float64Array.from(data.values as BigUint64Array, Number);
}

/** A column of numbers, NaN where there is none; null if they are no numbers. */
function numbersOf(arrow: Arrow, data: Data): Float64Array | null {
  const values = plainNumbers(arrow, data);
  return values && withNulls(data, values instanceof BigInt64Array ? toMicroseconds(values, "us") : values);
}

/** The values with NaN where there is none. */
function withNulls(data: Data, values: Float64Array): Float64Array {
  if (data.nullCount === 0) return values;
  return values.map((value, i) => (data.getValid(i) ? value : Number.NaN));
}
