import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { loadKeras, loadWeights, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../python.js";
import { type Packed, unpack } from "./oracle.js";

/*
 * What the versions of Keras wrote that the tests' environment lacks: make-keras-2-fixtures.py and
 * make-keras-3-fixtures.py made it.
 */
const FOLDER = join(ROOT, "test/keras/fixtures/versions");
const folder = mkdtempSync(join(tmpdir(), "litlab-versions-"));

interface Fixture {
  readonly inputs: Packed[];
  readonly outputs: Packed[];
  readonly parameters: number;
  readonly formats: readonly string[];
  /** Whether Keras 3 has what the model consists of; default true. */
  readonly saves?: boolean;
}

beforeAll(() => tf.ready());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A path of what is kept as it is, the bytes of what is kept compressed. */
function sourceOf(file: string): string | Uint8Array {
  const path = join(FOLDER, file);
  return existsSync(path) ? path : gunzipSync(readFileSync(`${path}.gz`));
}

async function expectOutputs(model: tf.LayersModel, { inputs, outputs }: Fixture, where: string): Promise<void> {
  const given = inputs.map(unpack);
  const found = [model.predict(given)].flat();
  expect(
    found.map(({ shape }) => shape),
    where,
  ).toEqual(outputs.map(({ shape }) => shape));
  for (const [k, { values }] of outputs.entries()) {
    const got = (await found[k]?.data()) ?? [];
    for (const [i, want] of values.entries())
      if (!(Math.abs((got[i] as number) - want) <= 1e-6 + 1e-5 * Math.abs(want)))
        expect(got[i], `${where}, output ${k}, value ${i}`).toBe(want);
  }
  tf.dispose([given, found]);
}

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".json"))) {
  const name = file.slice(0, -".json".length);
  const fixture = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as Fixture;
  const models = fixture.formats.filter((format) => !format.startsWith("weights"));
  test(`${name} predicts as in Python, as loaded and as saved`, async () => {
    const before = tf.memory().numTensors;
    for (const format of models) {
      const where = `${name}.${format}`;
      const model = await loadKeras(sourceOf(where));
      expect(model.countParams(), where).toBe(fixture.parameters);
      for (const backend of ["cpu", "wasm"]) {
        await tf.setBackend(backend);
        await expectOutputs(model, fixture, `${where} on ${backend}`);
      }
      const saved = join(folder, `${where}.keras`);
      const saving = saveKeras(model, saved).finally(() => model.dispose());
      if (fixture.saves === false) {
        await expect(saving).rejects.toThrow(/'hardSigmoid' is none of Keras 3's/);
        continue;
      }
      await saving;
      const again = await loadKeras(saved);
      await expectOutputs(again, fixture, `${where}, saved`);
      again.dispose();
    }
    expect(tf.memory().numTensors, "tensors left").toBeLessThanOrEqual(before);
  });
  test(`${name}: weights alone onto a model`, async () => {
    for (const format of fixture.formats.filter((format) => format.startsWith("weights"))) {
      const model = await loadKeras(sourceOf(`${name}.${models[0]}`));
      for (const weight of model.weights) (weight.read() as tf.Variable).assign(tf.zerosLike(weight.read()));
      await loadWeights(model, sourceOf(`${name}.${format}`));
      await expectOutputs(model, fixture, `${name}.${format}`);
      model.dispose();
    }
  });
  if (name.endsWith("_frozen"))
    test(`${name} trains its last layer and nothing else`, async () => {
      const model = await loadKeras(sourceOf(`${name}.${models[0]}`));
      model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
      const values = () => model.weights.map((weight) => weight.read().dataSync().slice());
      const before = values();
      const [x, y] = [tf.ones([4, 3]), tf.zeros([4, 2])];
      await model.fit(x, y, { epochs: 1 });
      const changed = model.weights.filter((_, i) => `${values()[i]}` !== `${before[i]}`);
      expect(changed.map((weight) => weight.originalName)).toEqual(["end/kernel", "end/bias"]);
      tf.dispose([x, y]);
      model.dispose();
    });
}
