import { Asset } from "../assets/asset.js";
import { listAssets } from "../assets/list-assets.js";
import { readSamples } from "../assets/read-samples.js";
import { sizeOf } from "../tensors/size-of.js";
import type { Methods } from "./methods.js";
import type { Watcher } from "./watcher.js";

/** How many samples, and values of each, a page sees. */
const FIRST = { samples: 8, values: 8 };
/** A sample of more values is not read for a look at it. */
const MOST_VALUES = 2 ** 22;

export const assetMethods = (watcher: Watcher): Methods<"assets.list" | "assets.get"> => ({
  "assets.list": async ({ team }) => {
    await watcher.follow(team);
    return (await listAssets(team)).map(({ name }) => ({ name }));
  },

  "assets.get": async ({ team, name }) => {
    await watcher.follow(team);
    const asset = new Asset(team, name);
    const [files, described] = await Promise.all([asset.files, asset.describe()]);
    const shown = files.find(({ length }) => length > 0);
    const datasets = [];
    for (const { name: dataset, shape, columns } of described)
      datasets.push({
        name: dataset,
        shape: [...shape],
        columns: columns && [...columns],
        first: shown ? await firstSamples(shown.path, dataset, sizeOf(shape)) : [],
      });
    return {
      name,
      length: files.reduce((sum, { length }) => sum + length, 0),
      files: files.map(({ path, split, length }) => ({ path, split, length })),
      datasets,
    };
  },
});

/** @param width values of a sample */
async function firstSamples(path: string, dataset: string, width: number): Promise<(number | null)[][]> {
  const count = Math.min(FIRST.samples, Math.floor(MOST_VALUES / Math.max(1, width)));
  if (count === 0) return [];
  const [samples] = await readSamples(path, [dataset], 0, count);
  const { shape = [], data = new Float32Array() } = samples ?? {};
  return Array.from({ length: shape[0] ?? 0 }, (_, i) =>
    Array.from(data.subarray(i * width, i * width + Math.min(width, FIRST.values)), (value) =>
      Number.isFinite(value) ? value : null,
    ),
  );
}
