import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Asset } from "../assets/asset.js";
import type { CanvasDocument } from "../canvas-core/canvas-document.js";
import type { MimeBundle } from "../display/mime-bundle.js";
import { LitError, LitVaultError } from "../errors.js";
import { checkName } from "../home.js";
import type { LoadKerasOptions } from "../keras/load-keras.js";
import type { ItemRecord } from "./item-record.js";

/** What the vault knows of an item, under the reference's keys. */
export interface VaultItemDetails {
  /** The machine that added the item. */
  readonly host: string;
  /** The experiment's project, run and epoch; null for an imported model. */
  readonly project: string | null;
  readonly runid: number | null;
  readonly epoch: number | null;
  /** The model file's name when it was added. */
  readonly model: string;
  readonly name: string;
  readonly value: number | null;
  readonly color: string | null;
  /** In UTC, as in `2024-07-12 19:40:19.783233+00:00`. */
  readonly dateAdded: string;
  readonly workers: readonly string[];
}

/** What `rename` answers. */
export interface RenameResult {
  readonly status: "SUCCESS" | "ERROR";
  readonly message: string;
}

/** A single item of a team's vault: a trained model, its features, labels and assets. */
export class VaultItem {
  readonly team: string;
  #name: string;

  /** @throws LitVaultError if a name is not valid; the item itself need not exist */
  constructor(team: string, name: string) {
    this.team = checkName(team, "team name");
    this.#name = checkName(name, "item name");
  }

  /** The item's name; `rename` changes it. */
  get name(): string {
    return this.#name;
  }

  /** What the vault knows of this item, or null if it does not exist. */
  get details(): Promise<VaultItemDetails | null> {
    return this.#find().then((record) => record && detailsOf(record));
  }

