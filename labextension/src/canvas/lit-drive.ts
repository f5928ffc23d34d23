import { type Contents, ServerConnection } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { Notification, Rename } from "@litlab/sdk/rpc";
import { Signal } from "@lumino/signaling";
import { type IVaultService, ServiceError } from "../service/tokens.js";

export const DRIVE = "lit";

export const canvasPath = (team: string, canvas: string): string => `${DRIVE}:${team}/canvases/${canvas}${ENDING}`;
export const vaultedPath = (team: string, item: string): string => `${DRIVE}:${team}/vaulted/${item}${ENDING}`;

const ENDING = ".canvas.json";
const EMPTY = '{ "version": 1, "nodes": [], "edges": [] }\n';
const NO_TIME = new Date(0).toISOString();

/** What a path of the drive names. */
type Place =
  | { readonly kind: "root" }
  | { readonly kind: "team"; readonly team: string }
  | { readonly kind: "canvases" | "vaulted"; readonly team: string }
  | { readonly kind: "canvas"; readonly team: string; readonly canvas: string }
  | { readonly kind: "item"; readonly team: string; readonly item: string };

/**
 * The vault's canvases as JupyterLab's documents: `lit:TEAM/canvases/NAME.canvas.json`, and those of vault items, which are
 * read-only, in `lit:TEAM/vaulted/`. A file's hash is its version; over another version than the one last read nothing is saved.
 */
export class LitDrive implements Contents.IDrive {
  readonly name = DRIVE;
  readonly serverSettings: ServerConnection.ISettings;
  readonly fileChanged = new Signal<this, Contents.IChangedArgs>(this);
  readonly #service: IVaultService;
  readonly #trans: TranslationBundle;
  readonly #isOpen: (path: string) => boolean;
  /** The version of each canvas as it was last read, by path; of those that are not open until the next change. */
  readonly #versions = new Map<string, string>();
  readonly #checkpoints = new Map<string, { readonly content: string; readonly last_modified: string }>();
  #isDisposed = false;

