import { LitError, LitVaultError } from "../errors.js";

/** By SQLite's primary result code, and by the system's error code. */
const REASONS: Readonly<Record<string, string>> = {
  5: "another process has been writing it for more than 5 seconds",
  8: "it is read-only",
  10: "the disk refuses: full, over a limit or failing",
  11: "it is damaged",
  13: "the disk is full",
  14: "it or its folder cannot be opened",
  26: "it is no SQLite file",
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
  const connect = /^ConnectionFailed.*: (\d+)"\)$/s.exec(cause.message)?.[1];
  const result = "rawCode" in cause ? Number(cause.rawCode) : connect;
  const code = result === undefined ? (cause as NodeJS.ErrnoException).code : `SQLite ${result}`;
  if (code === undefined) return cause;
  const reason = REASONS[result === undefined ? code : Number(result) & 255] ?? cause.message;
  return new LitVaultError(`${path} ${what}: ${reason} (${code})`, { code, cause });
}

/** Whether SQLite refused to write a read-only file or folder. */
export const isReadOnly = (error: unknown): boolean =>
  error instanceof Error && "rawCode" in error && (Number(error.rawCode) & 255) === 8;
