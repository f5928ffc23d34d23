import type { Notification, Result } from "@litlab/sdk/rpc";
import { Throttler } from "@lumino/polling";
import { type ISignal, Signal } from "@lumino/signaling";
import { messageOf } from "../message-of.js";
import { type IVaultService, ServiceError } from "../service/tokens.js";
import {
  assetEntry,
  byName,
  canvasEntry,
  type Entry,
  filtered,
  itemEntry,
  type Kind,
  type Sort,
  type SortKey,
  sorted,
} from "./lists.js";

type What = Notification<"changed">["what"][number];

const ALL: readonly What[] = ["teams", "items", "assets", "canvases"];
/** Changes within this time, ms, are looked at once. */
const PAUSE = 100;

export interface Selection {
  readonly kind: Kind;
  readonly name: string;
}

const EMPTY: Readonly<Record<Kind, readonly Entry[]>> = { item: [], asset: [], canvas: [] };

/** What the vault's sidebar shows. It asks the service while it is active, and again for what has changed. */
export class VaultModel {
  readonly changed = new Signal<this, void>(this);
  readonly teamChosen = new Signal<this, string>(this);
  readonly #service: IVaultService;
  readonly #refresh = new Throttler(() => this.#load(), { limit: PAUSE, edge: "trailing" });
  readonly #stale = new Set<What>(ALL);
  #isActive = false;
  #isLoading = false;
  #teams: readonly string[] | null = null;
  #team: string | null = null;
  /** In the order of names. */
  #entries: Readonly<Record<Kind, readonly Entry[]>> = EMPTY;
  #ordered: Readonly<Record<Kind, readonly Entry[]>> = EMPTY;
  /** The team whose entries are there. */
  #loadedTeam: string | null = null;
  #shown: Readonly<Record<Kind, readonly Entry[]>> = EMPTY;
  #sort: Sort = { by: "name", descending: false };
  #filter = "";
  #selection: Selection | null = null;
  #renamed: Selection | null = null;
  /** What is selected as soon as it is there. */
  #awaited: Selection | null = null;
  #problem: string | null = null;