  /** @param isOpen whether a document of the path, with the drive's name, is open in this page */
  constructor(
    service: IVaultService,
    trans: TranslationBundle,
    serverSettings: ServerConnection.ISettings,
    isOpen: (path: string) => boolean,
  ) {
    this.#service = service;
    this.#isOpen = isOpen;
    this.#trans = trans;
    this.serverSettings = serverSettings;
    service.changed.connect(this.#onChanged, this);
    service.renamed.connect(this.#onRenamed, this);
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  dispose(): void {
    this.#isDisposed = true;
    Signal.clearData(this);
  }

  async get(path: string, { content = true }: Contents.IFetchOptions = {}): Promise<Contents.IModel> {
    const place = this.#place(path);
    if (place.kind === "canvas" || place.kind === "item") return this.#file(path, place, content);
    const entries = content ? await this.#entries(place) : null;
    return folder(path, entries, place.kind === "canvases");
  }

  async save(path: string, { content }: Partial<Contents.IModel> = {}): Promise<Contents.IModel> {
    const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
    return await this.#write(path, text, this.#versions.get(path) ?? null);
  }

  /** @param version what is there now; null: nothing, and nothing is overwritten */
  async #write(path: string, content: string, version: string | null): Promise<Contents.IModel> {
    const { team, canvas } = this.#ownCanvas(path);
    const written = await this.#service.call("canvases.write", { team, canvas, content, version });
    this.#versions.set(path, written.version);
    const model = file(path, written, null);
    this.fileChanged.emit({ type: "save", oldValue: null, newValue: model });
    return model;
  }

  async newUntitled({ path = "" }: Contents.ICreateOptions = {}): Promise<Contents.IModel> {
    const place = this.#place(path);
    if (place.kind !== "canvases") throw this.#refusal(path);
    const there = new Set((await this.#entries(place)).map(({ name }) => name));
    let name = `untitled${ENDING}`;
    for (let number = 2; there.has(name); number++) name = `untitled_${number}${ENDING}`;
    const model = await this.#write(`${path}/${name}`, EMPTY, null);
    this.fileChanged.emit({ type: "new", oldValue: null, newValue: model });
    return model;
  }

  async delete(path: string): Promise<void> {
    await this.#service.call("canvases.remove", this.#ownCanvas(path));
    this.#versions.delete(path);
    this.#checkpoints.delete(path);
    this.fileChanged.emit({ type: "delete", oldValue: { path }, newValue: null });
  }

  async rename(path: string, newPath: string): Promise<Contents.IModel> {
    const [from, to] = [this.#ownCanvas(path), this.#ownCanvas(newPath)];
    if (from.team !== to.team) throw this.#refusal(newPath);
    // The service tells every page of it, this one too.
    await this.#service.call("canvases.rename", { ...from, newName: to.canvas });
    return await this.get(newPath, { content: false });
  }

  async copy(path: string, toFolder: string): Promise<Contents.IModel> {
    const place = this.#place(path);
    const target = this.#place(toFolder);
    if (target.kind !== "canvases" || (place.kind !== "canvas" && place.kind !== "item")) throw this.#refusal(toFolder);
    let copied: Contents.IModel;
    if (place.kind === "canvas" && place.team === target.team) {
      const { name } = await this.#service.call("canvases.duplicate", place);
      copied = await this.get(`${toFolder}/${name}${ENDING}`, { content: false });
    } else {
      const { content } = await this.#service.call("canvases.read", place);
      copied = await this.#write(`${toFolder}/${path.slice(path.lastIndexOf("/") + 1)}`, content, null);
    }
    this.fileChanged.emit({ type: "new", oldValue: null, newValue: copied });
    return copied;
  }

  async getDownloadUrl(path: string): Promise<string> {
    const { content } = await this.get(path);
    return `data:application/json;charset=utf-8,${encodeURIComponent(content)}`;
  }

  /** A canvas has one checkpoint, which lasts as long as the page. */
  async createCheckpoint(path: string): Promise<Contents.ICheckpointModel> {
    const { content } = await this.get(path);
    const checkpoint = { content, last_modified: new Date().toISOString() };
    this.#checkpoints.set(path, checkpoint);
    return { id: "page", last_modified: checkpoint.last_modified };
  }

  async listCheckpoints(path: string): Promise<Contents.ICheckpointModel[]> {
    const checkpoint = this.#checkpoints.get(path);
    return checkpoint ? [{ id: "page", last_modified: checkpoint.last_modified }] : [];
  }

  async restoreCheckpoint(path: string): Promise<void> {
    const checkpoint = this.#checkpoints.get(path);
    if (!checkpoint) throw this.#missing(path);
    await this.get(path, { content: false });
    await this.save(path, { content: checkpoint.content });
  }

  async deleteCheckpoint(path: string): Promise<void> {
    this.#checkpoints.delete(path);
  }

  #place(path: string): Place {
    const [team, kind, name, ...rest] = path.split("/").filter((part) => part !== "");
    if (team === undefined) return { kind: "root" };
    if (kind === undefined) return { kind: "team", team };
    const stem = name?.endsWith(ENDING) ? name.slice(0, -ENDING.length) : undefined;
    if (rest.length === 0 && (kind === "canvases" || kind === "vaulted")) {
      if (name === undefined) return { kind, team };
      if (stem !== undefined)
        return kind === "canvases" ? { kind: "canvas", team, canvas: stem } : { kind: "item", team, item: stem };
    }
    throw this.#missing(path);
  }

  /** What may be changed. @throws ServiceError for everything else */
  #ownCanvas(path: string): { team: string; canvas: string } {
    const place = this.#place(path);
    if (place.kind !== "canvas") throw this.#refusal(path);
    return { team: place.team, canvas: place.canvas };
  }

  async #entries(place: Exclude<Place, { kind: "canvas" | "item" }>): Promise<Contents.IModel[]> {
    if (place.kind === "root")
      return (await this.#service.call("teams.list", {})).map((team) => folder(team, null, false));
    const { team, kind } = place;
    if (kind === "team")
      return ["canvases", "vaulted"].map((name) => folder(`${team}/${name}`, null, name === "canvases"));
    if (kind === "canvases") {
      const canvases = await this.#service.call("canvases.list", { team });
      return canvases.map(({ name, modified }) =>
        file(`${team}/${kind}/${name}${ENDING}`, { modified, writable: true }, null),
      );
    }
    const items = await this.#service.call("items.list", { team });
    return items
      .filter(({ hasCanvas }) => hasCanvas)
      .map(({ name }) => file(`${team}/${kind}/${name}${ENDING}`, { modified: NO_TIME, writable: false }, null));
  }

  async #file(path: string, place: Place & { kind: "canvas" | "item" }, content: boolean): Promise<Contents.IModel> {
    try {
      const read = await this.#service.call("canvases.read", place);
      this.#versions.set(path, read.version);
      return file(path, read, content ? read.content : null);
    } catch (error) {
      if (!(await this.#isMissing(place, error))) throw error;
      this.#versions.delete(path);
      throw this.#missing(path);
    }
  }

  async #isMissing(place: Place & { kind: "canvas" | "item" }, error: unknown): Promise<boolean> {
    if (!(error instanceof ServiceError)) return false;
    if (place.kind === "item" || error.code === "NOT_FOUND") return error.code === "NOT_FOUND";
    const canvases = await this.#service.call("canvases.list", { team: place.team });
    return !canvases.some(({ name }) => name === place.canvas);
  }

  /** Tells of canvases that are open in this page and may be others now. */
  async #onChanged(_: IVaultService, { team, what }: Notification<"changed">): Promise<void> {
    if (!what.includes("canvases")) return;
    for (const path of [...this.#versions.keys()]) {
      const place = this.#place(path);
      if (!this.#isOpen(`${DRIVE}:${path}`)) {
        this.#versions.delete(path);
        continue;
      }
      if (place.kind !== "canvas" || (team !== null && place.team !== team)) continue;
      try {
        // Documents compare it with the version that they hold: the one read last may be a checkpoint's.
        const read = await this.#service.call("canvases.read", place);
        this.fileChanged.emit({ type: "save", oldValue: null, newValue: file(path, read, null) });
      } catch {
        // It is gone, or the service is; who opens it again is told.
      }
    }
  }

  /** Documents of what has another name go on under it, with what they hold and the version that they have read. */
  #onRenamed(_: IVaultService, { team, kind, name, newName }: Rename): void {
    const pathOf = kind === "canvas" ? canvasPath : vaultedPath;
    const local = (canvas: string) => pathOf(team, canvas).slice(DRIVE.length + 1);
    const [path, newPath] = [local(name), local(newName)];
    moveKey(this.#versions, path, newPath);
    moveKey(this.#checkpoints, path, newPath);
    this.fileChanged.emit({
      type: "rename",
      oldValue: { path },
      newValue: { path: newPath, name: nameOf(newPath), type: "file" },
    });
  }

  /** As servers answer: JupyterLab knows by it that there is no such file. */
  #missing(path: string): ServerConnection.ResponseError {
    const reason = this.#trans.__("there is no canvas %1", path);
    return new ServerConnection.ResponseError(new Response(null, { status: 404, statusText: reason }), reason);
  }

  #refusal(path: string): ServiceError {
    const reason = this.#trans.__(
      "%1 cannot be changed: only what lies in a team's folder canvases and ends in %2 can",
      path,
      ENDING,
    );
    return new ServiceError(reason, "READ_ONLY");
  }
}

function moveKey<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from);
  if (value !== undefined) map.set(to, value);
  map.delete(from);
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const folder = (path: string, content: Contents.IModel[] | null, writable: boolean): Contents.IModel => ({
  name: nameOf(path),
  path,
  type: "directory",
  format: content === null ? null : "json",
  content,
  created: NO_TIME,
  last_modified: NO_TIME,
  writable,
  mimetype: "",
});

function file(
  path: string,
  about: { readonly version?: string; readonly writable: boolean; readonly modified: string },
  content: string | null,
): Contents.IModel {
  const modified = about.modified === "" ? NO_TIME : about.modified;
  return {
    name: nameOf(path),
    path,
    type: "file",
    format: content === null ? null : "text",
    content,
    created: modified,
    last_modified: modified,
    writable: about.writable,
    mimetype: "application/json",
    ...(about.version !== undefined && { hash: about.version, hash_algorithm: "sha256" }),
  };
}
