import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { displayOf } from "../../../test/display.js";
import { runPython } from "../../../test/python.js";
import { LitDataError, LitVaultError } from "../errors.js";
import { Asset } from "./asset.js";
import { listAssets } from "./list-assets.js";
import { readSamples } from "./read-samples.js";

const home = mkdtempSync(join(tmpdir(), "litlab-assets-"));
const folder = join(home, "contoso/assets/demo");

/** h5py writes an asset: a feature [3, 2] and a label of two columns, as float32. */
const WRITE = `
import sys, h5py, numpy as np
folder = sys.argv[1]
for part, n in (("test", 5), ("train_0", 7), ("train_1", 4), ("train_10", 2), ("train_2", 3)):
    with h5py.File(f"{folder}/demo_{part}.h5", "w") as f:
        f["bars"] = np.arange(n * 6, dtype="float32").reshape(n, 3, 2)
        f["label"] = np.arange(n * 2, dtype="float64").reshape(n, 2) / 4
        f["label"].attrs["columns"] = ["long", "short"]
        f["_time"] = np.arange(n, dtype="float64")
`;

beforeAll(async () => {
  vi.stubEnv("LIT_HOME", home);
  mkdirSync(folder, { recursive: true });
  await runPython(WRITE, [folder]);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

describe("Asset", () => {
  test("reads what h5py wrote", async () => {
    const asset = new Asset("contoso", "demo");
    expect(await asset.datasets).toEqual(["bars", "label"]);
    expect(await asset.describe()).toEqual([
      { name: "bars", shape: [3, 2], columns: null },
      { name: "label", shape: [2], columns: ["long", "short"] },
    ]);
    expect((await asset.files).map(({ path, split, length }) => [path, split, length])).toEqual([
      [join(folder, "demo_test.h5"), "test", 5],
      [join(folder, "demo_train_0.h5"), "train", 7],
      [join(folder, "demo_train_1.h5"), "train", 4],
      [join(folder, "demo_train_2.h5"), "train", 3],
      [join(folder, "demo_train_10.h5"), "train", 2],
    ]);
    expect(await asset.length).toBe(21);
  });

  test("prints as in the reference and shows a card", async () => {
    const asset = new Asset("contoso", "demo");
    expect(inspect([asset])).toBe("[ Asset(team='contoso', name='demo') ]");
    expect(inspect((await asset.files)[0])).toBe(`Path('${folder}/demo_test.h5')`);
    const bundle = await displayOf(asset);
    expect(bundle["text/plain"]).toContain("21 samples");
    expect(bundle["text/html"]).toContain("long, short");
  });

  test("lists a team's assets", async () => {
    expect((await listAssets("contoso")).map(({ name }) => name)).toEqual(["demo"]);
    expect(await listAssets("nobody")).toEqual([]);
  });

  test("names what is not there", async () => {
    expect(() => new Asset("contoso", "../demo")).toThrow(LitVaultError);
    await expect(new Asset("contoso", "none").files).rejects.toThrow("there is no asset none of the team contoso");
    mkdirSync(join(home, "contoso/assets/empty"));
    await expect(new Asset("contoso", "empty").length).rejects.toThrow("no files of the asset, expected empty_test.h5");
    rmSync(join(home, "contoso/assets/empty"), { recursive: true });
  });
});

describe("readSamples", () => {
  const path = join(folder, "demo_train_0.h5");

  test("slices as numpy does", async () => {
    const slices: [number?, number?, number?][] = [
      [],
      [2, 5],
      [undefined, undefined, 2],
      [1, 99, 3],
      [-3, -1],
      [5, 2],
      [6, 0, -2],
      [undefined, undefined, -1],
      [undefined, 3],
    ];
    const text = slices.map((slice) => `a[${[0, 1, 2].map((i) => slice[i] ?? "").join(":")}]`).join(", ");
    const numpy = `import json, numpy as np; a = np.arange(42.0).reshape(7, 3, 2); print(json.dumps([x.tolist() for x in (${text},)]))`;
    const expected = JSON.parse(await runPython(numpy)) as number[][][][];
    for (const [i, [start, stop, step]] of slices.entries()) {
      const [bars] = await readSamples(path, ["bars"], start, stop, step);
      const want = expected[i]?.flat(2) ?? [];
      expect([bars?.shape, Array.from(bars?.data ?? [])], text).toEqual([[want.length / 6, 3, 2], want]);
    }
  });

  test("one number is that sample alone; several datasets come in the order asked for", async () => {
    const [label, bars] = await readSamples(path, ["label", "bars"], 3);
    expect([label?.shape, Array.from(label?.data ?? [])]).toEqual([
      [1, 2],
      [1.5, 1.75],
    ]);
    expect([bars?.shape, bars?.data[0]]).toEqual([[1, 3, 2], 18]);
  });

  test("names what does not fit", async () => {
    await expect(readSamples(path, ["bars"], 7)).rejects.toThrow("there is no sample 7, the file has 7 samples");
    await expect(readSamples(path, ["bars"], 0.5)).rejects.toThrow("start is 0.5, expected a whole number");
    await expect(readSamples(path, ["bars"], 0, 3, 0)).rejects.toThrow("step is 0");
    await expect(readSamples(path, ["none"])).rejects.toThrow("no dataset 'none', found _time, bars, label");
    await expect(readSamples(join(folder, "none.h5"), ["bars"])).rejects.toThrow("no such file");
  });

  test("refuses a file cut at half, garbage, and datasets of unequal length", async () => {
    const cut = join(home, "cut.h5");
    const bytes = readFileSync(path);
    writeFileSync(cut, bytes);
    truncateSync(cut, bytes.length / 2);
    await expect(readSamples(cut, ["bars"])).rejects.toThrow(LitDataError);
    writeFileSync(cut, "garbage");
    await expect(readSamples(cut, ["bars"])).rejects.toThrow("not a readable HDF5 file, or cut off");
    const bad = join(home, "contoso/assets/bad");
    mkdirSync(bad);
    await runPython(
      "import sys, h5py, numpy as np\nwith h5py.File(sys.argv[1], 'w') as f: f['a'] = np.zeros((3, 1), 'float32'); f['b'] = np.zeros((4, 1), 'float32')",
      [join(bad, "bad_test.h5")],
    );
    await expect(new Asset("contoso", "bad").length).rejects.toThrow("datasets of 3 and 4 samples");
  });
});
