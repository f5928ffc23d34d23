import type { Asset } from "../assets/asset.js";
import { LitDataError, LitModelError } from "../errors.js";
import { fitInputs, fitLabels } from "./fit-input.js";
import type { ItemRecord } from "./item-record.js";

type Needs = Pick<ItemRecord, "features" | "labels" | "inputs">;

/**
 * Checks that an asset holds an item's features and labels in fitting shapes.
 * @throws LitModelError that shows both sides
 * @throws LitDataError if the asset does not exist or is damaged
 */
export async function checkAsset(item: string, needs: Needs, asset: Asset): Promise<void> {
  const shapes = new Map((await asset.describe()).map(({ name, shape }) => [name, shape]));
  if (needs.features.length > 0) fitInputs(item, needs.inputs, needs.features, asset.name, shapes);
  fitLabels(item, needs.labels, asset.name, shapes);
}

/** The assets recorded with an item, otherwise the team's that fit it, newest first. */
export async function assetsOf(team: string, record: ItemRecord): Promise<Asset[]> {
  if (record.assets) {
    const { Asset } = await import("../assets/asset.js");
    return record.assets.map((name) => new Asset(team, name));
  }
  if (record.features.length === 0) return [];
  const { listAssets } = await import("../assets/list-assets.js");
  const fitting: Asset[] = [];
  for (const asset of await listAssets(team)) {
    try {
      await checkAsset(record.row.name, record, asset);
      fitting.push(asset);
    } catch (error) {
      // One that does not fit or is damaged is not among them.
      if (!(error instanceof LitModelError || error instanceof LitDataError)) throw error;
    }
  }
  return fitting;
}
