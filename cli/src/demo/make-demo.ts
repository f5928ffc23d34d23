import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type AssetSchema,
  besidePath,
  buildAsset,
  Canvas,
  type CanvasDocument,
  getTeams,
  importModel,
  LitError,
  sweepUnfinished,
} from "@litlab/sdk";
import { writeTicks } from "./write-ticks.js";

const TEAM = "contoso";
/** What the demo team is made of; another seed or version is another demo. */
const MARK = "demo.json";
const VERSION = 2;
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

/** What spy_e1 is drawn on: its ids are those in the names of the model's layers. */
const CANVAS: CanvasDocument = {
  version: 1,
  nodes: [
    { id: "bars", type: "input", name: "Minute bars", settings: { features: ["100_1_min"] } },
    { id: "strength", type: "input", name: "Strength", settings: { features: ["RSI14TA_day"] } },
    {
      id: "40c93684-299b-41df-b233-912a47954a84",
      type: "dense",
      name: "Trends",
      settings: { units: 16, activation: "tanh" },
    },
    {
      id: "d1657694-e01d-409b-aec8-15b33a9aefbc",
      type: "output",
      name: "Long",
      settings: {
        component_name: "",
        label_index: 0,
        gaussian_noise: 0.05,
        dropout: 0.1,
        class_weighting: 1,
        activation: "sigmoid",
        feature: "long_updown",
      },
    },
  ],
  edges: [
    { from: "bars", to: "40c93684-299b-41df-b233-912a47954a84" },
    { from: "strength", to: "40c93684-299b-41df-b233-912a47954a84" },
    { from: "40c93684-299b-41df-b233-912a47954a84", to: "d1657694-e01d-409b-aec8-15b33a9aefbc" },
  ],
};

export interface DemoOptions {
  /** The simulation's seed, a whole number from 0 to 2^32 - 1. */
  readonly seed: number;
  /** Whether a demo of an older version moves aside and stays as a team of its own, as people may have worked in it. */
  readonly moveOld: boolean;
  /** Hears what is being done. */
  readonly onStep: (what: string) => void;
}

/**
 * Makes the team `contoso` in a home: simulated ticks, an adapter, a schema, an asset, a canvas and a model. The team is there whole
 * or not at all; when the demo is there already, nothing happens.
 * @returns whether it was made
 * @throws LitError if the folder holds something else, or cannot be written
 */
export async function makeDemo(folder: string, { seed, moveOld, onStep }: DemoOptions): Promise<boolean> {
  const home = resolve(folder);
  process.env.LIT_HOME = home;
  const old = await versionOf(home, seed, moveOld);
  if (old === VERSION) return false;
  const entries = (await readdir(home).catch(() => [])).filter((name) => !name.startsWith(".demo."));
  if (entries.length > 0 && (await getTeams()).length === 0)
    throw new LitError(`${home} is not empty and no home of Lit Lab, expected a new or empty folder`);
  await mkdir(home, { recursive: true });
  await sweepUnfinished(home);
  const temporary = besidePath(join(home, "demo"));
  try {
    process.env.LIT_HOME = temporary;
    await fill(join(temporary, TEAM), seed, onStep);
    // Another process may have been faster.
    if (old !== null && (await versionOf(home, seed, moveOld)) === VERSION) return false;
    if (old !== null) await moveAside(home, old, onStep);
    await rename(join(temporary, TEAM), join(home, TEAM));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if ((code === "ENOTEMPTY" || code === "EEXIST") && (await versionOf(home, seed)) === VERSION) return false;
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The version of the demo that is there, null if there is none. @throws LitError if it is not this demo's, or older and stays */
async function versionOf(home: string, seed: number, moveOld = false): Promise<number | null> {
  const path = join(home, TEAM, MARK);
  let found: { version?: unknown; seed?: unknown };
  try {
    found = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const entries = await readdir(join(home, TEAM)).catch(() => []);
    if (entries.length === 0) return null;
    throw new LitError(`${join(home, TEAM)} is there already and is not the demo's: choose another folder`, {
      cause: error,
    });
  }
  const { version } = found;
  const isOld = typeof version === "number" && version < VERSION;
  if (found.seed === seed && (version === VERSION || (isOld && moveOld))) return version;
  throw new LitError(
    `${path}: the demo there is version ${version} with seed ${found.seed}, expected version ${VERSION} with seed ${seed}: choose another folder${isOld ? ", or move it aside with --move-old" : ""}`,
  );
}

async function moveAside(home: string, version: number, onStep: DemoOptions["onStep"]): Promise<void> {
  const names = await readdir(home);
  let name = `${TEAM}_demo_${version}`;
  for (let number = 2; names.includes(name); number++) name = `${TEAM}_demo_${version}_${number}`;
  await rename(join(home, TEAM), join(home, name));
  onStep(`The older demo is the team ${name} from now on`);
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
  onStep("Import the model spy_e1 with its canvas");
  const canvas = new Canvas(TEAM, "demo");
  await canvas.save(CANVAS);
  await importModel(TEAM, MODEL, ["100_1_min", "RSI14TA_day"], "spy_e1", {
    assets: ["schema_demo"],
    labels: [{ feature: "long_updown", labelIndex: 0 }],
    canvas,
  });
  await writeFile(join(team, MARK), `${JSON.stringify({ version: VERSION, seed }, null, 2)}\n`);
  for (const entry of [team, ...(await readdir(team, { recursive: true })).map((name) => join(team, name))]) {
    await using handle = await open(entry, "r");
    await handle.sync();
  }
}
