import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LitDataError } from "../../errors.js";
import { cacheFolder, readError, syncPath, writeBeside } from "../../home.js";
import { addTo, type Columns, copyColumns, joinColumns, sortedByDate } from "../date-runs.js";

/** Rows that follow one another in a source and lie on one date. Their memory is used again for the next. */
export interface DateRun {
  readonly date: string;
  readonly columns: Columns;
}

/** The rows of a source by date: trades, or bars. */
export interface CachedColumns {
  /** The dates that have any, ascending. */
  readonly dates: readonly string[];
  /** A date's rows, in the source's order. */
  read(date: string): Promise<Columns>;
}

const FORMAT = 4;
/** What writing fails with where a disk, a quota or a limit of a process is full. */
const NO_ROOM = ["ENOSPC", "EDQUOT", "EFBIG"];
const KEY = /^[0-9a-f]{64}$/;
/** Columns that nobody has opened for so long, ms, go when others come. */
const UNUSED = 30 * 24 * 3600 * 1000;

/**
 * The columns of some files by date, from an Arrow file below the cache's folder that is made the first time. It is found by
 * the files' paths, sizes and times of change and by `description`, so it is never older than they are. Where the folder
 * cannot be written, or has no room, the columns stay in memory.
 * @param names the columns'
 * @param description everything besides the files that makes the columns what they are
 * @param scan gives the source's rows in its order
 * @throws LitDataError if a file is not there
 */
export async function cachedColumns(
  files: readonly string[],
  names: readonly string[],
  description: unknown,
  scan: () => Promise<AsyncIterable<DateRun>>,
): Promise<CachedColumns> {
  const identities = await Promise.all(files.map(identityOf));
  const key = createHash("sha256")
    .update(JSON.stringify([FORMAT, names, description, identities]))
    .digest("hex");
  const folder = join(cacheFolder(), "columns");
  const path = join(folder, key);
  const cached = await openColumns(path, names);
  if (cached) return cached;
  if (existsSync(path)) await rm(path, { recursive: true, force: true }); // it is broken
  try {
    await mkdir(folder, { recursive: true });
  } catch {
    return inMemory(await scan(), names);
  }
  await removeUnused(folder).catch(() => undefined); // another process may do so too
  try {
    await writeBeside(path, async (temporary) => writeColumns(temporary, names, await scan()));
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    if (NO_ROOM.includes(code)) return inMemory(await scan(), names);
    // Another process was faster.
    if (!["ENOTEMPTY", "EEXIST"].includes(code)) throw error;
  }
  const written = await openColumns(path, names);
  if (!written) throw new LitDataError(`${path}: what was just written there is gone`);
  return written;
}

async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (KEY.test(name) && (await stat(path)).mtimeMs < Date.now() - UNUSED) await rm(path, { recursive: true });
  }
}

async function identityOf(path: string): Promise<readonly [string, string, string]> {
  const { size, mtimeNs } = await stat(path, { bigint: true }).catch((cause) => {
    throw readError(path, "a file", cause, LitDataError);
  });
  return [path, String(size), String(mtimeNs)];
}

async function inMemory(runs: AsyncIterable<DateRun>, names: readonly string[]): Promise<CachedColumns> {
  const dates = new Map<string, Columns[]>();
  for await (const { date, columns } of runs) addTo(dates, date, copyColumns(columns));
  return { dates: [...dates.keys()].sort(), read: async (date) => joinColumns(dates.get(date) ?? [], names) };
}

/** Columns that lie one after the other in `columns.arrow`: where they begin, and their rows. */
type Batch = readonly [at: number, rows: number];

/** What `index.json` says of `columns.arrow`: its length, and where a date's columns lie in it. */
interface Index {
  readonly bytes: number;
  readonly dates: readonly { readonly date: string; readonly batches: readonly Batch[] }[];
}

