import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BaseAdapter } from "../bars/base-adapter.js";
import { getAdapter } from "../bars/get-adapter.js";
import { SECOND } from "../bars/time-zone.js";
import { LitDataError } from "../errors.js";
import type { Feature, FeatureSource, Sampler } from "../features/feature.js";
import { parseFeature } from "../features/parse-feature.js";
import { checkName, checkNewTeam, entriesOf, sameName, syncPath, teamFolder, writeBeside } from "../home.js";
import { sizeOf } from "../tensors/size-of.js";
import { Asset } from "./asset.js";
import { AssetWriter } from "./asset-writer.js";
import type { DatasetSpec } from "./asset-writer.worker.js";
import type { AssetSchema, CompleteSchema } from "./schema.js";

export interface BuildOptions {
  /** The asset's name. Default: `schema_` and the time in ms, as in the reference. */
  readonly name?: string;
  /** The adapter that gives the ticks, instead of the one that the schema names. */
  readonly adapter?: BaseAdapter;
  /** Hears how many of the dates are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly samples: number }) => void;
}

/** When the samples were: not listed among an asset's datasets. */
const HIDDEN: readonly DatasetSpec[] = [
  { name: "_time", shape: [], dtype: "<d", columns: null },
  { name: "_close", shape: [], dtype: "<d", columns: null },
];
/** Samples that are computed before they are written. */
const BLOCK = 1024;

/**
 * Builds an asset from a schema: a sample at the end of each bar, its features from what was known then, its labels from
 * the horizon after it. Train files come first in time, the test file last; train samples whose horizon reaches into the
 * test file are left out. The asset is there whole or not at all, and the same ticks and schema give the same bytes.
 * @throws LitDataError if the schema is not valid, the name exists, or no sample can be taken
 * @throws LitVaultError if a team of the same name in another case exists
 */
export async function buildAsset(
  team: string,
  schema: AssetSchema,
  { name = `schema_${Date.now()}`, adapter, onProgress }: BuildOptions = {},
): Promise<Asset> {
  const { checkSchema } = await import("./schema.js");
  const complete = checkSchema(schema);
  const asset = new Asset(team, checkName(name, "asset name"));
  const folder = join(teamFolder(team), "assets");
  if (
    sameName(
      (await entriesOf(folder, LitDataError)).map((entry) => entry.name),
      name,
    )
  )
    throw nameExists(name);
  await checkNewTeam(team);
  const features = [...complete.features, ...complete.labels].map(parseFeature);
  const names = features.map((feature) => feature.name);
  const twice = names.find((entry, i) => names.indexOf(entry) !== i);
  if (twice) throw new LitDataError(`the schema names ${twice} twice`);
  const source = await sourceOf(complete, adapter ?? (await getAdapter(team, complete.adapter)));
  const instants = await instantsOf(complete, source, features, onProgress);
  try {
    await writeBeside(asset.path, (temporary) => writeFiles(temporary, asset, complete, source, features, instants));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") throw nameExists(name);
    if (code === "ENOSPC" || code === "EROFS" || code === "EACCES")
      throw new LitDataError(`${asset.path}: the asset cannot be written (${code})`, { code, cause: error });
    throw error;
  }
  return asset;
}

const nameExists = (name: string) => new LitDataError(`asset ${name}: name already exists`, { code: "NAME_EXISTS" });

async function sourceOf({ horizon, scale, to }: CompleteSchema, adapter: BaseAdapter): Promise<FeatureSource> {
  const dates = (await adapter.getDates()).filter((date) => to === undefined || date <= to);
  if (dates.length === 0) throw new LitDataError(`the adapter has no trades${to === undefined ? "" : ` until ${to}`}`);
  const ones = Array.from({ length: 8 }, () => 1);
  return { adapter, dates, horizon: horizon * SECOND, scale: scale === "max" ? await adapter.getMaxValues() : ones };
}

/** A sample that can be taken. */
interface Instant {
  readonly date: string;
  readonly time: number;
  readonly close: number;
}

/** The instants at which every feature and label has a value. */
async function instantsOf(
  { every, from }: CompleteSchema,
  source: FeatureSource,
  features: readonly Feature[],
  onProgress: BuildOptions["onProgress"],
): Promise<readonly Instant[]> {
  const samplers = await Promise.all(features.map((feature) => feature.prepare(source)));
  const scratch = new Float32Array(Math.max(...features.map(({ shape }) => sizeOf(shape))));
  const missing = new Map<string, number>();
  const instants: Instant[] = [];
  const dates = source.dates.filter((date) => from === undefined || date >= from);
  let candidates = 0;
  for (const [done, date] of dates.entries()) {
    onProgress?.({ done, total: dates.length, samples: instants.length });
    for (const sampler of samplers) await sampler.begin?.(date);
    const { timestamp = [], close } = await source.adapter.getBarDaterange(date, every.unit, every.size);
    for (const [i, time] of timestamp.entries()) {
      candidates++;
      const without = samplers.findIndex((sampler) => !sampler.write(time, scratch, 0));
      const lacking = features[without]?.name;
      if (lacking === undefined) instants.push({ date, time, close: close[i] as number });
      else missing.set(lacking, (missing.get(lacking) ?? 0) + 1);
    }
  }
  onProgress?.({ done: dates.length, total: dates.length, samples: instants.length });
  if (instants.length > 0) return instants;
  const reasons = [...missing].map(([feature, count]) => `${feature} has no value at ${count}`).join(", ");
  throw new LitDataError(`none of ${candidates} samples can be taken${reasons ? `: ${reasons}` : ""}`, {
    code: "EMPTY",
  });
}

async function writeFiles(
  folder: string,
  { name, path }: Asset,
  schema: CompleteSchema,
  source: FeatureSource,
  features: readonly Feature[],
  instants: readonly Instant[],
): Promise<void> {
  await mkdir(folder);
  const boundary = Math.round(instants.length * (1 - schema.test));
  const test = instants.slice(boundary);
  const begin = test[0]?.time ?? Infinity;
  const train = instants.slice(0, boundary).filter(({ time }) => time + source.horizon <= begin);
  const samplers = await Promise.all(features.map((feature) => feature.prepare(source)));
  const writer = new AssetWriter(path);
  try {
    for (let part = 0; part * schema.samplesPerFile < train.length; part++) {
      const samples = train.slice(part * schema.samplesPerFile, (part + 1) * schema.samplesPerFile);
      await writeSamples(join(folder, `${name}_train_${part}.h5`), writer, features, samplers, samples);
    }
    if (test.length > 0) await writeSamples(join(folder, `${name}_test.h5`), writer, features, samplers, test);
  } finally {
    await writer.dispose();
  }
  const record = { ...schema, name, scaleValues: source.scale };
  await writeFile(join(folder, "schema.json"), `${JSON.stringify(record, null, 2)}\n`);
  for (const entry of await entriesOf(folder)) await syncPath(join(folder, entry.name));
}

async function writeSamples(
  path: string,
  writer: AssetWriter,
  features: readonly Feature[],
  samplers: readonly Sampler[],
  samples: readonly Instant[],
): Promise<void> {
  const specs = features.map(({ name, shape, columns }): DatasetSpec => ({ name, shape, dtype: "<f", columns }));
  await writer.open(path, [...specs, ...HIDDEN]);
  let date = "";
  for (let begin = 0; begin < samples.length; begin += BLOCK) {
    const block = samples.slice(begin, begin + BLOCK);
    const data = features.map(({ shape }) => new Float32Array(block.length * sizeOf(shape)));
    for (const [row, sample] of block.entries()) {
      if (sample.date !== date) for (const sampler of samplers) await sampler.begin?.(sample.date);
      date = sample.date;
      for (const [i, sampler] of samplers.entries())
        sampler.write(sample.time, data[i] as Float32Array, row * sizeOf(features[i]?.shape ?? []));
    }
    const hidden = [Float64Array.from(block, ({ time }) => time), Float64Array.from(block, ({ close }) => close)];
    await writer.append(block.length, [...data, ...hidden]);
  }
  await writer.close();
}
