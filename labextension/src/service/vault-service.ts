import type { Session } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import {
  METHODS,
  type MethodName,
  NOTIFICATIONS,
  type Notification,
  type Params,
  type Rename,
  type Result,
} from "@litlab/sdk/rpc";
import { Poll } from "@lumino/polling";
import { Signal } from "@lumino/signaling";
import { messageOf } from "../message-of.js";
import { connect, isNetworkError } from "./connect.js";
import { type Link, LinkLost, NoAnswer } from "./link.js";
import { type IVaultService, ServiceError, type ServiceState } from "./tokens.js";

const PING = 60_000;
/** A service that does not answer a ping within this time, ms, is taken for gone. */
const PING_PATIENCE = 30_000;

/** Calls that change nothing may be made twice. */
const READS = /^(?:ping|.+\.(?:list|open|get|read|graph|histogram))$/;

/** Keeps one link to the service while there is need of it. */
export class VaultService implements IVaultService {
  readonly stateChanged = new Signal<this, ServiceState>(this);
  readonly changed = new Signal<this, Notification<"changed">>(this);
  readonly renamed = new Signal<this, Rename>(this);
  readonly progressed = new Signal<this, Notification<"progress">>(this);
  readonly #sessions: Session.IManager;
  readonly #trans: TranslationBundle;
  readonly #teams = new Set<string>();
  /** A service whose pages are all hidden ends after a while. */
  readonly #pings = new Poll({
    auto: false,
    name: "@litlab/labextension:ping",
    frequency: { interval: PING, backoff: false },
    standby: "when-hidden",
    factory: () => this.#ping(),
  });
  readonly #recovery = new Poll({
    auto: false,
    name: "@litlab/labextension:recovery",
    frequency: { interval: 1000, backoff: 2, max: 5000 },
    standby: "when-hidden",
    factory: () => this.#recover(),
  });
  #link: Promise<Link> | null = null;
  #wasReady = false;
  #state: ServiceState = "idle";
  #problem: string | null = null;

  constructor(sessions: Session.IManager, trans: TranslationBundle) {
    this.#sessions = sessions;
    this.#trans = trans;
  }

  get state(): ServiceState {
    return this.#state;
  }

  get problem(): string | null {
    return this.#problem;
  }

  async call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    if ("team" in params) this.#teams.add(params.team);
    const answer = await this.#request(method, params);
    const parsed = METHODS[method].result.safeParse(answer);
    if (parsed.success) return parsed.data as Result<M>;
    const where = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new ServiceError(
      this.#trans.__("The vault’s service answered %1 with something else than expected (%2).", method, where),
      null,
      { cause: parsed.error },
    );
  }

  async #request(method: string, params: unknown): Promise<unknown> {
    for (let again = READS.test(method); ; again = false) {
      const link = await this.#open();
      try {
        return await link.request(method, params);
      } catch (error) {
        if (!(error instanceof LinkLost)) throw error;
        if (again) continue;
        throw new ServiceError(
          this.#trans.__("The vault’s service was lost meanwhile: look whether this happened, then try again."),
          "LOST",
          { cause: error },
        );
      }
    }
  }

  async #open(isQuiet = false): Promise<Link> {
    this.#link ??= this.#connect(isQuiet);
    const opening = this.#link;
    const link = await opening;
    if (!link.isDisposed) return link;
    if (this.#link === opening) this.#link = null;
    return this.#open();
  }

  /** @param isQuiet whether a failure that people see already stays until there is a link again */
  async #connect(isQuiet: boolean): Promise<Link> {
    if (!isQuiet || this.#state !== "failed") this.#become("starting");
    const onNotification = (name: string, params: unknown): void => this.#hear(name, params);
    try {
      const onLost = (): void => this.#onLost();
      const link = await connect(this.#sessions, { onNotification, onLost }, this.#trans);
      void this.#recovery.stop();
      void this.#pings.start();
      this.#become("ready");
      if (this.#wasReady) this.#tellAll();
      this.#wasReady = true;
      return link;
    } catch (error) {
      this.#link = null;
      void this.#pings.stop();
      this.#become("failed", messageOf(error));
      throw error;
    }
  }

  #onLost(): void {
    // While it is being connected, `connect` sees to it.
    if (this.#state !== "ready") return;
    this.#link = null;
    void this.#pings.stop();
    this.#become("starting");
    void this.#recovery.start();
  }

  async #recover(): Promise<void> {
    try {
      await this.#open(true);
    } catch (error) {
      if (isNetworkError(error)) throw error;
      void this.#recovery.stop();
    }
  }

  async #ping(): Promise<void> {
    const link = await this.#link;
    try {
      await link?.request("ping", {}, PING_PATIENCE);
    } catch (error) {
      if (!(error instanceof NoAnswer)) return;
      link?.dispose();
      this.#onLost();
    }
  }

  #hear(name: string, params: unknown): void {
    if (name === "changed") this.changed.emit(NOTIFICATIONS.changed.parse(params));
    else if (name === "renamed")
      for (const rename of NOTIFICATIONS.renamed.parse(params).renames) this.renamed.emit(rename);
    else if (name === "progress") this.progressed.emit(NOTIFICATIONS.progress.parse(params));
  }

  /** Whatever may have changed while the service was away. */
  #tellAll(): void {
    this.changed.emit({ team: null, what: ["teams"] });
    for (const team of this.#teams) this.changed.emit({ team, what: ["items", "assets", "canvases"] });
  }

  #become(state: ServiceState, problem: string | null = null): void {
    if (state === this.#state && problem === this.#problem) return;
    this.#state = state;
    this.#problem = problem;
    this.stateChanged.emit(state);
  }
}
