import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Canvas, type CanvasDocument, getVaultItems, listCanvases, VaultItem } from "@litlab/sdk";
import { shapesOf } from "@litlab/sdk/canvas-core";
import type { Tensor } from "@litlab/sdk/tf";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { LITLAB } from "../../../test/demo-home.js";
import { runPython } from "../../../test/python.js";

const folder = mkdtempSync(join(tmpdir(), "litlab-demo-"));
const home = join(folder, "home");
const ticks = (root: string) => join(root, "contoso/ticks/equity/usa/tick/demo");

/** Runs `litlab demo`: its exit code and what it printed. */
async function demo(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [LITLAB, "demo", ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

/** Every file of a folder with its content, catalogues left out: they hold the date of the import. */
const contents = (root: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "catalogue.sqlite")
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(root, path), readFileSync(path, "base64")]),
  );

beforeAll(async () => {
  vi.stubEnv("LIT_HOME", home);
  expect(await demo(home)).toMatchObject({ code: 0, stdout: `The demo home is ready: LIT_HOME=${home}\n` });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("litlab demo", () => {
  test("gives the reference's item, whose predictions are real Keras' own", async () => {
    const [item] = await getVaultItems("contoso");
    expect(String(item)).toBe("VaultItem(team='contoso', name='spy_e1')");
    const model = await (item as VaultItem).loadModel();
    const dense = "dense_40c93684-299b-41df-b233-912a47954a84";
    expect(model.layers.map(({ name }) => name)).toEqual([
      "input_1",
      "get_item",
      "get_item_1",
      "flatten",
      "flatten_1",
      `${dense}_concatenate`,
      "dropout",
      `${dense}_0`,
      "gaussian_noise",
      "dropout_1",
      "end_d1657694-e01d-409b-aec8-15b33a9aefbc",
    ]);
    const [asset] = await (item as VaultItem).getAssets();
    expect(asset?.name).toBe("schema_demo");
    const [file] = (await asset?.files) ?? [];
    const [x, y] = await (item as VaultItem).getDataFromPath(file?.path ?? "");
    const found = await (model.predict(x) as Tensor).data();
    const oracle = `
import sys, json, h5py, keras, numpy as np
with h5py.File(sys.argv[2]) as f:
    x = np.concatenate([f["100_1_min"][:].reshape(-1, 800), f["RSI14TA_day"][:]], axis=1)
    y = f["long_updown"][:, :1]
print(json.dumps([keras.models.load_model(sys.argv[1]).predict(x, verbose=0).ravel().tolist(), y.ravel().tolist()]))`;
    const model3 = fileURLToPath(new URL("../../demo/spy_e1.keras", import.meta.url));
    const [wanted, labels] = JSON.parse(await runPython(oracle, [model3, file?.path ?? ""]));
    expect(found).toHaveLength(360);
    wanted.forEach((value: number, i: number) => {
      expect(Math.abs((found[i] as number) - value)).toBeLessThanOrEqual(1e-6 + 1e-5 * Math.abs(value));
    });
    expect([...(await (y[0] as Tensor).data())]).toEqual(labels);
    expect(new Set(wanted.map((value: number) => value.toFixed(2))).size).toBeGreaterThan(10);
  });

  test("has the canvas that the model was drawn on, with the model's features, labels and layers", async () => {
    const canvas = new Canvas("contoso", "demo");
    expect((await listCanvases("contoso")).map(String)).toEqual(["Canvas(team='contoso', name='demo')"]);
    expect(await canvas.inputs).toEqual([["100_1_min"], ["RSI14TA_day"]]);
    expect(await canvas.outputs).toMatchObject([{ feature: "long_updown", label_index: 0, activation: "sigmoid" }]);
    const item = new VaultItem("contoso", "spy_e1");
    const drawn = await item.canvas;
    expect(drawn).toEqual(await canvas.document);
    const model = await item.loadModel();
    const shapes = shapesOf(drawn as CanvasDocument);
    const drawnAs = { dense: (id: string) => `dense_${id}_0`, output: (id: string) => `end_${id}` };
    for (const { id, type } of drawn?.nodes ?? []) {
      if (type === "dense" || type === "output")
        expect(shapes.get(id)).toEqual({ shape: model.getLayer(drawnAs[type](id)).outputShape.slice(1) });
    }
    model.dispose();
  });

  test("simulates trades as documented: auctions, bursts, a busy open and close, a 0.01 grid", async () => {
    const oracle = `
import sys, json, pandas as pd
from pathlib import Path
days = [pd.read_csv(p, header=None) for p in sorted(Path(sys.argv[1]).glob("*.zip"))]
t = pd.concat(days)
hour = [d[0].floordiv(3600000).value_counts() for d in days]
per_10s = pd.concat([d[0].floordiv(10000).value_counts().reindex(range(4000, 5000), fill_value=0) for d in days])
print(json.dumps({
    "days": len(days), "columns": t.shape[1], "sorted": all(d[0].is_monotonic_increasing for d in days),
    "grid": bool((t[1] % 100 == 0).all()), "least": int(t[2].min()), "prices": [int(t[1].min()), int(t[1].max())],
    "first": min(int(d[0].iloc[0]) for d in days), "last": max(int(d[0].iloc[-1]) for d in days),
    "auction": min(min(d[2].iloc[0], d[2].iloc[-1]) / d[2].iloc[1:-1].quantile(0.99) for d in days),
    "busy": min(min(h[10], h[15]) / h[12] for h in hour), "dispersion": per_10s.var() / per_10s.mean(),
}))`;
    const found = JSON.parse(await runPython(oracle, [ticks(home)]));
    expect(found).toMatchObject({ days: 20, columns: 6, sorted: true, grid: true, least: 1 });
    expect(found.first).toBeGreaterThanOrEqual(34_200_000);
    expect(found.last).toBeLessThan(57_600_400);
    expect(found.prices[0]).toBeGreaterThan(900_000);
    expect(found.prices[1]).toBeLessThan(1_100_000);
    expect(found.auction).toBeGreaterThan(10);
    expect(found.busy).toBeGreaterThan(1);
    expect(found.dispersion).toBeGreaterThan(2);
    expect(readFileSync(join(home, "contoso/ticks/README.md"), "utf8")).toContain("**simulated**");
  });

  test("is the same again for the same seed, wherever the clock stands, and another for another", async () => {
    const [same, other] = [join(folder, "same"), join(folder, "other")];
    vi.stubEnv("TZ", "Pacific/Kiritimati");
    await demo(same);
    await demo(other, "--seed", "2");
    const [one, two, three] = [home, same, other].map(contents);
    expect(two).toEqual(one);
    expect(Object.keys(three ?? {}).length).toBe(Object.keys(one ?? {}).length);
    const asset = "contoso/assets/schema_demo/schema_demo_test.h5";
    expect(three?.[asset]).not.toBe(one?.[asset]);
    for (const root of [same, other]) rmSync(root, { recursive: true });
  });

  test("does nothing when the demo is there, and refuses another seed", async () => {
    const before = contents(home);
    expect(await demo(home)).toMatchObject({ code: 0, stdout: `The demo home is there already: LIT_HOME=${home}\n` });
    const refused = await demo(home, "--seed", "7");
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("the demo there is version 2 with seed 1, expected version 2 with seed 7"),
    ]);
    expect(contents(home)).toEqual(before);
    await new VaultItem("contoso", "spy_e1").rename("mine");
    await demo(home);
    expect((await getVaultItems("contoso")).map(({ name }) => name)).toEqual(["mine"]);
  });

  test("refuses an older demo, or moves it aside as a team of its own", async () => {
    const old = join(folder, "old");
    const mark = (version: number) => {
      mkdirSync(join(old, "contoso"), { recursive: true });
      writeFileSync(join(old, "contoso/demo.json"), JSON.stringify({ version, seed: 1 }));
    };
    mark(1);
    writeFileSync(join(old, "contoso/catalogue.sqlite"), "mine");
    const refused = await demo(old);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining(
        "the demo there is version 1 with seed 1, expected version 2 with seed 1: choose another folder, or move it aside with --move-old",
      ),
    ]);
    expect(readdirSync(join(old, "contoso")).sort()).toEqual(["catalogue.sqlite", "demo.json"]);
    expect(await demo(old, "--move-old")).toMatchObject({ code: 0, stderr: expect.stringContaining("contoso_demo_1") });
    expect(readdirSync(old).sort()).toEqual(["contoso", "contoso_demo_1"]);
    expect(readFileSync(join(old, "contoso_demo_1/catalogue.sqlite"), "utf8")).toBe("mine");
    expect(contents(join(old, "contoso"))).toEqual(contents(join(home, "contoso")));
    mark(3);
    expect(await demo(old, "--move-old")).toMatchObject({ code: 1, stderr: expect.stringContaining("is version 3") });
    rmSync(old, { recursive: true });
  });

  test.each([
    ["a seed that is no number", ["--seed", "x"], "expected a whole number"],
    ["a seed that is too large", ["--seed", "4294967296"], "expected a whole number"],
    ["an option that is not known", ["--sed", "1"], "unknown option"],
  ])("refuses %s", async (_, args, message) => {
    const { code, stderr } = await demo(join(folder, "never"), ...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(readdirSync(folder)).toEqual(["home"]);
  });

  test("refuses a folder with something else in it, a team that is not its own, and a file", async () => {
    const foreign = join(folder, "foreign");
    mkdirSync(foreign);
    writeFileSync(join(foreign, "thesis.tex"), "");
    expect(await demo(foreign)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${foreign} is not empty and no home of Lit Lab`),
    });
    mkdirSync(join(foreign, "contoso/assets"), { recursive: true });
    expect((await demo(foreign)).stderr).toContain("is there already and is not the demo's");
    expect(await demo(join(foreign, "thesis.tex"))).toMatchObject({ code: 1 });
    expect(readdirSync(foreign)).toEqual(["contoso", "thesis.tex"]);
    rmSync(foreign, { recursive: true });
  });

  test("two at once both end well", async () => {
    const shared = join(folder, "shared");
    const ends = await Promise.all([demo(shared), demo(shared), demo(shared)]);
    expect(ends.map(({ code, stderr }) => (code === 0 ? "" : stderr))).toEqual(["", "", ""]);
    expect(ends.filter(({ stdout }) => stdout.includes("is ready"))).toHaveLength(1);
    expect(readdirSync(shared)).toEqual(["contoso"]);
    rmSync(shared, { recursive: true });
  });

  test("one that is killed leaves no team, and the next run clears up", async () => {
    const killed = join(folder, "killed");
    const child = spawn(process.execPath, [LITLAB, "demo", killed]);
    for await (const text of child.stderr) if (String(text).includes("Build the asset")) break;
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(readdirSync(killed)).toEqual([expect.stringMatching(/^\.demo\..*\.tmp$/)]);
    expect(await demo(killed)).toMatchObject({ code: 0 });
    expect(readdirSync(killed)).toEqual(["contoso"]);
    rmSync(killed, { recursive: true });
  });
});
