import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { LitModelError, loadKeras, setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { strToU8, unzipSync, type Zippable, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { displayOf } from "../display.js";
import { ROOT, runPython } from "../python.js";

interface Packed {
  readonly shape: number[];
  readonly values: number[];
}

interface Fixture {
  readonly inputs: Packed[];
  readonly outputs: Packed[];
  readonly parameters: number;
  readonly formats: readonly string[];
}

const seed = Math.floor(Math.random() * 2 ** 31);
const folder = mkdtempSync(join(tmpdir(), "litlab-keras-"));
const path = (name: string) => join(folder, name);
const FIXTURES = [
  "activations",
  "batch_normalization",
  "canvas",
  "flatten_channels_first",
  "frozen",
  "lambda",
  "sequential",
  "sequential_without_input",
  "shared_layer",
  "slices",
  "trained",
  "two_inputs_two_outputs",
];

beforeAll(async () => {
  console.log(`Keras fixtures of seed ${seed}`);
  await runPython("test/keras/make-fixtures.py", [folder, String(seed)]);
  await tf.ready();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function expectAsKeras(file: string, fixture: Fixture): Promise<void> {
  const model = await loadKeras(file);
  expect(model.countParams()).toBe(fixture.parameters);
  const before = tf.memory().numTensors;
  const inputs = fixture.inputs.map(({ values, shape }) => tf.tensor(values, shape));
  const outputs = [model.predict(inputs)].flat();
  expect(outputs.map((output) => output.shape)).toEqual(fixture.outputs.map(({ shape }) => shape));
  for (const [k, output] of outputs.entries()) {
    const found = await output.data();
    const expected = fixture.outputs[k]?.values ?? [];
    for (const [i, want] of expected.entries())
      if (!(Math.abs((found[i] as number) - want) <= 1e-6 + 1e-5 * Math.abs(want)))
        expect(found[i], `${file}, output ${k}, value ${i}`).toBe(want);
  }
  tf.dispose([inputs, outputs]);
  expect(tf.memory().numTensors, `tensors that ${file} left`).toBeLessThanOrEqual(before);
  model.dispose();
}

const { backend: best } = await setDevice("cpu");
await tf.setBackend("wasm");

describe("models predict as real Keras does", () => {
  test.each([...new Set([String(best), "wasm", "cpu"])])("on %s", { timeout: 300_000 }, async (backend) => {
    await tf.setBackend(backend);
    for (const name of FIXTURES) {
      const fixture = JSON.parse(readFileSync(path(`${name}.json`), "utf8")) as Fixture;
      for (const format of fixture.formats) {
        await expectAsKeras(path(`${name}.${format}`), fixture);
      }
    }
    await tf.setBackend("wasm");
  });

  const committed = join(ROOT, "test/keras/fixtures");
  test("models of tf_keras, made by make-tf-keras-fixtures.py", async () => {
    const names = readdirSync(committed).filter((name) => name.endsWith(".json"));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const fixture = JSON.parse(readFileSync(join(committed, name), "utf8")) as Fixture;
      for (const format of fixture.formats) await expectAsKeras(join(committed, name.replace("json", format)), fixture);
    }
  });
});

test("the eleven-entry model prints as in the reference", async () => {
  const model = await loadKeras(path("canvas.keras"));
  expect(inspect(model.layers).replace(/\s+/g, " ")).toBe(
    `[ <InputLayer name=input_1, built=True>, <GetItem name=get_item, built=True>, <GetItem name=get_item_1, built=True>, <Flatten name=flatten, built=True>, <Flatten name=flatten_1, built=True>, <Concatenate name=dense_40c93684-299b-41df-b233-912a47954a84_concatenate, built=True>, <Dropout name=dropout, built=True>, <Dense name=dense_40c93684-299b-41df-b233-912a47954a84_0, built=True>, <GaussianNoise name=gaussian_noise, built=True>, <Dropout name=dropout_1, built=True>, <Dense name=end_d1657694-e01d-409b-aec8-15b33a9aefbc, built=True> ]`,
  );
  const bundle = await displayOf(model);
  expect(String(bundle["text/plain"])).toContain("Total params: 12,849 (50.19 KB)");
  expect(String(bundle["text/html"])).toContain("(None, 800)");
});

test.each<[unknown, RegExp]>([
  [null, /the options are null, expected \{ customObjects, onProgress \}$/],
  [{ customObjects: 5 }, /customObjects is number, expected functions and classes under their names$/],
  [{ onProgress: 3 }, /onProgress is number, expected a function$/],
])("options %j are refused", async (options, message) => {
  const error = await loadKeras(path("sequential.keras"), options as never).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LitModelError);
  expect((error as Error).message).toMatch(message);
});

describe("what does not load is a LitModelError that names the file", () => {
  const refuse = async (file: string, message: RegExp) => {
    const error = await loadKeras(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LitModelError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(file);
  };
  /** A copy of sequential.keras with some entries changed. */
  const changed = (change: (entries: Zippable) => void) => {
    const entries: Zippable = unzipSync(readFileSync(path("sequential.keras")));
    change(entries);
    writeFileSync(path("changed.keras"), zipSync(entries, { level: 0 }));
    return path("changed.keras");
  };
  const config = (edit: (text: string) => string) =>
    changed((entries) => {
      entries["config.json"] = strToU8(edit(Buffer.from(entries["config.json"] as Uint8Array).toString()));
    });

  test("a layer that works on images, and a Lambda that is no slice, by name", async () => {
    await refuse(path("flip.keras"), /layer 'flip' is a RandomFlip, which does not load: it augments images/);
    for (const file of ["opaque.keras", "opaque.h5"])
      await refuse(
        path(file),
        /Lambda layer 'sneaky': it uses keras, ops, square; expected x or x\[key\].*customObjects/,
      );
  });

  test("files that are missing, cut off or something else", async () => {
    await refuse(path("none.keras"), /no such file/);
    writeFileSync(path("text.keras"), "no model");
    await refuse(path("text.keras"), /neither a \.keras file \(zip\) nor an \.h5 file/);
    writeFileSync(path("cut.keras"), readFileSync(path("sequential.keras")).subarray(0, 4000));
    await refuse(path("cut.keras"), /not a readable zip/);
    for (const share of [0.1, 0.5, 0.9]) {
      const bytes = readFileSync(path("sequential.h5"));
      writeFileSync(path("cut.h5"), bytes);
      truncateSync(path("cut.h5"), Math.floor(bytes.length * share));
      await refuse(path("cut.h5"), /not a readable HDF5 file, or cut off/);
    }
    const half = changed((entries) => {
      const weights = entries["model.weights.h5"] as Uint8Array;
      entries["model.weights.h5"] = weights.subarray(0, weights.length / 2);
    });
    await refuse(half, /model\.weights\.h5: not a readable HDF5 file, or cut off/);
  });

  test("entries that leave the zip, a bomb, and entries that are missing", async () => {
    for (const name of ["../x", "/etc/x"])
      await refuse(
        changed((entries) => {
          entries[name] = new Uint8Array(1);
        }),
        /damaged zip/,
      );
    const bomb = changed((entries) => {
      entries["config.json"] = [new Uint8Array(70 * 2 ** 20), { level: 9 }];
    });
    await refuse(bomb, /config\.json has 73400320 bytes, expected at most/);
    for (const name of ["config.json", "metadata.json", "model.weights.h5"]) {
      const without = changed((entries) => {
        delete entries[name];
      });
      await refuse(without, new RegExp(`no ${name.replaceAll(".", "\\.")} in it`));
    }
  });

  test("configs that are no JSON, no model or nested 10,000 deep", async () => {
    await refuse(
      config(() => "{"),
      /config\.json: not JSON/,
    );
    await refuse(
      config(() => "[]"),
      /no model, expected an object/,
    );
    await refuse(
      config(() => "[".repeat(10_000) + "]".repeat(10_000)),
      /nested deeper than 256 levels/,
    );
    await refuse(
      config((text) => text.replace('"units": 4', '"units": 5')),
      /weight 0 of layer 'dense\w*' has the shape \[5, 4\], expected \[5, 5\]/,
    );
    await refuse(
      config((text) => text.replace('"use_bias": true', '"use_bias": false')),
      /has 2 weights in the file, expected 1/,
    );
    await refuse(
      config((text) => text.replace('"activation": "relu"', '"activation": "evil"')),
      /has the activation 'evil'/,
    );
    await refuse(
      config((text) => text.replace('"units": 4', '"units": -4')),
      /layer 'dense\w*' has a setting -4, expected a whole number of at least 1/,
    );
  });

  test("nothing is left in the temporary folder", () => {
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
