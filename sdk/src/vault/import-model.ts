import { stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename } from "node:path";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { Insertable } from "kysely";
import type { Canvas } from "../canvas/canvas.js";
import type { CanvasDocument } from "../canvas-core/canvas-document.js";
import { loadTf } from "../devices/load-tf.js";
import { LitModelError, LitVaultError } from "../errors.js";
import { checkName, checkNewTeam, sameName } from "../home.js";
import type { LoadKerasOptions } from "../keras/load-keras.js";
import type { CustomObjects } from "../keras/settings/custom-objects.js";
import type { BlobSource } from "./blobs.js";
import type { ItemRow } from "./catalogue.js";
import type { ItemLabel, ModelPort } from "./item-record.js";
import { VaultItem } from "./vault-item.js";

export interface ImportOptions {
  /** Names of the assets that the model was trained on. Default: the team's assets that fit it. */
  readonly assets?: readonly string[];
  /** What each output of the model is trained on; `labelIndex` null (the default) takes every column. Default: none. */
  readonly labels?: readonly { readonly feature: string; readonly labelIndex?: number | null }[];
  /** The canvas that the model was drawn on; its file, as it is then, stays with the item. Default: none. */
  readonly canvas?: Canvas | CanvasDocument;
  /** Take the place of an item that has the name. Default false. */
  readonly replace?: boolean;
  /** What the names of Lambdas, functions and classes stand for that Keras does not have; `loadModel` takes them too. */
  readonly customObjects?: CustomObjects;
  /** Hears how much of the weights is read, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Imports a Keras model file (`.keras` or `.h5`) into a team's vault. The model is loaded and run before anything is
 * written; when the import fails, the vault is as it was. The team is made when it has no vault yet.
 * @param features the names of each input's features, one list for each input; a flat list holds the features of the
 *   only input, or one for each input
 * @param name the item's name. Default: `new_model`, then `new_model_2`, …
 * @throws LitVaultError if the name exists or is not valid, or the vault cannot be written
 * @throws LitModelError if the file does not load, or features, labels and assets do not fit it
 */
export async function importModel(
  team: string,
  path: string,
  features: readonly string[] | readonly (readonly string[])[] = [],
  name?: string,
  { assets, labels = [], canvas, replace = false, customObjects = {}, onProgress }: ImportOptions = {},
): Promise<VaultItem> {
  checkName(team, "team name");
  if (name !== undefined) checkName(name, "item name");
  const { readCatalogue, writeCatalogue } = await import("./catalogue.js");
  const { hasBlob, hashText, removeBlob, storeBlob } = await import("./blobs.js");
  const known = await readCatalogue(team, (db) =>
    db
      .selectFrom("items")
      .select("id")
      .where("name", "=", name ?? "")
      .executeTakeFirst(),
  );
  if (known && !replace) throw nameExists();
  await checkNewTeam(team);
  const blob = await contentOf(path);
  const drawn = canvas && (await canvasText(canvas));
  const { inputs, outputs } = await inspectModel(path, { customObjects, ...(onProgress && { onProgress }) });
  const needs = {
    inputs,
    features: featuresByInput(path, inputs, features),
    labels: labelsByOutput(path, outputs, labels),
  };
  if (assets) {
    const [{ Asset }, { checkAsset }] = await Promise.all([import("../assets/asset.js"), import("./item-assets.js")]);
    for (const asset of assets) await checkAsset(path, needs, new Asset(team, asset));
  }
  const row: Omit<Insertable<ItemRow>, "name"> = {
    blob,
    model: basename(path),
    host: hostname(),
    dateAdded: new Date().toISOString().replace("T", " ").replace("Z", "000+00:00"),
    project: null,
    runid: null,
    epoch: null,
    value: null,
    color: null,
    workers: "[]",
    features: JSON.stringify(needs.features),
    labels: JSON.stringify(needs.labels.map(({ feature, labelIndex }) => ({ feature, label_index: labelIndex }))),
    assets: assets ? JSON.stringify(assets) : null,
    inputs: JSON.stringify(inputs),
    outputs: JSON.stringify(outputs),
    canvas: drawn ? hashText(drawn) : null,
  };
  const content = new Map<string, BlobSource>([[blob, { path }]]);
  if (drawn && row.canvas) content.set(row.canvas, { text: drawn });
  const store = async () => {
    for (const [sha256, source] of content) await storeBlob(team, source, sha256);
  };
  /** Removes blobs that no item refers to, in step with every other import. */
  const release = (blobs: readonly string[]) =>
    writeCatalogue(team, async (db) => {
      for (const sha256 of blobs) {
        const user = await db
          .selectFrom("items")
          .select("id")
          .where((item) => item.or({ blob: sha256, canvas: sha256 }))
          .executeTakeFirst();
        if (!user) await removeBlob(team, sha256);
      }
      return true;
    });
  let replaced: readonly (string | null)[] = [];
  let taken: string | null;
  const added: string[] = [];
  for (const sha256 of content.keys()) if (!(await hasBlob(team, sha256))) added.push(sha256);
  try {
    await store();
    taken = await writeCatalogue(
      team,
      async (db) => {
        // Another import of the same content may have failed and cleaned up meanwhile.
        await store();
        const known = await db.selectFrom("items").select(["id", "name", "blob", "canvas"]).execute();
        const wanted = name ?? freeName(known.map((item) => item.name));
        const old = known.find((item) => sameName([item.name], wanted));
        if (old && !replace) throw nameExists();
        if (old) {
          replaced = [old.blob, old.canvas];
          await db
            .updateTable("items")
            .set({ ...row, name: wanted })
            .where("id", "=", old.id)
            .execute();
        } else
          await db
            .insertInto("items")
            .values({ ...row, name: wanted })
            .execute();
        return wanted;
      },
      { create: true },
    );
  } catch (error) {
    // Blobs that stay when the clean-up fails too are harmless.
    if (added.length > 0 && !(await release(added).catch(() => true)))
      for (const sha256 of added) await removeBlob(team, sha256).catch(() => undefined);
    throw error;
  }
  const left = replaced.filter((sha256) => sha256 !== null && !content.has(sha256)) as string[];
  if (left.length > 0) await release(left).catch(() => undefined);
  return new VaultItem(team, taken as string);
}

/** A canvas as the text that its item keeps. @throws LitModelError if it is not valid */
async function canvasText(canvas: Canvas | CanvasDocument): Promise<string> {
  const [{ Canvas }, { writeCanvas }] = await Promise.all([
    import("../canvas/canvas.js"),
    import("../canvas-core/write-canvas.js"),
  ]);
  return canvas instanceof Canvas ? writeCanvas(await canvas.document, canvas.path) : writeCanvas(canvas);
}

const nameExists = () => new LitVaultError("name already exists", { code: "NAME_EXISTS" });

function freeName(names: readonly string[]): string {
  const taken = new Set(names.map((name) => name.toLowerCase()));
  let name = "new_model";
  for (let number = 2; taken.has(name); number++) name = `new_model_${number}`;
  return name;
}

/** The SHA-256 of the model's file. */
async function contentOf(path: string): Promise<string> {
  const { hashFile } = await import("./blobs.js");
  try {
    if (!(await stat(path)).isFile()) throw new LitModelError(`${path}: not a file, expected a Keras model`);
    return await hashFile(path);
  } catch (cause) {
    if (cause instanceof LitModelError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new LitModelError(`${path}: ${code === "ENOENT" ? "no such file" : message}`, { code: code ?? null, cause });
  }
}

/** Lengths tried for open axes: a window of time may have to be longer than a kernel. */
const OPEN_LENGTHS = [1, 16, 256];

/** The model's inputs and outputs, once zeros have run through it. */
async function inspectModel(
  path: string,
  options: LoadKerasOptions,
): Promise<{ inputs: ModelPort[]; outputs: ModelPort[] }> {
  const { loadKeras } = await import("../keras/load-keras.js");
  const model = await loadKeras(path, options);
  try {
    const zeros = await zerosOf(path, model);
    const port = (tensor: SymbolicTensor, name = tensor.name) => ({ name, shape: tensor.shape.slice(1) });
    return {
      inputs: model.inputs.map((tensor, i) => ({
        ...port(tensor, model.inputNames[i]),
        ...(tensor.dtype === "int32" ? { dtype: "int32" as const } : {}),
        zeros: zeros[i] as number[],
      })),
      outputs: model.outputs.map((tensor, i) => port(tensor, model.outputNames[i])),
    };
  } finally {
    model.dispose();
  }
}

/** The shapes of the smallest batch of zeros that runs through the model. @throws LitModelError if none does */
async function zerosOf(path: string, model: LayersModel): Promise<number[][]> {
  const tf = await loadTf();
  let reason: unknown;
  for (const open of OPEN_LENGTHS) {
    const shapes = model.inputs.map(({ shape }) => shape.map((size, axis) => size ?? (axis === 0 ? 1 : open)));
    try {
      tf.tidy(() => {
        model.predict(
          model.inputs.map(({ dtype }, i) => tf.zeros(shapes[i] as number[], dtype)),
          { batchSize: shapes[0]?.[0] ?? 1 },
        );
      });
      return shapes;
    } catch (error) {
      reason ??= error;
    }
  }
  throw new LitModelError(`${path}: the model does not run on zeros: ${(reason as Error).message}`, { cause: reason });
}

function featuresByInput(
  path: string,
  inputs: readonly ModelPort[],
  features: readonly string[] | readonly (readonly string[])[],
): readonly (readonly string[])[] {
  if (features.length === 0) return [];
  const flat = features.filter((entry) => typeof entry === "string");
  const nested = features.filter((entry) => Array.isArray(entry));
  let lists: readonly (readonly string[])[] = nested;
  if (flat.length === features.length) lists = inputs.length === 1 ? [flat] : flat.map((feature) => [feature]);
  const mixed = flat.length > 0 && nested.length > 0;
  const valid = lists.every((list) => list.length > 0 && list.every((entry) => typeof entry === "string" && entry));
  if (!mixed && valid && lists.length === inputs.length) return lists;
  const ports = inputs.map(({ name, shape }) => `'${name}' [null, ${shape.map((size) => size ?? "null").join(", ")}]`);
  throw new LitModelError(
    `the features ${JSON.stringify(features)} do not fit the model ${path}: expected one list of names for each of its ${inputs.length} input(s) ${ports.join(", ")}`,
  );
}

function labelsByOutput(
  path: string,
  outputs: readonly ModelPort[],
  labels: NonNullable<ImportOptions["labels"]>,
): readonly ItemLabel[] {
  const complete = labels.map(({ feature, labelIndex = null }) => ({ feature, labelIndex }));
  const valid = complete.every(
    ({ feature, labelIndex }) =>
      typeof feature === "string" &&
      feature !== "" &&
      (labelIndex === null || (Number.isInteger(labelIndex) && labelIndex >= 0)),
  );
  if (complete.length === 0 || (valid && complete.length === outputs.length)) return complete;
  throw new LitModelError(
    `the labels ${JSON.stringify(labels)} do not fit the model ${path}: expected { feature, labelIndex } for each of its ${outputs.length} output(s) ${outputs.map((output) => `'${output.name}'`).join(", ")}`,
  );
}
