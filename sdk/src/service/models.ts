import { stat } from "node:fs/promises";
import { LitVaultError } from "../errors.js";
import type { Params } from "../rpc/methods.js";
import { blobPath } from "../vault/blobs.js";
import { findItem } from "../vault/item-record.js";
import type { Methods } from "./methods.js";
import { ModelPool } from "./models/model-pool.js";
import type { ModelGraph } from "./models/outline.js";
import { modelPath } from "./server-path.js";

/** How long a model may take, and how long a process that reads models stays, ms. */
const READING = { limit: 120_000, stay: 120_000 };
/** A page draws what it has asked for first, ms. */
const WARMING = 1000;
/** Outlines of so many files are kept. */
const MOST_KEPT = 16;

/** Models as graphs, read in processes of their own. */
export class Models {
  readonly #root: string;
  readonly #processes = new ModelPool(READING.limit, READING.stay);
  #warming: NodeJS.Timeout | undefined;
  readonly #kept = new Map<string, Promise<ModelGraph>>();

  readonly methods: Methods<"models.graph" | "models.histogram"> = {
    "models.graph": async (source) => await this.outline(await this.#pathOf(source)),
    "models.histogram": async ({ source, weight }) =>
      await this.#processes.ask("histogram", { path: await this.#pathOf(source), weight }),
  };

  /** @param root the folder of Jupyter's server */
  constructor(root: string) {
    this.#root = root;
  }

  /** The graph of a model file. @throws LitModelError if it cannot be read */
  async outline(path: string): Promise<ModelGraph> {
    const { ino, size, mtimeMs } = await stat(path).catch(() => ({ ino: 0, size: 0, mtimeMs: 0 }));
    const key = [path, ino, size, mtimeMs].join();
    const outline = this.#kept.get(key) ?? this.#processes.ask("outline", { path });
    this.#kept.delete(key);
    this.#kept.set(key, outline);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    outline.catch(() => this.#kept.delete(key));
    return await outline;
  }

  /** Starts a process once the page has its list: somebody looks at the vault. */
  warm(): void {
    clearTimeout(this.#warming);
    this.#warming = setTimeout(() => this.#processes.warm(), WARMING).unref();
  }

  end(): void {
    clearTimeout(this.#warming);
    this.#processes.end();
  }

  async #pathOf(source: Params<"models.graph">): Promise<string> {
    if ("path" in source) return await modelPath(this.#root, source.path);
    const record = await findItem(source.team, source.item);
    if (record) return blobPath(source.team, record.row.blob);
    throw new LitVaultError(`item ${source.item} not found`, { code: "NOT_FOUND" });
  }
}
