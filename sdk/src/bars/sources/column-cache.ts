import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { RecordBatch } from "apache-arrow";
import { LitDataError } from "../../errors.js";
import { readError, syncPath, writeBeside } from "../../home.js";
import { addTo, sortedByDate } from "../date-runs.js";
import { joinTicks, TICK_COLUMNS, type TickColumns } from "../tick-frame.js";

/** Trades that follow one another in a source and lie on one date. */
export interface DateRun {
  readonly date: string;
  readonly ticks: TickColumns;
}

/** The trades of a source by date. */
export interface CachedColumns {
  /** The dates that have trades, ascending. */
  readonly dates: readonly string[];
  /** A date's trades, in the source's order. */
  read(date: string): Promise<TickColumns>;
}

const FORMAT = 1;

/** `$XDG_CACHE_HOME/litlab`, else `~/.cache/litlab`: it may be deleted at any time. */
const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "litlab");

/**
 * The columns of some files by date, from an Arrow file below the cache's folder that is made the first time. It is found by
 * the files' paths, sizes and times of change and by `description`, so it is never older than they are. Where the folder
 * cannot be written the columns stay in memory.
 * @param description everything besides the files that makes the columns what they are
 * @param scan gives the source's trades in its order
 * @throws LitDataError if a file is not there
 */
export async function cachedColumns(
  files: readonly string[],
  description: unknown,
  scan: () => AsyncIterable<DateRun>,
): Promise<CachedColumns> {
  const identities = await Promise.all(files.map(identityOf));
  const key = createHash("sha256")
    .update(JSON.stringify([FORMAT, description, identities]))
    .digest("hex");
  const path = join(cacheFolder(), "columns", key);
  const cached = await openColumns(path);
  if (cached) return cached;
  if (existsSync(path)) await rm(path, { recursive: true, force: true }); // it is broken
  try {
    await mkdir(join(cacheFolder(), "columns"), { recursive: true });
  } catch {
    return inMemory(scan());
  }
  await writeBeside(path, (temporary) => writeColumns(temporary, scan())).catch((error) => {
    // Another process was faster.
    if (!["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
  });
  const written = await openColumns(path);
  if (!written) throw new LitDataError(`${path}: what was just written there is gone`);
  return written;
}

async function identityOf(path: string): Promise<readonly [string, string, string]> {
  const { size, mtimeNs } = await stat(path, { bigint: true }).catch((cause) => {
    throw readError(path, "a file", cause, LitDataError);
  });
  return [path, String(size), String(mtimeNs)];
}

async function inMemory(runs: AsyncIterable<DateRun>): Promise<CachedColumns> {
  const dates = new Map<string, TickColumns[]>();
  for await (const { date, ticks } of runs) addTo(dates, date, ticks);
  return { dates: [...dates.keys()].sort(), read: async (date) => joinTicks(dates.get(date) ?? []) };
}

/** What `index.json` says of `columns.arrow`: its length, and which batches hold a date. */
interface Index {
  readonly bytes: number;
  readonly dates: readonly { readonly date: string; readonly batches: readonly number[] }[];
}

async function writeColumns(folder: string, runs: AsyncIterable<DateRun>): Promise<void> {
  const { Field, Float64, makeData, RecordBatch, RecordBatchFileWriter, Schema, Struct } = await import("apache-arrow");
  await mkdir(folder);
  const path = join(folder, "columns.arrow");
  const fields = TICK_COLUMNS.map((name) => new Field(name, new Float64()));
  const schema = new Schema(fields);
  const writer = new RecordBatchFileWriter();
  const file = createWriteStream(path);
  const written = once(file, "close");
  const bytes = writer.toNodeStream();
  bytes.pipe(file);
  const batches = new Map<string, number[]>();
  let batch = 0;
  for await (const { date, ticks } of runs) {
    const children = TICK_COLUMNS.map((name) => makeData({ type: new Float64(), data: ticks[name] }));
    const data = makeData({ type: new Struct(fields), length: ticks.time.length, children });
    writer.write(new RecordBatch(schema, data));
    addTo(batches, date, batch++);
    if (file.writableNeedDrain) await once(file, "drain");
  }
  writer.finish();
  await written;
  await syncPath(path);
  const dates = [...sortedByDate(batches)].map(([date, batches]) => ({ date, batches }));
  const index: Index = { bytes: (await stat(path)).size, dates };
  await writeFile(join(folder, "index.json"), JSON.stringify(index), { flush: true });
}

async function openColumns(folder: string): Promise<CachedColumns | null> {
  const path = join(folder, "columns.arrow");
  let index: Index;
  try {
    index = JSON.parse(await readFile(join(folder, "index.json"), "utf8")) as Index;
    if ((await stat(path)).size !== index.bytes) return null;
  } catch {
    return null;
  }
  const batches = new Map(index.dates.map(({ date, batches }) => [date, batches]));
  return {
    dates: index.dates.map(({ date }) => date),
    async read(date) {
      const { RecordBatchReader } = await import("apache-arrow");
      const handle = await open(path).catch((cause) => {
        throw readError(
          path,
          "the cached columns; make the adapter again, and they are read from the source",
          cause,
          LitDataError,
        );
      });
      try {
        const reader = await RecordBatchReader.from(handle);
        await reader.open();
        const runs: TickColumns[] = [];
        for (const batch of batches.get(date) ?? []) runs.push(ticksOf(await reader.readRecordBatch(batch)));
        return joinTicks(runs);
      } finally {
        await handle.close().catch(() => undefined);
      }
    },
  };
}

function ticksOf(batch: RecordBatch | null): TickColumns {
  const [time, price, size] = (batch?.data.children ?? []).map(({ values }) => values as Float64Array);
  if (!time || !price || !size) throw new LitDataError("the cached columns have no such batch");
  return { time, price, size };
}
