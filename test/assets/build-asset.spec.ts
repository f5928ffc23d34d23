import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  Asset,
  type AssetSchema,
  buildAsset,
  getAdapter,
  LitDataError,
  LitVaultError,
  listAssets,
  MemoryAdapter,
  readTimes,
} from "@litlab/sdk";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { makeDemoHome } from "../demo-home.js";
import { ROOT, runPython } from "../python.js";

let demo: Awaited<ReturnType<typeof makeDemoHome>>;
beforeAll(async () => {
  demo = await makeDemoHome();
  vi.stubEnv("LIT_HOME", demo.home);
});
afterAll(() => {
  vi.unstubAllEnvs();
  demo.remove();
});

const SCHEMA: AssetSchema = {
  version: 1,
  adapter: "demo",
  features: ["100_1_min", "RSI14TA_day"],
  labels: ["long_updown"],
  every: { unit: "min" },
};
const assets = () => join(demo.home, "contoso/assets");

interface Comparison {
  readonly files: string[];
  readonly samples: Record<string, number>;
  readonly worst: Record<string, number>;
  readonly values: number;
}

/** What pandas, TA-Lib and h5py say of an asset. */
const compare = async (name: string): Promise<Comparison> =>
  JSON.parse(
    await runPython("test/assets/build-asset.oracle.py", [join(demo.home, "contoso/ticks"), join(assets(), name)]),
  );

