import type { Selectable } from "kysely";
import { type ItemRow, readCatalogue } from "./catalogue.js";

/** An input or output of a model: its sample's shape, without the batch axis; null where a size is open. */
export interface ModelPort {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  /** The type of an input's values; float32 if it is not said. */
  readonly dtype?: "float32" | "int32";
  /** The shape of the batch of zeros that an input was checked with; `[1, …shape]` with 1 for open sizes if it is not said. */
  readonly zeros?: readonly number[];
}

/** Which label an output of a model is trained on; `labelIndex` picks one of its columns, null takes them all. */
export interface ItemLabel {
  readonly feature: string;
  readonly labelIndex: number | null;
}

/** What the catalogue knows of a vault item. */
export interface ItemRecord {
  readonly row: Selectable<ItemRow>;
  readonly features: readonly (readonly string[])[];
  readonly labels: readonly ItemLabel[];
  readonly assets: readonly string[] | null;
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
  /** The SHA-256 of its canvas' text, or null. */
  readonly canvas: string | null;
}

/** The record of the item with this name, null if the team or the item does not exist. */
export async function findItem(team: string, name: string): Promise<ItemRecord | null> {
  const row = await readCatalogue(team, (db) =>
    db.selectFrom("items").selectAll().where("name", "=", name).executeTakeFirst(),
  );
  if (!row) return null;
  const labels = JSON.parse(row.labels) as { feature: string; label_index: number | null }[];
  return {
    row,
    features: JSON.parse(row.features) as string[][],
    labels: labels.map(({ feature, label_index }) => ({ feature, labelIndex: label_index })),
    assets: row.assets === null ? null : (JSON.parse(row.assets) as string[]),
    inputs: JSON.parse(row.inputs) as ModelPort[],
    outputs: JSON.parse(row.outputs) as ModelPort[],
    // A read-only catalogue of version 1 has no such column.
    canvas: row.canvas ?? null,
  };
}
