import { PathExt } from "@jupyterlab/coreutils";
import type { Contents } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { UUID } from "@lumino/coreutils";
import { Signal } from "@lumino/signaling";
import { messageOf } from "../message-of.js";
import type { IVaultService } from "../service/tokens.js";
import { Turns } from "./turns.js";
import { uploadFile } from "./upload.js";

/** So many files lie with the service at a time: it takes 16 of a page, of 4 GiB each. */
const UPLOADS = 3;
const MODEL_FILE = /\.(?:keras|h5)$/i;

export const isModelFile = (name: string): boolean => MODEL_FILE.test(name);

/** A file of the file browser by its path, also one of another drive than the server's, or one of this machine. */
export type ModelSource = { readonly path: string } | { readonly file: File };

/** An import that is under way, or has failed and waits for a person. */
export interface Import {
  readonly id: string;
  readonly team: string;
  readonly source: ModelSource;
  readonly fileName: string;
  /** The name that the item is to have. */
  readonly name: string;
  readonly message: string;
  /** From 0 to 1; null where nobody knows. */
  readonly share: number | null;
  /** The file is on its way to the service, or waits for that: it can be cancelled. */
  readonly isUploading: boolean;
  /** Why it failed; null while it is under way. */
  readonly problem: string | null;
}

/** Imports of models, from their start until they are done or dismissed. */
export class Imports {
  readonly changed = new Signal<this, void>(this);
  readonly done = new Signal<this, { team: string; name: string }>(this);
  readonly #service: IVaultService;
  readonly #contents: Contents.IManager;
  readonly #trans: TranslationBundle;
  readonly #list = new Map<string, Import>();
  readonly #uploads = new Turns(UPLOADS);
  readonly #aborts = new Map<string, AbortController>();

  constructor(service: IVaultService, contents: Contents.IManager, trans: TranslationBundle) {
    this.#service = service;
    this.#contents = contents;
    this.#trans = trans;
    const messages = { model: trans.__("Reading the model…"), weights: trans.__("Reading weights…") };
    service.progressed.connect((_, { token, stage, share }) =>
      this.#update(token, { message: messages[stage], share }),
    );
  }

  get list(): readonly Import[] {
    return [...this.#list.values()];
  }

  /** The item gets the file's name, unless a person gives another one. */
  start(team: string, source: ModelSource): void {
    const id = UUID.uuid4();
    const fileName = "file" in source ? source.file.name : PathExt.basename(this.#contents.localPath(source.path));
    const name = fileName.replace(MODEL_FILE, "");
    const begun = { message: "", share: null, isUploading: false, problem: null };
    this.#list.set(id, { id, team, source, fileName, name, ...begun });
    void this.#run(id);
  }

  /** Tries again what has failed. */
  retry(id: string, name: string): void {
    this.#update(id, { name, problem: null });
    void this.#run(id);
  }

  /** Takes a failed import, or an upload that is under way, from the list. */
  dismiss(id: string): void {
    const job = this.#list.get(id);
    if (!job || (job.problem === null && !job.isUploading)) return;
    this.#aborts.get(id)?.abort();
    this.#list.delete(id);
    this.changed.emit();
  }

  async #run(id: string): Promise<void> {
    const job = this.#list.get(id);
    if (!job) return;
    const { team, fileName, source } = job;
    try {
      if (!isModelFile(fileName)) throw new Error(this.#trans.__("This is no model: a .keras or .h5 file is needed."));
      const isServers = "path" in source && this.#contents.driveName(source.path) === "";
      const name = isServers ? await this.#import(job, source) : await this.#upload(job, () => this.#fileOf(source));
      this.#list.delete(id);
      this.changed.emit();
      this.done.emit({ team, name });
    } catch (error) {
      this.#update(id, { isUploading: false, problem: messageOf(error) });
    }
  }

  /** Uploads a file in its turn, which ends when it is imported: until then the service keeps it. */
  async #upload(job: Import, open: () => Promise<File>): Promise<string> {
    const { id } = job;
    const abort = new AbortController();
    this.#aborts.set(id, abort);
    this.#update(id, { message: this.#trans.__("Waiting…"), share: null, isUploading: true });
    try {
      return await this.#uploads.take(async () => {
        const file = await open();
        const message = this.#trans.__("Uploading…");
        const onProgress = (share: number) => this.#update(id, { message, share });
        const upload = await uploadFile(this.#service, file, onProgress, abort.signal);
        return await this.#import(job, { upload }).catch((error) => {
          // The service may not have taken the call, and has the file still.
          this.#service.call("uploads.drop", { upload }).catch(() => {});
          throw error;
        });
      });
    } finally {
      this.#aborts.delete(id);
    }
  }

  /** A file of this machine, or of a drive that the service cannot reach but this page can. */
  async #fileOf(source: ModelSource): Promise<File> {
    if ("file" in source) return source.file;
    const { name, content } = await this.#contents.get(source.path, { type: "file", format: "base64", content: true });
    return new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name);
  }

  async #import({ id, team, name }: Import, source: { path: string } | { upload: string }): Promise<string> {
    this.#update(id, { message: this.#trans.__("Importing…"), share: null, isUploading: false });
    return (await this.#service.call("items.import", { team, source, name, token: id })).name;
  }

  #update(id: string, change: Partial<Import>): void {
    const job = this.#list.get(id);
    if (!job) return;
    this.#list.set(id, { ...job, ...change });
    this.changed.emit();
  }
}