describe("buildAsset", () => {
  test("gives what pandas and TA-Lib give, as h5py reads it", async () => {
    const { files, samples, worst, values } = await compare("schema_demo");
    expect(files).toEqual(["schema.json", "schema_demo_test.h5", "schema_demo_train_0.h5"]);
    expect(samples).toEqual({ test: 360, train_0: 1440 });
    expect(values).toBe(1800 * (800 + 1 + 6 + 2));
    for (const [name, difference] of Object.entries(worst))
      expect(difference, name).toBeLessThan(name.startsWith("_") ? 1e-15 : 2e-7);
  });

  test("so in other units, horizons, dates, splits and unscaled, with progress", async () => {
    const seen: number[] = [];
    const schema: AssetSchema = {
      ...SCHEMA,
      features: ["7_90_sec", "30_1_hour", "RSI3TA_hour", "2_1_day"],
      every: { unit: "sec", size: 450 },
      horizon: 1234.5,
      from: "2024-03-07",
      to: "2024-03-21",
      test: 0.35,
      samplesPerFile: 70,
      scale: "none",
    };
    const asset = await buildAsset("contoso", schema, { name: "other", onProgress: ({ done }) => seen.push(done) });
    expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => i));
    const { samples, worst } = await compare("other");
    for (const [name, difference] of Object.entries(worst)) expect(difference, name).toBeLessThan(2e-7);
    const { test: last, ...train } = samples;
    const all = await asset.length;
    expect(Object.values(train).slice(0, -1)).toEqual(Object.values(train).slice(1).fill(70));
    expect(Object.values(samples).reduce((sum, count) => sum + count, 0)).toBe(all);
    expect(last).toBeGreaterThan(0.35 * all);
    const [times, earlier] = await Promise.all((await asset.files).slice(0, 2).map(({ path }) => readTimes(path)));
    expect((earlier?.time.at(-1) ?? 0) + 1234.5e6).toBeLessThanOrEqual(times?.time[0] ?? 0);
  });

  test("gives the same bytes again", async () => {
    await buildAsset("contoso", SCHEMA, { name: "again" });
    for (const part of ["test", "train_0"]) {
      const bytes = readFileSync(join(assets(), "again", `again_${part}.h5`));
      expect(bytes.equals(readFileSync(join(assets(), "schema_demo", `schema_demo_${part}.h5`))), part).toBe(true);
    }
  });

  test("reads hidden times and refuses files without", async () => {
    const [file] = await new Asset("contoso", "schema_demo").files;
    const { time, close } = await readTimes(file?.path ?? "");
    const bars = await (await getAdapter("contoso", "demo")).getMinuteBars("2024-03-28");
    expect([...time]).toEqual([...(bars.timestamp ?? [])].slice(0, 360));
    expect([...close]).toEqual([...bars.close].slice(0, 360));
    expect(await new Asset("contoso", "schema_demo").datasets).toEqual(["100_1_min", "RSI14TA_day", "long_updown"]);
    const path = join(demo.home, "bare.h5");
    await runPython("import h5py,sys\nwith h5py.File(sys.argv[1],'w') as f: f['x']=[1.0]", [path]);
    await expect(readTimes(path)).rejects.toThrow(`${path}: it does not say when its samples were`);
    await runPython("import h5py,sys\nwith h5py.File(sys.argv[1],'a') as f: f.attrs['version']=2", [path]);
    await expect(readTimes(path)).rejects.toThrow(`${path}: version 2, this Lit Lab reads version 1: update it`);
    truncateSync(path, 1000);
    await expect(readTimes(path)).rejects.toThrow(LitDataError);
    rmSync(path);
  });

  const bad: [string, unknown, string | RegExp][] = [
    ["an unknown feature", { ...SCHEMA, features: ["RSI14TA_week"] }, 'no feature or label "RSI14TA_week", expected'],
    ["a feature twice", { ...SCHEMA, labels: ["100_1_min"] }, "names 100_1_min twice"],
    ["a newer version", { ...SCHEMA, version: 2 }, "the schema has version 2, this Lit Lab reads version 1: update it"],
    ["a key that is not known", { ...SCHEMA, horizont: 5 }, /not valid: .*"horizont"/],
    ["a horizon that is no number", { ...SCHEMA, horizon: "5" }, /expected number, received string.*horizon/],
    ["no schema", null, "the schema is not valid"],
    ["more history than there is", { ...SCHEMA, features: ["99999_1_min"] }, /none of 7\d{3} samples can be taken: 9/],
    ["no dates", { ...SCHEMA, to: "2024-02-01" }, "the adapter has no trades until 2024-02-01"],
    ["an adapter that is not there", { ...SCHEMA, adapter: "none" }, /there is no adapter none of the team contoso/],
    ["an adapter outside the home", { ...SCHEMA, adapter: "../x" }, '"../x" is no valid adapter name'],
  ];
  test.each(bad)("refuses %s and writes nothing", async (_, schema, message) => {
    const before = readdirSync(assets());
    await expect(buildAsset("contoso", schema as AssetSchema, { name: "bad" })).rejects.toThrow(message);
    expect(readdirSync(assets())).toEqual(before);
  });

  test("refuses a name that exists, also in another case, or is not valid", async () => {
    await expect(buildAsset("contoso", SCHEMA, { name: "Schema_Demo" })).rejects.toThrow("name already exists");
    await expect(buildAsset("Contoso", SCHEMA, { name: "other" })).rejects.toThrow("beside 'contoso'");
    await expect(buildAsset("contoso", SCHEMA, { name: "../x" })).rejects.toThrow(LitVaultError);
  });

  test("says where ticks are damaged and writes nothing", async () => {
    cpSync(join(demo.home, "contoso"), join(demo.home, "damaged"), { recursive: true });
    const folder = join(demo.home, "damaged/ticks/equity/usa/tick/demo");
    truncateSync(join(folder, "20240315_trade.zip"), 5000);
    const before = readdirSync(join(demo.home, "damaged/assets"));
    await expect(buildAsset("damaged", SCHEMA, { name: "x" })).rejects.toThrow(join(folder, "20240315_trade.zip"));
    expect(readdirSync(join(demo.home, "damaged/assets"))).toEqual(before);
  });

  test("takes ticks of another adapter", async () => {
    const trades = 4000;
    const start = Date.UTC(2024, 0, 8, 15) * 1000;
    const adapter = new MemoryAdapter({
      timeZone: "America/New_York",
      time: Float64Array.from({ length: trades }, (_, i) => start + i * 1e6),
      price: Float64Array.from({ length: trades }, (_, i) => 100 + Math.sin(i / 500)),
      size: new Float64Array(trades).fill(100),
    });
    const schema = { ...SCHEMA, features: ["3_1_min"], horizon: 60, test: 0 };
    const asset = await buildAsset("memory", schema, { name: "sine", adapter });
    expect((await asset.files).map(({ split, length }) => [split, length])).toEqual([["train", 63]]);
    expect(JSON.parse(readFileSync(join(asset.path, "schema.json"), "utf8"))).toMatchObject({ name: "sine" });
  });
});

describe("buildAsset on a disk that is full", () => {
  test.each([1, 100, 1000, 4000])("after %i KiB says so and leaves nothing", async (limit) => {
    const code = `
      const { buildAsset } = await import(process.argv[1]);
      await buildAsset("contoso", JSON.parse(process.argv[2]), { name: "full" }).catch((error) => {
        console.log(error.name + ": " + error.message);
      });`;
    const node = [process.execPath, "--input-type=module", "-e", code, join(ROOT, "sdk/dist/index.js")];
    // With the signal ignored, a file over the limit is an error of write, as on a full disk.
    const shell = `trap "" XFSZ; ulimit -f ${limit}; exec "$@"`;
    const { stdout } = await promisify(execFile)("bash", ["-c", shell, "bash", ...node, JSON.stringify(SCHEMA)]);
    expect(stdout).toContain(`LitDataError: ${join(assets(), "full")}: the asset cannot be written: `);
    expect(stdout).toMatch(/file too large/i);
    expect(readdirSync(assets()).filter((name) => name.includes("full"))).toEqual([]);
  });
});

