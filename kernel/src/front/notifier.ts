import type { Notification, NotificationName, Rename } from "@litlab/sdk/rpc";

/** At most ten a second. */
const PACE = 100;

type Send = <N extends NotificationName>(name: N, params: Notification<N>) => void;

/** Tells a page what happens, at a pace that it can follow: of what waits, the latest is told once, of an import that of each stage. */
export class Notifier {
  readonly #send: Send;
  readonly #waiting = new Map<string, () => void>();
  readonly #changes = new Map<string | null, Set<Notification<"changed">["what"][number]>>();
  #renames: Rename[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(send: Send) {
    this.#send = send;
  }

  changed({ team, what }: Notification<"changed">): void {
    const parts = this.#changes.get(team) ?? new Set();
    for (const part of what) parts.add(part);
    this.#changes.set(team, parts);
    this.#tell(`changed ${team}`, () => {
      this.#changes.delete(team);
      this.#send("changed", { team, what: [...parts] });
    });
  }

  renamed(rename: Rename): void {
    this.#renames.push(rename);
    this.#tell("renamed", () => {
      const renames = this.#renames;
      this.#renames = [];
      this.#send("renamed", { renames });
    });
  }

  progress(note: Notification<"progress">): void {
    this.#tell(`progress ${note.token} ${note.stage}`, () => this.#send("progress", note));
  }

  /** Tells at once what waits of calls' progress: an answer does not overtake it. */
  flushProgress(): void {
    for (const [key, send] of this.#waiting)
      if (key.startsWith("progress ")) {
        this.#waiting.delete(key);
        send();
      }
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #tell(key: string, send: () => void): void {
    this.#waiting.set(key, send);
    if (!this.#timer) this.#next();
  }

  #next(): void {
    const [first] = this.#waiting;
    this.#timer = null;
    if (!first) return;
    const [key, send] = first;
    this.#waiting.delete(key);
    this.#timer = setTimeout(() => this.#next(), PACE);
    send();
  }
}