  /**
   * The canvas that the model was drawn on; null if it has none, or the item does not exist.
   * @throws LitModelError if the canvas is not valid
   */
  get canvas(): Promise<CanvasDocument | null> {
    return this.#fromBlob(
      "canvas",
      ({ canvas }) => canvas,
      (path) => this.#readCanvas(path),
    );
  }

  /**
   * Loads the model.
   * @throws LitVaultError if the item does not exist
   * @throws LitModelError if a custom object that it was imported with is missing
   */
  async loadModel(options?: LoadKerasOptions): Promise<LayersModel> {
    const { loadKeras } = await import("../keras/load-keras.js");
    const model = await this.#fromBlob(
      "model",
      ({ row }) => row.blob,
      (path) => loadKeras(path, options),
    );
    if (!model) throw this.#notFound();
    return model;
  }

  /**
   * The assets that the model was trained on: those it was imported with, otherwise the team's assets that hold every
   * feature and label with fitting shapes, newest first.
   * @throws LitVaultError if the item does not exist
   */
  async getAssets(): Promise<Asset[]> {
    const record = await this.#record();
    const { assetsOf } = await import("./item-assets.js");
    return await assetsOf(this.team, record);
  }

  /**
   * Samples of an asset's file as the model takes them.
   * @param path an asset file or its path
   * @param start with `start` alone: that sample; with neither start nor stop: all
   * @param stop the sample to stop before; negative numbers count from the end
   * @returns `x`, one float32 tensor [n, …] for each input of the model: several features lie side by side, flattened, in
   *   the recorded order; and `y`, one for each label: [n, 1], or [n, k] for all its columns. `y` is [] without labels.
   *   The tensors are the caller's to dispose.
   * @throws LitVaultError if the item does not exist
   * @throws LitDataError if the file cannot be read
   * @throws LitModelError if model and file do not fit
   */
  async getDataFromPath(
    path: string | { readonly path: string },
    start?: number,
    stop?: number,
    step = 1,
  ): Promise<[x: Tensor[], y: Tensor[]]> {
    const record = await this.#record();
    const { samplesOf } = await import("./samples.js");
    return await samplesOf(record, typeof path === "string" ? path : path.path, start, stop, step);
  }

  /**
   * A batch of zeros for each input of the model, ready for `predict`: one sample, unless the model takes batches of
   * another size; open sizes are the least that the model runs with.
   * @throws LitVaultError if the item does not exist
   */
  async zeros(): Promise<Tensor[]> {
    const { inputs } = await this.#record();
    const { loadTf } = await import("../devices/load-tf.js");
    const tf = await loadTf();
    return inputs.map(({ shape, dtype, zeros }) =>
      tf.zeros([...(zeros ?? [1, ...shape.map((size) => size ?? 1)])], dtype),
    );
  }

  /**
   * Renames this item.
   * @returns a status instead of an error if the item does not exist, or the new name does or is not valid
   * @throws LitVaultError if the vault cannot be written
   */
  async rename(newName: string): Promise<RenameResult> {
    const { writeCatalogue } = await import("./catalogue.js");
    const name = this.#name;
    const result = await writeCatalogue(this.team, async (db): Promise<RenameResult | null> => {
      const item = await db.selectFrom("items").select("id").where("name", "=", name).executeTakeFirst();
      if (!item) return null;
      try {
        checkName(newName, "item name");
      } catch (error) {
        if (error instanceof LitError) return { status: "ERROR", message: error.message };
        throw error;
      }
      const other = await db.selectFrom("items").select(["id", "name"]).where("name", "=", newName).executeTakeFirst();
      // Its own name in another case is a new name.
      if (other && (other.id !== item.id || other.name === newName))
        return { status: "ERROR", message: "name already exists" };
      await db.updateTable("items").set({ name: newName }).where("id", "=", item.id).execute();
      return { status: "SUCCESS", message: `Vault item ${name} has been renamed ${newName}.` };
    });
    if (result?.status === "SUCCESS") this.#name = newName;
    return result ?? { status: "ERROR", message: `item ${name} not found` };
  }

  toString(): string {
    return `VaultItem(team='${this.team}', name='${this.#name}')`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    const { vaultItemBundle } = await import("../display/vault-item.js");
    return await vaultItemBundle(this);
  }

  async #readCanvas(path: string): Promise<CanvasDocument> {
    const [{ parseCanvas }, { readCanvasText }] = await Promise.all([
      import("../canvas-core/parse-canvas.js"),
      import("../canvas/canvas-files.js"),
    ]);
    return parseCanvas(await readCanvasText(path), `the canvas of ${this}`);
  }

  /** What is read of one of the item's blobs; null if it has no such blob, or does not exist. */
  async #fromBlob<T>(
    what: string,
    blobOf: (record: ItemRecord) => string | null,
    read: (path: string) => Promise<T>,
  ): Promise<T | null> {
    const { blobPath, hasBlob } = await import("./blobs.js");
    for (let attempt = 0; ; attempt++) {
      const record = await this.#find();
      const sha256 = record && blobOf(record);
      if (!sha256) return null;
      const path = blobPath(this.team, sha256);
      try {
        return await read(path);
      } catch (cause) {
        if (await hasBlob(this.team, sha256)) throw cause;
        // An import with `replace` took the file away after the record was read: the next record has the new one.
        if (attempt < 2) continue;
        throw new LitVaultError(`the ${what} of ${this} is not in the vault: ${path} is missing`, { cause });
      }
    }
  }

  async #find(): Promise<ItemRecord | null> {
    const { findItem } = await import("./item-record.js");
    return await findItem(this.team, this.#name);
  }

  async #record(): Promise<ItemRecord> {
    const record = await this.#find();
    if (record) return record;
    throw this.#notFound();
  }

  #notFound(): LitVaultError {
    return new LitVaultError(`item ${this.#name} not found`, { code: "NOT_FOUND" });
  }
}

function detailsOf({ row }: ItemRecord): VaultItemDetails {
  const { host, project, runid, epoch, model, name, value, color, dateAdded, workers } = row;
  const details: VaultItemDetails = {
    host,
    project,
    runid,
    epoch,
    model,
    name,
    value,
    color,
    dateAdded,
    workers: JSON.parse(workers) as string[],
  };
  return Object.defineProperty(details, Symbol.for("Jupyter.display"), {
    value: async () => (await import("../display/details.js")).detailsBundle(details),
  });
}
