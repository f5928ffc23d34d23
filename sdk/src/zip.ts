import { crc32 } from "node:zlib";
import yauzl from "yauzl";
import { LitError, type LitErrorOptions } from "./errors.js";

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
  /** The whole content, its length and CRC-32 checked. */
  read(): Promise<Buffer>;
}

type ErrorType = new (message: string, options: LitErrorOptions) => LitError;

/**
 * Opens a zip from others: names, counts and sizes are checked before any entry is read, and nothing is written.
 * `use` gets the entries by name; the file is closed when it is done.
 * @throws errorType, which names the file and the entry
 */
export async function withZip<T>(
  path: string,
  limits: ZipLimits,
  errorType: ErrorType,
  use: (entries: ReadonlyMap<string, ZipEntry>) => Promise<T>,
): Promise<T> {
  const fail = (what: string, cause?: unknown) => new errorType(`${path}: ${what}`, { cause });
  let zip: yauzl.ZipFile;
  try {
    zip = await yauzl.openPromise(path, { autoClose: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw fail("no such file", error);
    throw fail(`not a readable zip: ${(error as Error).message}`, error);
  }
  try {
    const entries = new Map<string, ZipEntry>();
    let total = 0;
    if (zip.entryCount > limits.entries) throw fail(`${zip.entryCount} entries, expected at most ${limits.entries}`);
    try {
      for await (const entry of zip.eachEntry()) {
        const name = entry.fileName;
        if (name.endsWith("/")) continue;
        if (entries.has(name)) throw fail(`entry '${name}' is there twice`);
        total += entry.uncompressedSize;
        if (total > limits.bytes) throw fail(`more than ${limits.bytes} bytes uncompressed, at entry '${name}'`);
        entries.set(name, { name, size: entry.uncompressedSize, read: () => readEntry(zip, entry, fail) });
      }
    } catch (error) {
      throw error instanceof LitError ? error : fail(`damaged zip: ${(error as Error).message}`, error);
    }
    return await use(entries);
  } finally {
    zip.close();
  }
}

async function readEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  fail: (what: string, cause?: unknown) => LitError,
): Promise<Buffer> {
  const content = Buffer.allocUnsafe(entry.uncompressedSize);
  let length = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      if (length + chunk.length > content.length) throw new Error("more bytes than declared");
      content.set(chunk, length);
      length += chunk.length;
    }
  } catch (error) {
    throw fail(`entry '${entry.fileName}' is damaged: ${(error as Error).message}`, error);
  }
  if (length !== content.length)
    throw fail(`entry '${entry.fileName}' is cut off: ${length} bytes, expected ${content.length}`);
  if (crc32(content) !== entry.crc32) throw fail(`entry '${entry.fileName}' is damaged: its CRC-32 does not fit`);
  return content;
}
