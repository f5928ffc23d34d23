import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import { LitError, type LitErrorOptions } from "./errors.js";
import { openForReading } from "./open-for-reading.js";

/** What a zip from others may hold at most. */
export interface ZipLimits {
  /** Entries. */
  readonly entries: number;
  /** Uncompressed bytes, all entries together. */
  readonly bytes: number;
}

export interface ZipEntry {
  readonly name: string;
  /** Uncompressed bytes, as the zip declares. */
  readonly size: number;
  /** Where in the zip the content lies as it is; null if it is compressed. */
  readonly offset: number | null;
  /** The content, block by block, each valid until the next; it ends with an error if its length or CRC-32 does not fit. */
  blocks(): AsyncIterable<Buffer>;
  /** The whole content, its length and CRC-32 checked. */
  read(): Promise<Buffer>;
}

type ErrorType = new (message: string, options: LitErrorOptions) => LitError;
type Fail = (what: string, cause?: unknown) => LitError;

const BLOCK = 2 ** 23;

/**
 * Opens a zip from others: names, counts, sizes and places are checked before any entry is read, and nothing is written.
 * `use` gets the entries by name; the file is closed when it is done.
 * @param source a path, or an open file with the name that messages give it, which stays open
 * @throws errorType, which names the file and the entry
 */
export async function withZip<T>(
  source: string | { readonly handle: FileHandle; readonly name: string },
  limits: ZipLimits,
  errorType: ErrorType,
  use: (entries: ReadonlyMap<string, ZipEntry>) => Promise<T>,
): Promise<T> {
  if (typeof source !== "string") return use(await listEntries(source.handle, source.name, limits, errorType));
  const { handle } = await openForReading(source, errorType);
  try {
    return await use(await listEntries(handle, source, limits, errorType));
  } finally {
    await handle.close();
  }
}

async function listEntries(handle: FileHandle, path: string, limits: ZipLimits, errorType: ErrorType) {
  const fail: Fail = (what, cause) => new errorType(`${path}: ${what}`, { cause });
  const zip = await yauzl.fromFdPromise(handle.fd, { autoClose: false }).catch((error: Error) => {
    throw fail(`not a readable zip: ${error.message}`, error);
  });
  const entries = new Map<string, ZipEntry>();
  const places: { readonly name: string; readonly start: number; readonly end: number }[] = [];
  let total = 0;
  if (zip.entryCount > limits.entries) throw fail(`${zip.entryCount} entries, expected at most ${limits.entries}`);
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (name.endsWith("/")) continue;
      if (entries.has(name)) throw fail(`entry '${name}' is there twice`);
      total += entry.uncompressedSize;
      if (total > limits.bytes) throw fail(`more than ${limits.bytes} bytes uncompressed, at entry '${name}'`);
      const local = await zip.readLocalFileHeaderPromise(entry);
      if (!agree(entry, local)) throw fail(`entry '${name}' is described in two ways`);
      const start = local.fileDataStart;
      places.push({ name, start: entry.relativeOffsetOfLocalHeader, end: start + entry.compressedSize });
      const offset = entry.compressionMethod === 0 && !entry.isEncrypted() ? start : null;
      const size = entry.uncompressedSize;
      const blocks = () =>
        checkedBlocks(offset === null ? inflated(zip, entry) : stored(handle, offset, size), entry, fail);
      entries.set(name, { name, size, offset, blocks, read: () => readAll(blocks(), size) });
    }
  } catch (error) {
    throw error instanceof LitError ? error : fail(`damaged zip: ${(error as Error).message}`, error);
  }
  places.sort((a, b) => a.start - b.start);
  for (const [i, { name, start }] of places.entries()) {
    const before = places[i - 1];
    if (before && before.end > start) throw fail(`entries '${before.name}' and '${name}' overlap`);
  }
  return entries;
}

/** Whether the header in front of the content says what the directory says; where it was written before them, it lacks CRC-32 and sizes. */
function agree(entry: yauzl.Entry, local: yauzl.LocalFileHeader): boolean {
  const streamed = (local.generalPurposeBitFlag & 8) !== 0;
  const wide = yauzl.parseExtraFields(local.extraField).find(({ id }) => id === 1)?.data;
  const size = (narrow: number, at: number) =>
    narrow === 0xffffffff && wide && wide.length >= at + 8 ? Number(wide.readBigUInt64LE(at)) : narrow;
  return (
    local.fileName.equals(entry.fileNameRaw) &&
    local.compressionMethod === entry.compressionMethod &&
    local.generalPurposeBitFlag === entry.generalPurposeBitFlag &&
    (streamed ||
      (local.crc32 === entry.crc32 &&
        size(local.uncompressedSize, 0) === entry.uncompressedSize &&
        size(local.compressedSize, 8) === entry.compressedSize))
  );
}

async function* stored(handle: FileHandle, offset: number, size: number): AsyncIterable<Buffer> {
  const block = Buffer.allocUnsafe(Math.min(size, BLOCK));
  for (let done = 0; done < size; ) {
    const { bytesRead } = await handle.read(block, 0, Math.min(block.length, size - done), offset + done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}

async function* inflated(zip: yauzl.ZipFile, entry: yauzl.Entry): AsyncIterable<Buffer> {
  yield* await zip.openReadStreamPromise(entry);
}

async function* checkedBlocks(blocks: AsyncIterable<Buffer>, entry: yauzl.Entry, fail: Fail): AsyncIterable<Buffer> {
  const { fileName, uncompressedSize } = entry;
  let length = 0;
  let sum = 0;
  try {
    for await (const block of blocks) {
      length += block.length;
      if (length > uncompressedSize) throw new Error("more bytes than declared");
      sum = crc32(block, sum);
      yield block;
    }
  } catch (error) {
    throw fail(`entry '${fileName}' is damaged: ${(error as Error).message}`, error);
  }
  if (length !== uncompressedSize)
    throw fail(`entry '${fileName}' is cut off: ${length} bytes, expected ${uncompressedSize}`);
  if (sum !== entry.crc32) throw fail(`entry '${fileName}' is damaged: its CRC-32 does not fit`);
}

async function readAll(blocks: AsyncIterable<Buffer>, size: number): Promise<Buffer> {
  const content = Buffer.allocUnsafe(size);
  let length = 0;
  for await (const block of blocks) {
    content.set(block, length);
    length += block.length;
  }
  return content;
}
