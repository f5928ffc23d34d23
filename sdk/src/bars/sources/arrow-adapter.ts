import { type FileHandle, open } from "node:fs/promises";
import zlib from "node:zlib";
import type { Data, DataType, RecordBatch, Schema } from "apache-arrow";
import { LitDataError } from "../../errors.js";
import { readError } from "../../home.js";
import type { Columns } from "../date-runs.js";
import { type Block, FileAdapter, type FileOptions } from "./file-adapter.js";
import { decodeLz4 } from "./lz4.js";
import { TIME_UNITS, type TimeUnit, toMicroseconds } from "./time-units.js";

/** Where the trades, or the bars, of an instrument lie in Arrow IPC files or streams (Feather 2). */
export interface ArrowAdapterOptions extends FileOptions {
  /** Only rows that have these values, such as `{ symbol: "SPY" }`. */
  readonly where?: Readonly<Record<string, string | number | boolean>>;
}

type Arrow = typeof import("apache-arrow");

/**
 * Trades, or bars, from Arrow IPC files and streams (Feather 2), uncompressed, or with LZ4 or (Node 22.15) Zstandard. Columns of float64 are used
 * as they lie in the file. Times are timestamps or dates, or numbers with `timeUnit`.
 */
export class ArrowAdapter extends FileAdapter<ArrowAdapterOptions> {
  constructor(options: ArrowAdapterOptions) {
    super("ArrowAdapter", options);
  }

  /** @internal */
  protected async *scan(files: readonly string[]): AsyncGenerator<Block, void, undefined> {
    const arrow = await import("apache-arrow");
    arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, { decode: decodeLz4 });
    arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, { decode: decodeZstd });
    for (const path of files) yield* this.#file(arrow, path);
  }

  async *#file(arrow: Arrow, path: string): AsyncGenerator<Block, void, undefined> {
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
          block = this.#block(arrow, value, path);
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

  #block(arrow: Arrow, batch: RecordBatch, path: string): Block {
    const found = batch.schema.fields.map(({ name }) => String(name));
    const column = (name: string) => batch.data.children[found.indexOf(name)] as Data;
    const [time, ...names] = this.sourceNames(found, path);
    const rows = batch.numRows;
    const times = this.#times(arrow, column(String(time)), String(time), path);
    const columns: Record<string, Float64Array> = { time: times.values };
    for (const [i, name] of names.entries())
      columns[this.names[i + 1] as string] =
        name === null ? new Float64Array(rows).fill(Number.NaN) : this.#numbers(arrow, column(name), name, path);
    for (const [name, values] of Object.entries(columns))
      if (values.length !== rows)
        throw new LitDataError(`${path}: the column of ${name} has ${values.length} values, expected ${rows}: cut off`);
    return { columns: this.#kept(batch, columns as unknown as Columns, path), isWall: times.isWall };
  }

  #fail(path: string, name: string, { type }: Data, expected: string): LitDataError {
    return new LitDataError(`${path}: column ${JSON.stringify(name)} is ${type}, expected ${expected}`);
  }

  #numbers(arrow: Arrow, data: Data, name: string, path: string): Float64Array {
    const values = plainNumbers(arrow, data);
    if (!values) throw this.#fail(path, name, data, "numbers");
    const numbers = values instanceof BigInt64Array ? toMicroseconds(values, "us") : values;
    return withNulls(data, numbers);
  }

  #times(arrow: Arrow, data: Data, name: string, path: string) {
    const { type } = data;
    if (arrow.DataType.isTimestamp(type)) {
      const values = toMicroseconds(words(data), TIME_UNITS[type.unit] as TimeUnit);
      return { values: withNulls(data, values), isWall: !type.timezone };
    }
    if (arrow.DataType.isDate(type)) {
      const isDay = type.unit === arrow.DateUnit.DAY;
      const days = () => Float64Array.from(data.values as Int32Array, (day) => day * 86_400_000_000);
      return { values: withNulls(data, isDay ? days() : toMicroseconds(words(data), "ms")), isWall: true };
    }
    const values = plainNumbers(arrow, data);
    if (!values) throw this.#fail(path, name, data, "times");
    const { timeUnit } = this.options;
    if (timeUnit === undefined)
      throw this.#fail(path, name, data, `a timeUnit for it, one of ${TIME_UNITS.join(", ")}`);
    return { values: withNulls(data, toMicroseconds(values, timeUnit)), isWall: false };
  }

  /** The rows that `where` asks for. */
  #kept(batch: RecordBatch, columns: Columns, path: string): Columns {
    const conditions = Object.entries(this.options.where ?? {});
    if (conditions.length === 0) return columns;
    const isKept = new Uint8Array(batch.numRows).fill(1);
    for (const [name, value] of conditions) {
      const vector = batch.getChild(name);
      if (!vector) throw new LitDataError(`${path}: no column ${JSON.stringify(name)}, found ${namesOf(batch.schema)}`);
      for (let i = 0; i < isKept.length; i++) {
        const found = vector.get(i);
        if ((typeof found === "bigint" ? Number(found) : found) !== value) isKept[i] = 0;
      }
    }
    const cut = Object.entries(columns).map(([name, values]) => [name, values.filter((_, i) => isKept[i] === 1)]);
    return Object.fromEntries(cut) as Columns;
  }
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

const namesOf = ({ fields }: Schema): string => fields.map(({ name }) => String(name)).join(", ");

/** 64-bit integers as they lie in memory. */
const words = ({ values }: Data): BigInt64Array =>
  new BigInt64Array(values.buffer, values.byteOffset, Math.floor(values.byteLength / 8));

/** A column of numbers: float64 over the same memory; null if they are none. */
function plainNumbers(arrow: Arrow, data: Data): Float64Array | BigInt64Array | null {
  const type: DataType = data.type;
  if (arrow.DataType.isFloat(type) && type.precision !== arrow.Precision.HALF)
    return data.values instanceof Float64Array ? data.values : Float64Array.from(data.values as Float32Array);
  if (!arrow.DataType.isInt(type)) return null;
  if (type.bitWidth < 64) return Float64Array.from(data.values as Int32Array);
  return type.isSigned ? words(data) : Float64Array.from(data.values as BigUint64Array, Number);
}

/** The values with NaN where there is none. */
function withNulls(data: Data, values: Float64Array): Float64Array {
  if (data.nullCount === 0) return values;
  return values.map((value, i) => (data.getValid(i) ? value : Number.NaN));
}
