import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { type LitError, type LitErrorOptions, LitVaultError } from "./errors.js";

/** The folder that holds every team: `LIT_HOME`, else `$XDG_DATA_HOME/litlab`, else `~/.local/share/litlab`. */
export function litHome(): string {
  const { LIT_HOME, XDG_DATA_HOME } = process.env;
  return LIT_HOME || (XDG_DATA_HOME ? join(XDG_DATA_HOME, "litlab") : join(homedir(), ".local", "share", "litlab"));
}

/** `$XDG_CACHE_HOME/litlab`, else `~/.cache/litlab`: for all homes, and may be deleted at any time. */
export const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "litlab");

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Whether a text is a team's, item's, asset's or canvas' name, as `checkName` has them. */
export const isName = (name: unknown): name is string =>
  typeof name === "string" && NAME.test(name) && !name.endsWith(".");

/**
 * Checks a team's, item's, asset's or canvas' name: 1–128 letters, digits, `.`, `_`, `-`; no leading `.` or `-`, no trailing `.`.
 * @param what what the name names, for the message
 * @throws LitVaultError
 */
export function checkName(name: unknown, what = "name"): string {
  if (isName(name)) return name;
  const found = typeof name === "string" ? JSON.stringify(name.slice(0, 140)) : typeof name;
  throw new LitVaultError(
    `${found} is no valid ${what}: expected 1 to 128 letters, digits, '.', '_' or '-', no leading '.' or '-', no trailing '.'`,
    { code: "INVALID_NAME" },
  );
}

/** A team's folder. The name is checked, so no path leaves the home. */
export function teamFolder(team: string): string {
  return join(litHome(), checkName(team, "team name"));
}

/** The name in `names` that equals `name` ignoring case, if any: names are unique ignoring case. */
export function sameName(names: Iterable<string>, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const other of names) if (other.toLowerCase() === wanted) return other;
  return undefined;
}

type ErrorType = new (message: string, options: LitErrorOptions) => LitError;

const FOUND: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "nothing is there",
  ENOTDIR: "it, or what should be a folder above it, is a file",
  EISDIR: "it is a folder",
};

/** What a failure to read a path arrives as: an error that names the path, what was found and what was expected. */
export function readError(path: string, expected: string, cause: unknown, errorType: ErrorType): LitError {
  const { code = null, message } = cause as NodeJS.ErrnoException;
  return new errorType(`${path} cannot be read: ${FOUND[code ?? ""] ?? message} (${code}), expected ${expected}`, {
    code,
    cause,
  });
}

/**
 * The entries of a folder, none if it does not exist.
 * @throws errorType if it is a file or must not be read
 */
export async function entriesOf(folder: string, errorType: ErrorType = LitVaultError) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw readError(folder, "a folder that this user may list", error, errorType);
  }
}

/** Refuses a team that differs from an existing folder of the home in case only. @throws LitVaultError */
export async function checkNewTeam(team: string): Promise<void> {
  const names = (await entriesOf(litHome())).map(({ name }) => name);
  const other = names.includes(team) ? undefined : sameName(names, team);
  if (other)
    throw new LitVaultError(`team '${team}' cannot be made beside '${other}': names are unique ignoring case`, {
      code: "NAME_EXISTS",
    });
}

const HOST = hostname().replace(/[^A-Za-z0-9-]/g, "_");
const UNFINISHED = /^\..*\.([A-Za-z0-9_-]+)\.(\d+)\.\d+\.tmp(-journal)?$/;
let counter = 0;

/** A path beside `path` that no other process uses, recognisable as unfinished. */
export const besidePath = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${HOST}.${process.pid}.${counter++}.tmp`);

/** Removes what processes of this machine left unfinished in a folder when they died. */
export async function sweepUnfinished(folder: string): Promise<void> {
  for (const { name } of await entriesOf(folder)) {
    const [, host, pid] = UNFINISHED.exec(name) ?? [];
    if (host === HOST && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Whether a process of this machine runs, also another user's. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Flushes a file or folder to the disk. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file or folder so that it is there whole or not at all: `write` fills a path beside `path`, which is flushed
 * and renamed. When anything fails, what was written is removed and the error goes on.
 */
export async function writeBeside<T>(path: string, write: (temporary: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  await sweepUnfinished(dirname(path));
  const temporary = besidePath(path);
  try {
    const result = await write(temporary);
    await syncPath(temporary);
    await rename(temporary, path);
    await syncPath(dirname(path));
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}
