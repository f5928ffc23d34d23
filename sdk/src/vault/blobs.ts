import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { teamFolder, writeBeside } from "../home.js";
import { vaultError } from "./vault-error.js";

/** Where a team keeps the content with this SHA-256 (64 hex digits). */
export const blobPath = (team: string, sha256: string): string =>
  join(teamFolder(team), "blobs", "sha256", sha256.slice(0, 2), sha256);

/** The SHA-256 of a text as UTF-8, in hex. */
export const hashText = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The SHA-256 of a file's content, in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

export async function hasBlob(team: string, sha256: string): Promise<boolean> {
  return await stat(blobPath(team, sha256)).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** What a blob is made of: a file, or a text as UTF-8. */
export type BlobSource = { readonly path: string } | { readonly text: string };

/**
 * Keeps content in a team's blobs, read-only. Content that is there already is left as it is.
 * @param sha256 the content's hash; a file that no longer has it is refused
 * @throws LitVaultError if the home cannot be written
 */
export async function storeBlob(team: string, source: BlobSource, sha256: string): Promise<void> {
  if (await hasBlob(team, sha256)) return;
  const path = blobPath(team, sha256);
  const copy = () =>
    writeBeside(path, async (temporary) => {
      const hash = createHash("sha256");
      await pipeline(
        "path" in source ? createReadStream(source.path) : Readable.from([Buffer.from(source.text)]),
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            yield chunk;
          }
        },
        createWriteStream(temporary, { flags: "wx" }),
      );
      if (hash.digest("hex") !== sha256) throw Object.assign(new Error("it changed meanwhile"), { code: "ECHANGED" });
      await chmod(temporary, 0o444);
    });
  try {
    // Another process' clean-up may take the empty folder away once.
    await copy().catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? copy() : Promise.reject(error)));
  } catch (error) {
    throw vaultError(error instanceof Error && "path" in error ? String(error.path) : path, "cannot be stored", error);
  }
}

/** Removes a blob that nothing refers to, and the folders that it leaves empty, up to the team's. */
export async function removeBlob(team: string, sha256: string): Promise<void> {
  const path = blobPath(team, sha256);
  await rm(path, { force: true });
  const top = dirname(teamFolder(team));
  try {
    for (let folder = dirname(path); folder !== top; folder = dirname(folder)) await rmdir(folder);
  } catch {
    // Not empty: it stays.
  }
}