async function writeColumns(folder: string, names: readonly string[], runs: AsyncIterable<DateRun>): Promise<void> {
  const { AsyncByteQueue, Field, Float64, makeData, RecordBatch, RecordBatchFileWriter, Schema, Struct } = await import(
    "apache-arrow"
  );
  await mkdir(folder);
  const path = join(folder, "columns.arrow");
  const file = openSync(path, "w");
  const order: string[] = [];
  try {
    // At once: the memory of a run is used again for later ones.
    class Sink extends AsyncByteQueue {
      override write(bytes: Uint8Array): void {
        writeFileSync(file, bytes);
      }
    }
    const fields = names.map((name) => new Field(name, new Float64()));
    const schema = new Schema(fields);
    const writer = new RecordBatchFileWriter().reset(new Sink(), schema);
    for await (const { date, columns } of runs) {
      const children = names.map((name) => makeData({ type: new Float64(), data: columns[name] as Float64Array }));
      const data = makeData({ type: new Struct(fields), length: columns.time.length, children });
      writer.write(new RecordBatch(schema, data));
      order.push(date);
    }
    writer.finish();
  } finally {
    closeSync(file);
  }
  await syncPath(path);
  const batches = new Map<string, Batch[]>();
  for (const [i, batch] of (await findBatches(path, names.length)).entries()) addTo(batches, order[i] as string, batch);
  const dates = [...sortedByDate(batches)].map(([date, batches]) => ({ date, batches }));
  const index: Index = { bytes: (await stat(path)).size, dates };
  await writeFile(join(folder, "index.json"), JSON.stringify(index), { flush: true });
}

/** Where the batches of columns without nulls lie in an Arrow file: their values follow one another. */
async function findBatches(path: string, columns: number): Promise<Batch[]> {
  const { RecordBatchReader } = await import("apache-arrow");
  const handle = await open(path);
  try {
    const reader = await RecordBatchReader.from(handle);
    await reader.open();
    return Array.from({ length: reader.footer?.numRecordBatches ?? 0 }, (_, i) => {
      const { offset = 0, metaDataLength = 0, bodyLength = 0 } = reader.footer?.getRecordBatch(i) ?? {};
      return [offset + metaDataLength, bodyLength / 8 / columns];
    });
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/** Whether every date's columns lie within the file. */
const isWithin = ({ bytes, dates }: Index, columns: number): boolean =>
  dates.every(
    ({ date, batches }) =>
      typeof date === "string" &&
      batches.every(([at, rows]) => at >= 0 && Number.isInteger(rows) && rows >= 0 && at + rows * columns * 8 <= bytes),
  );

async function openColumns(folder: string, names: readonly string[]): Promise<CachedColumns | null> {
  const path = join(folder, "columns.arrow");
  let index: Index;
  try {
    index = JSON.parse(await readFile(join(folder, "index.json"), "utf8")) as Index;
    if ((await stat(path)).size !== index.bytes || !isWithin(index, names.length)) return null;
  } catch {
    return null;
  }
  await utimes(folder, new Date(), new Date()).catch(() => undefined); // a cache that others have made read-only
  const batches = new Map(index.dates.map(({ date, batches }) => [date, batches]));
  return {
    dates: index.dates.map(({ date }) => date),
    read: (date) => readBatches(path, batches.get(date) ?? [], names),
  };
}

/** Bytes that are read at once. */
const MOST_READ = 2 ** 30;

async function readBatches(path: string, batches: readonly Batch[], names: readonly string[]): Promise<Columns> {
  const handle = await open(path).catch((cause) => {
    const what = "the cached columns; make the adapter again, and they are read from the source";
    throw readError(path, what, cause, LitDataError);
  });
  try {
    const length = batches.reduce((sum, [, rows]) => sum + rows, 0);
    const memory = Buffer.allocUnsafeSlow(length * names.length * 8);
    let begin = 0;
    for (const [at, rows] of batches) {
      // Of a single batch the columns follow one another in memory too.
      const parts = batches.length === 1 ? 1 : names.length;
      const bytes = (rows * names.length * 8) / parts;
      for (let part = 0; part < parts; part++)
        await readInto(
          handle,
          path,
          memory.subarray((part * length + begin) * 8).subarray(0, bytes),
          at + part * bytes,
        );
      begin += rows;
    }
    return Object.fromEntries(
      names.map((name, i) => [name, new Float64Array(memory.buffer, i * length * 8, length)]),
    ) as Columns;
  } finally {
    await handle.close();
  }
}

async function readInto(handle: FileHandle, path: string, memory: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < memory.length; ) {
    const { bytesRead } = await handle.read(memory, done, Math.min(MOST_READ, memory.length - done), at + done);
    if (bytesRead === 0) throw new LitDataError(`${path}: the cached columns end too early`);
    done += bytesRead;
  }
}
