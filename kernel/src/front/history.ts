import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Request } from "../protocol/requests.js";

/** A cell that was run: the session, its number there, its code. */
export type HistoryEntry = readonly [session: number, line: number, code: string];

const MOST_BYTES = 4 * 2 ** 20;

/** Where the kernels of this user keep what was run: `$XDG_STATE_HOME/litlab/kernel-history.ndjson`. */
const historyPath = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "litlab", "kernel-history.ndjson");

/**
 * What was run, over all kernels: a line of JSON a cell, appended whole, so that kernels can share the file. Above 4 MB the
 * older half goes. A folder that cannot be written costs the history, not the cell.
 */
export class History {
  readonly session = Date.now();
  readonly #path = historyPath();
  readonly #own: HistoryEntry[] = [];
  readonly #unwritten: HistoryEntry[] = [];

  /** Takes in a cell; it is written as soon as the cell is on its way. */
  add(line: number, code: string): void {
    const entry: HistoryEntry = [this.session, line, code];
    this.#own.push(entry);
    this.#unwritten.push(entry);
    setImmediate(() => this.write());
  }

  /** Writes what is not yet written. */
  write(): void {
    const lines = this.#unwritten.splice(0).map((entry) => `${JSON.stringify(entry)}\n`);
    if (lines.length === 0) return;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      appendFileSync(this.#path, lines.join(""), { mode: 0o600 });
      if (statSync(this.#path).size > MOST_BYTES) this.#shrink();
    } catch {
      // Read-only or full: this session's own entries remain.
    }
  }

  /** Entries as a frontend asks for them, oldest first. */
  find(request: Request<"history_request">): (readonly [number, number, string | readonly [string, null]])[] {
    const entries = this.#select(request);
    return entries.map(([session, line, code]) => [session, line, request.output ? [code, null] : code]);
  }

  #select({
    hist_access_type: type,
    session,
    start,
    stop,
    n,
    pattern,
    unique,
  }: Request<"history_request">): HistoryEntry[] {
    if (type === "range") {
      const entries = session ? this.#all().filter((entry) => entry[0] === this.#sessionOf(session)) : this.#own;
      return entries.filter(([, line]) => line >= (start ?? 0) && line < (stop ?? Infinity));
    }
    let entries = this.#all();
    if (type === "search" && pattern) {
      const wanted = globPattern(pattern);
      entries = entries.filter(([, , code]) => wanted.test(code));
    }
    if (unique) entries = [...new Map(entries.map((entry) => [entry[2], entry])).values()];
    return n == null ? entries : n === 0 ? [] : entries.slice(-n);
  }

  /** A negative number counts sessions back from this one. */
  #sessionOf(session: number): number {
    if (session > 0) return session;
    const sessions = [...new Set(this.#all().map((entry) => entry[0]))].filter((other) => other !== this.session);
    return sessions.at(session) ?? Number.NaN;
  }

  #all(): HistoryEntry[] {
    let text = "";
    try {
      text = readFileSync(this.#path, "utf8");
    } catch {
      return [...this.#own];
    }
    const others = text
      .split("\n")
      .map(parseEntry)
      .filter((entry) => entry !== null && entry[0] !== this.session) as HistoryEntry[];
    return [...others, ...this.#own];
  }

  #shrink(): void {
    const text = readFileSync(this.#path, "utf8");
    const half = text.slice(text.indexOf("\n", text.length / 2) + 1);
    const temporary = `${this.#path}.${process.pid}.tmp`;
    writeFileSync(temporary, half, { mode: 0o600 });
    renameSync(temporary, this.#path);
  }
}

function parseEntry(line: string): HistoryEntry | null {
  try {
    const entry = JSON.parse(line) as unknown;
    const isEntry =
      Array.isArray(entry) && Number.isInteger(entry[0]) && Number.isInteger(entry[1]) && typeof entry[2] === "string";
    return isEntry ? (entry as unknown as HistoryEntry) : null;
  } catch {
    return null;
  }
}

/** A pattern with `*` and `?`, as shells have it. */
function globPattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${source}$`);
}
