import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Tensor } from "@tensorflow/tfjs-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { runPython } from "../../../test/python.js";
import { loadTf } from "../../dist/devices/load-tf.js";
import { LitDataError, LitModelError } from "../../dist/errors.js";
import { fitInput } from "../../dist/vault/fit-input.js";
import { importModel } from "../../dist/vault/import-model.js";
import { freshFolder } from "./vault.oracle.js";

interface Truth {
  readonly x: number[][];
  readonly label: number[][];
  readonly predictions: number[][];
  readonly two: [number[][], number[][]];
}

let home: string;
let models: string;
let truth: Truth;
const FEATURES = ["100_1_min", "RSI14TA_day"];
const file = (asset = "demo") => join(home, "contoso/assets", asset, `${asset}_test.h5`);
const eleven = () => join(models, "eleven.keras");
const two = () => join(models, "two_outputs.keras");

beforeAll(async () => {
  [home, models] = [freshFolder(), freshFolder()];
  truth = JSON.parse(await runPython("sdk/src/vault/samples.oracle.py", [home, models])) as Truth;
});
beforeEach(() => vi.stubEnv("LIT_HOME", home));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  for (const folder of [home, models]) rmSync(folder, { recursive: true, force: true });
});

async function take(tensor: Tensor | undefined): Promise<number[][]> {
  const values = (await tensor?.array()) as number[][];
  tensor?.dispose();
  return values;
}

function expectClose(found: number[][], wanted: number[][]): void {
  expect(found.map((row) => row.length)).toEqual(wanted.map((row) => row.length));
  found.flat().forEach((value, index) => {
    const truth = wanted.flat()[index] as number;
    expect(Math.abs(value - truth)).toBeLessThanOrEqual(1e-6 + 1e-5 * Math.abs(truth));
  });
}

describe("getDataFromPath", () => {
  test("gives several features side by side, as the model predicts them in Keras", async () => {
    const tf = await loadTf();
    const item = await importModel("contoso", eleven(), FEATURES, undefined, {
      labels: [{ feature: "long_updown", labelIndex: 4 }],
    });
    const [asset] = await item.getAssets();
    const model = await item.loadModel();
    const before = tf.memory().numTensors;
    const [x, y] = await item.getDataFromPath(file());
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 2);
    expectClose(await take(model.predict(x) as Tensor), truth.predictions);
    expect(await take(x[0])).toEqual(truth.x);
    expect(await take(y[0])).toEqual(truth.label.map((row) => [row[4]]));
    const slices: [number[], number[]][] = [
      [[3], [3]],
      [[-1], [6]],
      [
        [1, 4],
        [1, 2, 3],
      ],
      [
        [0, 7, 3],
        [0, 3, 6],
      ],
      [[5, 5], []],
    ];
    for (const [args, rows] of slices) {
      const [[x], [y]] = await item.getDataFromPath(file(), ...args);
      expect([x?.shape, y?.shape]).toEqual([
        [rows.length, 801],
        [rows.length, 1],
      ]);
      expect(await take(x)).toEqual(rows.map((row) => truth.x[row]));
      expect(await take(y)).toEqual(rows.map((row) => [truth.label[row]?.[4]]));
    }
    const [first] = (await asset?.files) ?? [];
    const [[one]] = await item.getDataFromPath(first as { path: string }, 0);
    expect(one?.shape).toEqual([1, 801]);
    one?.dispose();
    await expect(item.getDataFromPath(file(), 7)).rejects.toThrow(LitDataError);
    await expect(item.getDataFromPath("/none.h5")).rejects.toThrow(LitDataError);
  });

  test("gives an input with one feature that feature's own shape, and labels all their columns", async () => {
    const item = await importModel("contoso", two(), FEATURES, undefined, {
      labels: [{ feature: "long_updown", labelIndex: 0 }, { feature: "long_updown" }],
    });
    const model = await item.loadModel();
    const [x, y] = await item.getDataFromPath(file());
    expect([...x, ...y].map(({ shape }) => shape)).toEqual([
      [7, 100, 8],
      [7, 1],
      [7, 1],
      [7, 6],
    ]);
    const [p, q] = model.predict(x) as Tensor[];
    expectClose(await take(p), truth.two[0]);
    expectClose(await take(q), truth.two[1]);
    expect(await take(y[1])).toEqual(truth.label);
    const plain = await importModel("contoso", two(), FEATURES);
    expect((await plain.getDataFromPath(file(), 0))[1]).toEqual([]);
  });

  test("shows both sides of a model and an asset that do not fit", async () => {
    const item = await importModel("contoso", eleven(), FEATURES);
    const attempt = item.getDataFromPath(file("other"));
    await expect(attempt).rejects.toThrow(
      /'input_1' expects \[null, 801\], its features are '100_1_min' \[100, 8\], 'RSI14TA_day' \[2\]/,
    );
    await expect(attempt).rejects.toBeInstanceOf(LitModelError);
    const missing = await importModel("contoso", eleven(), ["100_1_min", "ATR14_day"]);
    await expect(missing.getDataFromPath(file())).rejects.toThrow("'ATR14_day' (not there)");
    const bare = await importModel("contoso", eleven());
    await expect(bare.getDataFromPath(file())).rejects.toThrow("has no features");
    const label = await importModel("contoso", eleven(), FEATURES, undefined, {
      labels: [{ feature: "long_updown", labelIndex: 6 }],
    });
    await expect(label.getDataFromPath(file())).rejects.toThrow("'long_updown' with a column 6");
  });
});

describe("getAssets", () => {
  test("gives the assets that fit, newest first, or the ones of the import", async () => {
    const names = async (...args: Parameters<typeof importModel>) =>
      (await (await importModel(...args)).getAssets()).map(({ name }) => name);
    expect(await names("contoso", eleven(), FEATURES)).toEqual(["newer", "demo"]);
    expect(await names("contoso", eleven(), FEATURES, undefined, { assets: ["demo"] })).toEqual(["demo"]);
    expect(await names("contoso", eleven(), [], undefined, { assets: ["other"] })).toEqual(["other"]);
    expect(await names("contoso", eleven(), ["100_1_min", "ATR14_day"])).toEqual([]);
    expect(await names("contoso", eleven())).toEqual([]);
  });

  test("an import refuses assets that do not fit or do not exist", async () => {
    const options = (asset: string) => ["contoso", eleven(), FEATURES, undefined, { assets: [asset] }] as const;
    await expect(importModel(...options("other"))).rejects.toThrow(LitModelError);
    await expect(importModel(...options("none"))).rejects.toThrow("there is no asset none");
  });
});

test.each([
  [[801], [[100, 8], [1]], [801]],
  [[null], [[100, 8], [1]], [801]],
  [[800], [[100, 8], [1]], null],
  [[100, 8], [[100, 8]], [100, 8]],
  [[null, 8], [[100, 8]], [100, 8]],
  [[800], [[100, 8]], [800]],
  [[100, 8], [[800]], [100, 8]],
  [[100, 8, 1], [[100, 8]], [100, 8, 1]],
  [[8, 100], [[100, 8]], null],
  [[1], [[1]], [1]],
  [[2], [[1]], null],
] as [(number | null)[], number[][], number[] | null][])(
  "an input %j takes features %j as %j",
  (input, features, shape) => {
    expect(fitInput(input, features)).toEqual(shape);
  },
);
