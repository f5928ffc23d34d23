import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDemoHome } from "../demo-home.js";
import { ROOT, runPython } from "../python.js";
import { bundlesOf, type ExecutedNotebook, printedBy, recordsOf, runNotebook, tracesOf } from "./run-notebook.js";

/** What Keras and h5py make of the demo's model, its asset, and the vault's items. */
interface Expected {
  readonly layers: readonly string[];
  readonly params: number;
  readonly weights: readonly (readonly [shape: readonly number[], least: number, most: number])[];
  readonly closes: readonly [up: number, down: number];
  readonly files: readonly Readonly<Record<"samples" | "rose" | "right", number> & { file: string }>[];
  /** Of the test file: New York's clock, and the chance that Keras gives. */
  readonly times: readonly string[];
  readonly predictions: readonly number[];
  readonly items: Readonly<Record<string, { readonly blob: string; readonly predictions: readonly number[] }>>;
}

let demo: Awaited<ReturnType<typeof makeDemoHome>>;
/** The home's files before the notebook ran, and after its first and its second run. */
let states: readonly ReadonlyMap<string, string>[];
let runs: readonly ExecutedNotebook[];
let expected: Expected;

/** Every file of a folder, by path, with the hash of what it holds. */
function filesOf(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  return new Map(
    paths.sort().map((path) => [
      path,
      createHash("sha256")
        .update(readFileSync(join(folder, path)))
        .digest("hex"),
    ]),
  );
}

/** Predictions that differ by what float32 moves this model's: its first layer takes 20 times the difference of prices. */
function expectClose(shown: readonly number[], wanted: readonly number[]) {
  expect(shown).toHaveLength(wanted.length);
  const largest = Math.max(...shown.map((value, i) => Math.abs(value - (wanted[i] ?? Number.NaN))));
  expect(largest).toBeLessThan(1e-5);
}

beforeAll(async () => {
  demo = await makeDemoHome();
  const before = filesOf(demo.home);
  const first = await runNotebook("03-keras-model.ipynb", demo.home);
  const between = filesOf(demo.home);
  const second = await runNotebook("03-keras-model.ipynb", demo.home);
  states = [before, between, filesOf(demo.home)];
  runs = [first, second];
  expected = JSON.parse(await runPython(join(ROOT, "test/notebooks/keras-model.oracle.py"), [demo.home]));
}, 300_000);
afterAll(() => demo?.remove());

describe.each([0, 1])("03-keras-model.ipynb shows what Keras computes, run %i", (run) => {
  const values = (part: string) => bundlesOf(runs[run] as ExecutedNotebook, part);
  const printed = (part: string) => printedBy(runs[run] as ExecutedNotebook, part);

  test("the model's layers, parameters and weights", () => {
    const [card] = values("\nmodel;");
    for (const layer of expected.layers) {
      expect(String(card?.["text/html"])).toContain(layer);
      expect(printed("model.summary();").replace(/[│\s]/g, "")).toContain(layer.slice(0, 19));
    }
    expect(printed("model.summary();")).toContain(`Total params: ${expected.params.toLocaleString("en")} (`);
    expect(recordsOf(values("\nweights;")[0])).toEqual(
      expected.weights.map(([shape, least, most]) => ({
        weight: expect.any(String),
        shape: `[${shape}]`,
        least,
        most,
      })),
    );
  });

  test("the picture of the first Dense layer: as many squares up and down as its kernel has of closes", () => {
    const svg = String(values("const squares")[0]?.["image/svg+xml"]);
    const count = (color: string) => svg.split(`fill="${color}"`).length - 1;
    expect([count("#3f7fe0"), count("#d9534f")]).toEqual(expected.closes);
  });

  test("how often it is right on each file of the asset", () => {
    expect(recordsOf(values("\nresults;")[0])).toEqual(
      expected.files.map((file) => ({ ...file, share: `${((100 * file.right) / file.samples).toFixed(1)} %` })),
    );
  });

  test("its predictions below the candles", () => {
    const shown = tracesOf(values("chart(bars")[0])["chance of a rise"];
    expect(shown?.x).toEqual(expected.times);
    expectClose(shown?.y as number[], expected.predictions);
  });

  test("the file it saves is the vault's item; loaded again it predicts the same, also in Keras", () => {
    const { blob, predictions } = expected.items.spy_e1_copy ?? { blob: "", predictions: [] };
    const hashes = recordsOf(values("\nhashes;")[0]);
    expect(hashes.map(({ sha256 }) => sha256)).toEqual([blob, blob]);
    expect(String(values("\ncopy;")[0]?.["text/plain"])).toContain("VaultItem(team='contoso', name='spy_e1_copy')");
    expect(printed("const again")).toBe(`${predictions.length} predictions, 0 differ\n`);
    expect(predictions).toEqual(expected.predictions);
    const text = String(values("const again")[0]?.["text/plain"]);
    expectClose(
      [...text.matchAll(/\d\.\d+/g)].map(([number]) => Number(number)),
      expected.predictions.slice(0, 3),
    );
  });
});

test("it leaves the home as it was but for its own item, which the second run replaces", () => {
  const [before, between, after] = states;
  const blob = expected.items.spy_e1_copy?.blob ?? "";
  const own = [join("contoso/blobs/sha256", blob.slice(0, 2), blob), "contoso/catalogue.sqlite"];
  const others = (files = new Map<string, string>() as ReadonlyMap<string, string>) =>
    [...files].filter(([path]) => !own.includes(path));
  expect(others(between)).toEqual(others(before));
  expect(others(after)).toEqual(others(before));
  expect([...(after?.keys() ?? [])]).toEqual([...(between?.keys() ?? [])]);
  expect(Object.keys(expected.items).sort()).toEqual(["spy_e1", "spy_e1_copy"]);
});
