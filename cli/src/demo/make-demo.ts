import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type AssetSchema,
  besidePath,
  buildAsset,
  getTeams,
  importModel,
  LitError,
  sweepUnfinished,
} from "@litlab/sdk";
import { writeTicks } from "./write-ticks.js";

const TEAM = "contoso";
/** What the demo team is made of; another seed or version is another demo. */
const MARK = "demo.json";
const VERSION = 1;
const MODEL = fileURLToPath(new URL("../../demo/spy_e1.keras", import.meta.url));
const ADAPTER = { version: 1, type: "lean", folder: "ticks", symbol: "demo" };
const SCHEMA: AssetSchema = {
  version: 1,
  adapter: "demo",
  features: ["100_1_min", "RSI14TA_day"],
  labels: ["long_updown"],
  every: { unit: "min" },
  horizon: 1800,
  test: 0.2,
};

export interface DemoOptions {
  /** The simulation's seed, a whole number from 0 to 2^32 - 1. */
  readonly seed: number;
  /** Hears what is being done. */
  readonly onStep: (what: string) => void;
}

/**
 * Makes the team `contoso` in a home: simulated ticks, an adapter, a schema, an asset and a model. The team is there whole
 * or not at all; when the demo is there already, nothing happens.
 * @returns whether it was made
 * @throws LitError if the folder holds something else, or cannot be written
 */
export async function makeDemo(folder: string, { seed, onStep }: DemoOptions): Promise<boolean> {
  const home = resolve(folder);
  process.env.LIT_HOME = home;
  if (await isMade(home, seed)) return false;
  const entries = (await readdir(home).catch(() => [])).filter((name) => !name.startsWith(".demo."));
  if (entries.length > 0 && (await getTeams()).length === 0)
    throw new LitError(`${home} is not empty and no home of Lit Lab, expected a new or empty folder`);
  await mkdir(home, { recursive: true });
  await sweepUnfinished(home);
  const temporary = besidePath(join(home, "demo"));
  try {
    process.env.LIT_HOME = temporary;
    await fill(join(temporary, TEAM), seed, onStep);
    await rename(join(temporary, TEAM), join(home, TEAM));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if ((code === "ENOTEMPTY" || code === "EEXIST") && (await isMade(home, seed))) return false;
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function isMade(home: string, seed: number): Promise<boolean> {
  const path = join(home, TEAM, MARK);
  let found: { version?: unknown; seed?: unknown };
  try {
    found = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const entries = await readdir(join(home, TEAM)).catch(() => []);
    if (entries.length === 0) return false;
    throw new LitError(`${join(home, TEAM)} is there already and is not the demo's: choose another folder`, {
      cause: error,
    });
  }
  if (found.version === VERSION && found.seed === seed) return true;
  throw new LitError(
    `${path}: the demo there is version ${found.version} with seed ${found.seed}, expected version ${VERSION} with seed ${seed}: choose another folder`,
  );
}

async function fill(team: string, seed: number, onStep: DemoOptions["onStep"]): Promise<void> {
  onStep("Simulate 20 trading days");
  await writeTicks(join(team, "ticks"), seed);
  for (const [path, value] of Object.entries({ "adapters/demo.json": ADAPTER, "schemas/schema_demo.json": SCHEMA })) {
    await mkdir(join(team, path, ".."), { recursive: true });
    await writeFile(join(team, path), `${JSON.stringify(value, null, 2)}\n`);
  }
  onStep("Build the asset schema_demo");
  await buildAsset(TEAM, SCHEMA, { name: "schema_demo" });
  onStep("Import the model spy_e1");
  await importModel(TEAM, MODEL, ["100_1_min", "RSI14TA_day"], "spy_e1", {
    assets: ["schema_demo"],
    labels: [{ feature: "long_updown", labelIndex: 0 }],
  });
  await writeFile(join(team, MARK), `${JSON.stringify({ version: VERSION, seed }, null, 2)}\n`);
  for (const entry of [team, ...(await readdir(team, { recursive: true })).map((name) => join(team, name))]) {
    await using handle = await open(entry, "r");
    await handle.sync();
  }
}