describe("buildAsset with other processes", () => {
  /** Builds the asset in a process of its own; `log` says how it went. */
  const CHILD = `
    const { buildAsset } = await import(process.argv[2]);
    const schema = JSON.parse(process.argv[3]);
    process.send("ready");
    await new Promise((resolve) => process.once("message", resolve));
    try {
      const asset = await buildAsset("contoso", schema, {
        name: process.argv[4],
        onProgress: ({ done }) => process.send({ done }),
      });
      process.send({ made: asset.name });
    } catch (error) {
      process.send({ failed: error.message });
    }
    process.disconnect();
  `;

  async function start(schema: AssetSchema, name: string) {
    const script = join(demo.home, "build.mjs");
    writeFileSync(script, CHILD);
    const sdk = join(ROOT, "sdk/dist/index.js");
    const child = fork(script, [sdk, JSON.stringify(schema), name], { env: { ...process.env, LIT_HOME: demo.home } });
    await once(child, "message");
    return child;
  }

  test("one of two that build the same name makes it, whole", async () => {
    const children = await Promise.all([start(SCHEMA, "both"), start(SCHEMA, "both")]);
    const ends = children.map(
      (child) =>
        new Promise<string>((resolve) =>
          child.on("message", (message: Record<string, string>) => {
            if (message.made) resolve("made");
            if (message.failed) resolve(message.failed);
          }),
        ),
    );
    for (const child of children) child.send("go");
    expect((await Promise.all(ends)).sort()).toEqual(["asset both: name already exists", "made"]);
    expect((await compare("both")).samples).toEqual({ test: 360, train_0: 1440 });
    expect(readdirSync(assets()).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("one that is killed leaves no asset, and the name is free", async () => {
    const long = { ...SCHEMA, features: ["5000_1_min"], every: { unit: "sec", size: 5 }, samplesPerFile: 50 } as const;
    const child = await start(long, "killed");
    const writing = new Promise<void>((resolve) => {
      const look = () =>
        readdirSync(assets()).some((name) => name.startsWith(".killed.")) ? resolve() : setTimeout(look, 1);
      look();
    });
    child.send("go");
    await writing;
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(join(assets(), "killed"))).toBe(false);
    expect((await listAssets("contoso")).map(({ name }) => name)).not.toContain("killed");
    await buildAsset("contoso", SCHEMA, { name: "killed" });
    expect(await new Asset("contoso", "killed").length).toBe(1800);
    expect(readdirSync(assets()).filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe("getAdapter", () => {
  test.each([
    ["not JSON", "{", "not JSON"],
    ["a newer version", '{"version":2}', "version 2, this Lit Lab reads version 1: update it"],
    ["another type", '{"version":1,"type":"oracle"}', "not a valid adapter"],
    ["no folder", '{"version":1,"type":"lean","symbol":"spy"}', /not a valid adapter: .*folder/],
    ["a symbol that is a path", '{"version":1,"type":"lean","folder":"x","symbol":"../y"}', "is no symbol"],
  ])("refuses %s and names the file", async (_, text, message) => {
    const path = join(demo.home, "contoso/adapters/bad.json");
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
    await expect(getAdapter("contoso", "bad")).rejects.toThrow(message);
    await expect(getAdapter("contoso", "bad")).rejects.toThrow(LitDataError);
    rmSync(path);
  });

  test("makes what the file describes, from the team's folder", async () => {
    const folder = join(demo.home, "contoso");
    const make = async (name: string, adapter: object) => {
      writeFileSync(join(folder, `adapters/${name}.json`), JSON.stringify({ version: 1, ...adapter }));
      return getAdapter("contoso", name);
    };
    writeFileSync(join(folder, "trades.csv"), "ts;price;size\n02.01.2024 10:00:00;1.5;2\n");
    const options = { columns: { time: "ts" }, timeFormat: "%d.%m.%Y %H:%M:%S", delimiter: ";" };
    const csv = await make("csv", { type: "csv", path: "trades.csv", ...options });
    expect((await csv.getDate("2024-01-02")).toRows()).toEqual([{ time: 1704189600000000, price: 1.5, size: 2 }]);
    const parquet = await make("parquet", { type: "parquet", path: ["none.parquet"] });
    await expect(parquet.getDates()).rejects.toThrow(`${join(folder, "none.parquet")}: no such file`);
    await expect(make("wrong", { type: "parquet", path: "x", header: true })).rejects.toThrow(/header/);
  });
});
