import { LitError, LitVaultError } from "../errors.js";

const REASONS: Readonly<Record<string, string>> = {
  SQLITE_READONLY: "it is read-only",
  SQLITE_FULL: "the disk is full",
  SQLITE_BUSY: "another process has been writing it for more than 5 seconds",
  SQLITE_CANTOPEN: "it or its folder cannot be opened",
  SQLITE_IOERR: "the disk refuses (full, over a limit, or failing)",
  SQLITE_NOTADB: "it is no SQLite file",
  SQLITE_CORRUPT: "it is damaged",
  EROFS: "it is read-only",
  EACCES: "permission denied, it may be read-only",
  EPERM: "permission denied, it may be read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is larger than the system allows",
};

/**
 * What a failure of SQLite or of the file system in the vault arrives as: a LitVaultError that says what could not be
 * done, where and why. Errors of the family and errors of the program pass as they are.
 * @param what what could not be done, as in `cannot be written`
 */
export function vaultError(path: string, what: string, cause: unknown): unknown {
  if (cause instanceof LitError || !(cause instanceof Error)) return cause;
  const found = "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  const open = /Unable to open connection.*: (\d+)/s.exec(cause.message);
  const code = found || (open ? "SQLITE_CANTOPEN" : undefined);
  if (!code) return cause;
  const reason = Object.entries(REASONS).find(([prefix]) => code.startsWith(prefix))?.[1] ?? cause.message;
  return new LitVaultError(`${path} ${what}: ${reason} (${code})`, { code, cause });
}
