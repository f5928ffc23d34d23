import { stat } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { LitVaultError } from "../errors.js";
import type { Notification, Rename } from "../rpc/methods.js";
import { blobPath } from "../vault/blobs.js";
import { CANVASES_SINCE, readCatalogue } from "../vault/catalogue.js";
import { findItem, type ItemLabel, type ItemRecord } from "../vault/item-record.js";
import { VaultItem } from "../vault/vault-item.js";
import type { Methods } from "./methods.js";
import type { ModelProcess } from "./models/model-process.js";
import type { Models } from "./models.js";
import { modelPath } from "./server-path.js";
import type { Uploads } from "./uploads.js";
import type { Watcher } from "./watcher.js";

type ItemMethods = Methods<"items.list" | "items.get" | "items.rename" | "items.import">;

interface Context {
  readonly watcher: Watcher;
  readonly uploads: Uploads;
  readonly models: Models;
  /** Where models are imported. */
  readonly imports: ModelProcess;
  /** The folder of Jupyter's server. */
  readonly root: string;
  readonly onRename: (rename: Rename) => void;
}

export const itemMethods = ({ watcher, uploads, models, imports, root, onRename }: Context): ItemMethods => ({
  "items.list": async ({ team }) => {
    await watcher.follow(team);
    const rows = await readCatalogue(team, (db, version) =>
      db
        .selectFrom("items")
        .select(["name", "color", "value", "dateAdded", "model"])
        .$if(version >= CANVASES_SINCE, (query) => query.select((is) => is("canvas", "is not", null).as("hasCanvas")))
        .orderBy("name")
        .execute(),
    );
    models.warm();
    // SQLite says it in numbers, and a catalogue of version 1 not at all.
    return rows?.map((row) => ({ ...row, hasCanvas: Boolean(row.hasCanvas) })) ?? [];
  },

  "items.get": async ({ team, name }) => {
    await watcher.follow(team);
    const item = new VaultItem(team, name);
    const record = await recordOf(team, name);
    const { row, features, labels } = record;
    const path = blobPath(team, row.blob);
    const [details, assets, file, outline] = await Promise.all([
      item.details,
      item.getAssets(),
      stat(path).catch(() => null),
      models.outline(path).catch((error: Error) => ({ nodes: [], problem: error.message })),
    ]);
    return {
      name: row.name,
      color: row.color,
      value: row.value,
      dateAdded: row.dateAdded,
      model: row.model,
      details: { ...details },
      inputs: record.inputs.map((input, i) => ({
        name: input.name,
        shape: [...input.shape],
        uses: [...(features[i] ?? [])],
      })),
      outputs: record.outputs.map((output, i) => ({
        name: output.name,
        shape: [...output.shape],
        uses: usesOf(labels[i]),
      })),
      assets: assets.map((asset) => asset.name),
      file: { path, bytes: file?.size ?? 0 },
      layers: outline.nodes.flatMap(({ parent, title, type, shape, parameters }) =>
        parent === undefined ? [{ name: title, type, shape, parameters }] : [],
      ),
      problem: outline.problem,
      hasCanvas: record.canvas !== null,
    };
  },

  "items.rename": async ({ team, name, newName }) => {
    const { status, message } = await new VaultItem(team, name).rename(newName);
    if (status === "SUCCESS") onRename({ team, kind: "item", name, newName });
    return { status, message };
  },

  "items.import": async ({ team, source, name, token }, page) => {
    const path = "path" in source ? await modelPath(root, source.path) : uploads.pathOf(source.upload, page);
    const tell = (stage: Notification<"progress">["stage"], share: number | null) =>
      token && page.progress({ token, stage, share });
    tell("model", null);
    try {
      return await imports.ask("import", { team, path, name }, (share) => tell("weights", share));
    } catch (error) {
      // Whoever uploads a file knows it by its name, not by where it lies meanwhile.
      if ("upload" in source && error instanceof Error)
        error.message = error.message.replaceAll(dirname(path) + sep, "");
      throw error;
    } finally {
      if ("upload" in source) await uploads.done(source.upload);
    }
  },
});

/** @throws LitVaultError if the item does not exist */
export async function recordOf(team: string, name: string): Promise<ItemRecord> {
  const record = await findItem(team, name);
  if (record) return record;
  throw new LitVaultError(`item ${name} not found`, { code: "NOT_FOUND" });
}

const usesOf = (label: ItemLabel | undefined): string[] =>
  label ? [label.labelIndex === null ? label.feature : `${label.feature}[${label.labelIndex}]`] : [];
