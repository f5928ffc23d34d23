import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { entriesOf, litHome, teamFolder } from "../home.js";
import type { Notification } from "../rpc/methods.js";
import { cataloguePath } from "../vault/catalogue.js";
import { getTeams } from "../vault/get-vault-items.js";

type Part = Notification<"changed">["what"][number];

/** Where there is no word from the system, changes are looked for this often, ms. */
const POLL = 750;
/** What the system says comes in bursts: one look at the end of each, ms. */
const BURST = 30;
/** Two changes of a file within so many ms may bear the same time. */
const COARSE = 20;
const ATTEMPTS = 5;
/** Of teams that pages have asked about these many are watched, the latest. */
const MOST_TEAMS = 64;

/** What is looked at of a part, as a text that is another one after a change. */
type Looks = Readonly<Partial<Record<Part, () => Promise<string>>>>;

/** A team, or the home's list of teams, that pages have asked about. */
class Watched {
  readonly #team: string | null;
  readonly #looks: Looks;
  readonly #folders: readonly string[];
  readonly #onChange: (change: Notification<"changed">) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #seen = new Map<Part, string>();
  #first: Promise<void> | null = null;
  #looking: Promise<void> | null = null;
  #soon: NodeJS.Timeout | null = null;
  #isEnded = false;

  constructor(team: string | null, onChange: (change: Notification<"changed">) => void) {
    this.#team = team;
    this.#onChange = onChange;
    this.#looks = team === null ? { teams: lookAtTeams } : looksAt(team);
    const folder = team === null ? litHome() : teamFolder(team);
    this.#folders = team === null ? [folder] : [folder, join(folder, "assets"), join(folder, "canvases")];
  }

  /** The first look, under way or done. */
  first(): Promise<void> {
    this.#first ??= this.look();
    return this.#first;
  }

  /** Tells what is another than at the last look; the first look tells nothing. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    for (const folder of this.#folders) this.#listen(folder);
    const what: Part[] = [];
    for (const [part, look] of Object.entries(this.#looks) as [Part, () => Promise<string>][]) {
      const now = await look().catch((error: Error) => error.message);
      const before = this.#seen.get(part);
      this.#seen.set(part, now);
      if (before !== undefined && before !== now) what.push(part);
    }
    if (what.length > 0 && !this.#isEnded) this.#onChange({ team: this.#team, what });
  }

  /** Has the system say when a folder changes; where it does not, polling has to do. */
  #listen(folder: string): void {
    if (this.#watchers.has(folder) || this.#isEnded) return;
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#lookSoon());
      const forget = () => {
        watcher.close();
        if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder);
      };
      watcher.on("error", forget);
      this.#watchers.set(folder, watcher);
    } catch {
      // Not there yet, or the system has no more watches: the next look tries again.
    }
  }

  #lookSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      void (this.#looking ?? Promise.resolve()).then(() => this.look());
    }, BURST).unref();
  }

  end(): void {
    this.#isEnded = true;
    if (this.#soon) clearTimeout(this.#soon);
    for (const watcher of this.#watchers.values()) watcher.close();
  }
}

/** Tells of changes in the home, by whatever process. */
export class Watcher {
  readonly #onChange: (change: Notification<"changed">) => void;
  readonly #watched = new Map<string | null, Watched>();
  #timer: NodeJS.Timeout | null = null;

  constructor(onChange: (change: Notification<"changed">) => void) {
    this.#onChange = onChange;
  }

  /**
   * Tells of a team from now on, of the list of teams if it is null. What is read afterwards is as new as what was seen.
   * @throws LitVaultError if the team's name is not valid
   */
  async follow(team: string | null): Promise<void> {
    const watched = this.#watched.get(team) ?? new Watched(team, this.#onChange);
    // The latest comes last.
    this.#watched.delete(team);
    this.#watched.set(team, watched);
    this.#timer ??= setInterval(() => {
      for (const each of this.#watched.values()) void each.look();
    }, POLL).unref();
    const [oldest] = [...this.#watched.keys()].filter((key) => key !== null);
    if (this.#watched.size > MOST_TEAMS && oldest !== undefined) this.#forget(oldest);
    await watched.first();
  }

  /** Nobody asks any more. */
  end(): void {
    for (const team of [...this.#watched.keys()]) this.#forget(team);
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #forget(team: string | null): void {
    this.#watched.get(team)?.end();
    this.#watched.delete(team);
  }
}

const lookAtTeams = async (): Promise<string> => (await getTeams()).join();

const looksAt = (team: string): Looks => ({
  items: () => stampOf(cataloguePath(team)),
  assets: () => lookAtFolder(join(teamFolder(team), "assets")),
  canvases: () => lookAtFolder(join(teamFolder(team), "canvases")),
});

/**
 * A file as it is told from what it was: its inode, size and time. A file changed just now may change again without another
 * time, so that is waited for. It is not opened: SQLite's locks on a file end when this process closes it anywhere.
 */
async function stampOf(path: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { ino, size, mtimeMs } = await stat(path);
    const age = Date.now() - mtimeMs;
    if (attempt === ATTEMPTS || age < 0 || age > COARSE) return [ino, size, mtimeMs].join();
    await delay(COARSE, undefined, { ref: false });
  }
}

/** What lies in a folder, without what is being written. */
async function lookAtFolder(folder: string): Promise<string> {
  const names = (await entriesOf(folder)).map(({ name }) => name).filter((name) => !name.startsWith("."));
  const stamps = names.sort().map(async (name) => `${name},${await stampOf(join(folder, name)).catch(() => "")}`);
  return (await Promise.all(stamps)).join("\n");
}
