import { stat } from "node:fs/promises";
import { join } from "node:path";
import { LitDataError } from "../errors.js";
import { entriesOf, isName, readError, teamFolder } from "../home.js";
import { Asset } from "./asset.js";

/** A team's assets, newest first; a folder whose name is no asset's is none. @throws LitDataError if their folder cannot be read */
export async function listAssets(team: string): Promise<Asset[]> {
  const folder = join(teamFolder(team), "assets");
  const entries = (await entriesOf(folder, LitDataError)).filter((entry) => entry.isDirectory() && isName(entry.name));
  const dated = await Promise.all(
    entries.map(async ({ name }) => {
      const path = join(folder, name);
      const { mtimeMs } = await stat(path).catch((cause) => {
        throw readError(path, "an asset's folder", cause, LitDataError);
      });
      return { name, time: mtimeMs };
    }),
  );
  dated.sort((a, b) => b.time - a.time || (a.name < b.name ? -1 : 1));
  return dated.map(({ name }) => new Asset(team, name));
}
