import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { LitError, LitErrorOptions } from "./errors.js";

/**
 * Opens a regular file, and waits for nothing where the path is a pipe or a device.
 * @returns the open file and its size in bytes
 * @throws errorType that names the path
 */
export async function openForReading(
  path: string,
  errorType: new (message: string, options: LitErrorOptions) => LitError,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause) => {
    throw new errorType(`${path}: ${cause.code === "ENOENT" ? "no such file" : `cannot be read (${cause.code})`}`, {
      cause,
    });
  });
  const found = await handle.stat();
  if (found.isFile()) return { handle, size: found.size };
  await handle.close();
  throw new errorType(`${path}: not a file`, {});
}