  constructor(service: IVaultService) {
    this.#service = service;
    service.stateChanged.connect((_, state) => {
      this.changed.emit();
      if (state === "ready" && this.#problem !== null) void this.#load();
    });
    service.changed.connect((_, { team, what }) => {
      if (team !== null && team !== this.#team) return;
      for (const part of what) this.#stale.add(part);
      if (this.#isActive) void this.#refresh.invoke();
    });
  }

  /** null until they are known. */
  get teams(): readonly string[] | null {
    return this.#teams;
  }

  get team(): string | null {
    return this.#team;
  }

  /** Whether the chosen team's lists are there. */
  get isLoaded(): boolean {
    return this.#team !== null && this.#loadedTeam === this.#team;
  }

  get isStarting(): boolean {
    return this.#service.state === "starting";
  }

  /** Why what is shown may not be what is there. */
  get problem(): string | null {
    return this.#service.state === "failed" ? this.#service.problem : this.#problem;
  }

  /** The entry that is selected, null if none is. */
  get selectedEntry(): Entry | null {
    const { kind, name } = this.#selection ?? { kind: "item" };
    return this.#entries[kind].find((entry) => entry.name === name) ?? null;
  }

  /** All entries of a section. */
  count(kind: Kind): number {
    return this.#entries[kind].length;
  }

  /** The entries of a section that the filter lets through, in order. */
  shown(kind: Kind): readonly Entry[] {
    return this.#shown[kind];
  }

  get filter(): string {
    return this.#filter;
  }

  set filter(filter: string) {
    this.#filter = filter;
    this.#show();
  }

  get sort(): Sort {
    return this.#sort;
  }

  set sort(sort: Sort) {
    if (sort.by === this.#sort.by && sort.descending === this.#sort.descending) return;
    this.#sort = sort;
    this.#order();
  }

  get selection(): Selection | null {
    return this.#selection;
  }

  select(selection: Selection | null): void {
    this.#awaited = null;
    if (selection?.kind === this.#selection?.kind && selection?.name === this.#selection?.name) return;
    this.#selection = selection;
    this.changed.emit();
  }

  /** Selects an entry that is there soon. */
  selectWhenThere(selection: Selection): void {
    this.#awaited = selection;
    this.#follow();
    this.changed.emit();
  }

  /** The entry whose name a person is changing. */
  get renamed(): Selection | null {
    return this.#renamed;
  }

  beginRename(entry: Selection): void {
    this.#selection = entry;
    this.#renamed = entry;
    this.changed.emit();
  }

  endRename(): void {
    this.#renamed = null;
    this.changed.emit();
  }

  /** Only an active model asks the service. */
  set isActive(isActive: boolean) {
    this.#isActive = isActive;
    if (isActive) void this.#load();
  }

  /** The chosen team as soon as it is known; null where there is none, or nobody knows. */
  async knownTeam(): Promise<string | null> {
    this.isActive = true;
    while (this.#team === null && this.#teams?.length !== 0 && this.problem === null) await nextOf(this.changed);
    return this.#team;
  }

  chooseTeam(team: string): void {
    if (team === this.#team) return;
    this.#team = team;
    this.#empty();
    this.#selection = this.#renamed = this.#awaited = null;
    for (const part of ALL) this.#stale.add(part);
    this.changed.emit();
    this.teamChosen.emit(team);
    void this.#load();
  }

  #empty(): void {
    this.#entries = this.#ordered = this.#shown = EMPTY;
    this.#loadedTeam = null;
  }

  /** Asks for everything again. */
  async reload(): Promise<void> {
    for (const part of ALL) this.#stale.add(part);
    await this.#load();
  }

  /**
   * Gives an item or a canvas another name.
   * @returns what the service says against it; null if it is done
   * @throws ServiceError
   */
  async rename({ kind, name }: Selection, newName: string): Promise<string | null> {
    const team = this.#team ?? "";
    // A call that is lost may have done it.
    this.#awaited = { kind, name: newName };
    if (kind === "canvas")
      await this.#service.call("canvases.rename", { team, canvas: name, newName }).catch((error) => {
        if (!(error instanceof ServiceError) || error.code !== "LOST") this.#awaited = null;
        throw error;
      });
    else {
      const { status, message } = await this.#service.call("items.rename", { team, name, newName });
      if (status === "ERROR") {
        this.#awaited = null;
        return message;
      }
    }
    this.#renamed = null;
    const entries = this.#entries[kind].map((entry) => (entry.name === name ? { ...entry, name: newName } : entry));
    this.#entries = { ...this.#entries, [kind]: byName(entries) };
    this.#stale.add(kind === "canvas" ? "canvases" : "items");
    this.#order();
    void this.#refresh.invoke();
    return null;
  }

  async #load(): Promise<void> {
    if (!this.#isActive || this.#isLoading) return;
    this.#isLoading = true;
    this.#problem = null;
    try {
      while (this.#stale.size > 0 && this.#isActive) {
        const what = new Set(this.#stale);
        this.#stale.clear();
        await this.#fetch(what);
      }
    } catch (error) {
      for (const part of ALL) this.#stale.add(part);
      this.#problem = messageOf(error);
      this.changed.emit();
    } finally {
      this.#isLoading = false;
    }
  }

  async #fetch(what: ReadonlySet<What>): Promise<void> {
    let first: Result<"teams.open">["first"] = null;
    if (what.has("teams") || this.#teams === null) {
      if (this.#team !== null) this.#teams = await this.#service.call("teams.list", {});
      else {
        const opened = await this.#service.call("teams.open", {});
        this.#teams = opened.teams;
        // A team may have been chosen meanwhile.
        if (this.#team === null) first = opened.first;
      }
      if (this.#team === null || !this.#teams.includes(this.#team)) {
        this.#team = this.#teams[0] ?? null;
        this.#empty();
      }
      this.changed.emit();
    }
    const team = this.#team;
    if (team === null) return;
    const { items, assets, canvases } = first ?? (await this.#lists(team, what));
    // Another team was chosen meanwhile, whose lists are still to be asked for.
    if (team !== this.#team) return;
    this.#loadedTeam = team;
    this.#entries = {
      item: items ? byName(items.map(itemEntry)) : this.#entries.item,
      asset: assets ? byName(assets.map(assetEntry)) : this.#entries.asset,
      canvas: canvases ? byName(canvases.map(canvasEntry)) : this.#entries.canvas,
    };
    this.#order();
  }

  /** The lists that have changed, of another team all. */
  async #lists(team: string, what: ReadonlySet<What>) {
    const isNew = team !== this.#loadedTeam;
    const ask = <T>(part: What, call: () => Promise<T>): Promise<T> | null => (isNew || what.has(part) ? call() : null);
    // The long list comes last: the short ones need not wait for it.
    const [assets, canvases, items] = await Promise.all([
      ask("assets", () => this.#service.call("assets.list", { team })),
      ask("canvases", () => this.#service.call("canvases.list", { team })),
      ask("items", () => this.#service.call("items.list", { team })),
    ]);
    return { items, assets, canvases };
  }

  #order(): void {
    const { item, asset, canvas } = this.#entries;
    const plain: Sort = this.#sort.by === "value" ? { by: "name", descending: false } : this.#sort;
    this.#ordered = {
      item: sorted(item, this.#sort),
      asset: sorted(asset, plain),
      canvas: sorted(canvas, plain),
    };
    this.#follow();
    this.#show();
  }

  /** Selects what has come, and forgets what is gone. */
  #follow(): void {
    const isThere = ({ kind, name }: Selection) => this.#entries[kind].some((entry) => entry.name === name);
    if (this.#awaited && isThere(this.#awaited)) {
      this.#selection = this.#awaited;
      this.#awaited = null;
    }
    if (this.#selection && !isThere(this.#selection)) this.#selection = null;
    if (this.#renamed && !isThere(this.#renamed)) this.#renamed = null;
  }

  #show(): void {
    const { item, asset, canvas } = this.#ordered;
    this.#shown = {
      item: filtered(item, this.#filter),
      asset: filtered(asset, this.#filter),
      canvas: filtered(canvas, this.#filter),
    };
    this.changed.emit();
  }
}

/** A signal's next emission. */
const nextOf = <T>(signal: ISignal<unknown, T>): Promise<T> =>
  new Promise((resolve) => {
    const slot = (_: unknown, value: T) => {
      signal.disconnect(slot);
      resolve(value);
    };
    signal.connect(slot);
  });

/** The other direction of a column that is sorted by already; else up, dates and values from the top. */
export const nextSort = (sort: Sort, by: SortKey): Sort =>
  sort.by === by ? { by, descending: !sort.descending } : { by, descending: by !== "name" };
