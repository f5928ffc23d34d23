import { stat } from "node:fs/promises";
import { join } from "node:path";
import { entriesOf, teamFolder } from "../home.js";
import { Asset } from "./asset.js";

/** A team's assets, newest first. */
export async function listAssets(team: string): Promise<Asset[]> {
  const folder = join(teamFolder(team), "assets");
  const entries = (await entriesOf(folder)).filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  const dated = await Promise.all(
    entries.map(async ({ name }) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  );
  dated.sort((a, b) => b.time - a.time || (a.name < b.name ? -1 : 1));
  return dated.map(({ name }) => new Asset(team, name));
}
