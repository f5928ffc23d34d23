import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { MimeBundle } from "../display/mime-bundle.js";
import { LitDataError } from "../errors.js";
import { checkName, entriesOf, readError, teamFolder } from "../home.js";
import { AssetFile, type Split } from "./asset-file.js";
import type { AssetDataset } from "./datasets.js";

/** Training data of a team: HDF5 files of features and labels (the reference's Asset). */
export class Asset {
  readonly team: string;
  readonly name: string;
  /** The folder that holds its files. */
  readonly path: string;

  /** @throws LitVaultError if a name is not valid; whether the asset exists shows when it is read */
  constructor(team: string, name: string) {
    this.team = team;
    this.name = checkName(name, "asset name");
    this.path = join(teamFolder(team), "assets", name);
  }

  /** The names of its features and labels. @throws LitDataError if there is no such asset or its file is damaged */
  get datasets(): Promise<string[]> {
    return this.describe().then((datasets) => datasets.map(({ name }) => name));
  }

  /** Its files: the test file, then the train files in order. @throws LitDataError */
  get files(): Promise<AssetFile[]> {
    return this.#paths().then(async (paths) => {
      const { readDatasets } = await import("./datasets.js");
      return Promise.all(
        paths.map(async ({ path, split }) => new AssetFile(path, split, (await readDatasets(path)).length)),
      );
    });
  }

  /** Its samples, test and train together. @throws LitDataError */
  get length(): Promise<number> {
    return this.files.then((files) => files.reduce((sum, { length }) => sum + length, 0));
  }

  /** Its features and labels with the shape of a sample and a label's columns. @throws LitDataError */
  async describe(): Promise<readonly AssetDataset[]> {
    const [first] = await this.#paths();
    const { readDatasets } = await import("./datasets.js");
    return first ? (await readDatasets(first.path)).datasets : [];
  }

  async #paths(): Promise<{ readonly path: string; readonly split: Split; readonly part: number }[]> {
    const found = await stat(this.path).catch((cause) => {
      if (cause.code === "ENOENT") return null;
      throw readError(this.path, `the folder of the asset ${this.name}`, cause, LitDataError);
    });
    if (!found?.isDirectory())
      throw new LitDataError(
        `there is no asset ${this.name} of the team ${this.team}, expected the folder ${this.path}`,
      );
    const paths: { path: string; split: Split; part: number }[] = [];
    for (const { name } of await entriesOf(this.path, LitDataError)) {
      if (!name.startsWith(`${this.name}_`) || !name.endsWith(".h5")) continue;
      const part = /^(?:test|train_(\d{1,6}))$/.exec(name.slice(this.name.length + 1, -3));
      if (!part) continue;
      const split = part[1] === undefined ? "test" : "train";
      paths.push({ path: join(this.path, name), split, part: Number(part[1] ?? -1) });
    }
    if (paths.length === 0)
      throw new LitDataError(
        `${this.path}: no files of the asset, expected ${this.name}_test.h5, ${this.name}_train_0.h5, …`,
      );
    return paths.sort((a, b) => a.part - b.part);
  }

  toString(): string {
    return `Asset(team='${this.team}', name='${this.name}')`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    return (await import("../display/asset.js")).assetBundle(this);
  }
}
