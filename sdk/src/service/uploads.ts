import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { LitVaultError } from "../errors.js";
import { besidePath, cacheFolder, sweepUnfinished } from "../home.js";
import { vaultError } from "../vault/vault-error.js";
import type { Methods, Page } from "./methods.js";
import { checkModelName } from "./server-path.js";

const LIMITS = { bytes: 4 * 2 ** 30, piece: 2 ** 20, uploads: 16 };

/** A file on its way from a page. */
interface Upload {
  readonly page: Page;
  /** The folder that holds it alone. */
  readonly folder: string;
  readonly path: string;
  readonly handle: FileHandle;
  /** How long it will be, and how long it is. */
  readonly bytes: number;
  written: number;
}

/** Files that pages send: each lies in the cache until it is imported, dropped, or its page or this process ends. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();
  /** Those whose file is being made. */
  readonly #beginning = new Set<Pick<Upload, "page">>();
  /** Pages that have left. */
  readonly #gone = new WeakSet<Page>();

  readonly methods: Methods<"uploads.begin" | "uploads.write" | "uploads.drop"> = {
    "uploads.begin": async ({ name, bytes }, page) => {
      if (/[/\\\0]/.test(name))
        throw new LitVaultError(`${JSON.stringify(name)} is no file's name: expected one without a folder`, {
          code: "INVALID_NAME",
        });
      checkModelName(name);
      if (bytes > LIMITS.bytes)
        throw new LitVaultError(`${name} has ${bytes} bytes, expected at most ${LIMITS.bytes}`, { code: "TOO_LARGE" });
      const begun = [...this.#uploads.values(), ...this.#beginning].filter((upload) => upload.page === page).length;
      if (begun >= LIMITS.uploads)
        throw new LitVaultError(`${begun} files are being uploaded already: drop or import one first`, {
          code: "TOO_MANY",
        });
      const upload = randomUUID();
      const place = { page };
      this.#beginning.add(place);
      try {
        const made = { page, bytes, written: 0, ...(await makeFile(name)) };
        this.#uploads.set(upload, made);
        if (this.#gone.has(page)) await this.#remove(upload, made);
      } finally {
        this.#beginning.delete(place);
      }
      return { upload };
    },

    "uploads.write": async ({ upload: id, at, data }, page) => {
      const upload = this.#find(id, page);
      const block = Buffer.from(data, "base64");
      if (block.length > LIMITS.piece || block.toString("base64") !== data)
        throw new LitVaultError(`a piece of ${upload.path} is no base64 of at most ${LIMITS.piece} bytes`, {
          code: "INVALID_PIECE",
        });
      if (at !== upload.written || at + block.length > upload.bytes)
        throw new LitVaultError(
          `a piece of ${block.length} bytes at ${at} came out of turn: ${upload.written} of ${upload.bytes} bytes are there`,
          { code: "INVALID_PIECE" },
        );
      upload.written += block.length;
      await upload.handle.writeFile(block).catch((error) => {
        throw vaultError(upload.path, "cannot be written", error);
      });
      return {};
    },

    "uploads.drop": async ({ upload: id }, page) => {
      await this.#remove(id, this.#find(id, page));
      return {};
    },
  };

  /** Where the file of a page's upload lies. @throws LitVaultError if it is not all there */
  pathOf(id: string, page: Page): string {
    const { path, bytes, written } = this.#find(id, page);
    if (written === bytes) return path;
    throw new LitVaultError(`only ${written} of the upload's ${bytes} bytes are there`, { code: "INCOMPLETE" });
  }

  /** Removes a page's upload that has been used, whatever came of it. */
  async done(id: string): Promise<void> {
    const upload = this.#uploads.get(id);
    if (upload) await this.#remove(id, upload);
  }

  leave(page: Page): void {
    this.#gone.add(page);
    for (const [id, upload] of this.#uploads) if (upload.page === page) void this.#remove(id, upload);
  }

  /** Removes everything at once: the process ends. */
  end(): void {
    for (const { folder } of this.#uploads.values()) rmSync(folder, { recursive: true, force: true });
    this.#uploads.clear();
  }

  #find(id: string, page: Page): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.page === page) return upload;
    throw new LitVaultError(`there is no upload ${JSON.stringify(id.slice(0, 40))}`, { code: "NOT_FOUND" });
  }

  async #remove(id: string, { handle, folder }: Upload): Promise<void> {
    this.#uploads.delete(id);
    await handle.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** An empty file under its own name, which the import records, in a folder that a later process removes if this one cannot. */
async function makeFile(name: string): Promise<Pick<Upload, "folder" | "path" | "handle">> {
  const all = join(cacheFolder(), "uploads");
  const folder = besidePath(join(all, "upload"));
  const path = join(folder, name);
  try {
    await mkdir(all, { recursive: true, mode: 0o700 });
    await sweepUnfinished(all);
    await mkdir(folder, { mode: 0o700 });
    return { folder, path, handle: await open(path, "wx", 0o600) };
  } catch (error) {
    throw vaultError(path, "cannot be written", error);
  }
}
