import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LitModelError, loadKeras, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { strToU8, unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPython } from "../python.js";
import { type Packed, SEED, unpack } from "./oracle.js";

interface Step {
  readonly x: Packed;
  readonly y: Packed;
  readonly loss: number;
  readonly metric: number;
  readonly weights: Packed[];
}

interface Fixture {
  readonly settings: {
    readonly kernel: Packed;
    readonly found: Record<string, number | number[] | Packed>;
    readonly configs: Record<string, object>;
  };
  readonly penalized: Step;
  readonly masked: Step;
}

const folder = mkdtempSync(join(tmpdir(), "litlab-settings-"));
const path = (name: string) => join(folder, name);
let fixture: Fixture;

beforeAll(async () => {
  console.log(`settings of seed ${SEED}`);
  const request = { folder, seed: SEED, task: "save" };
  fixture = JSON.parse(await runPython("test/keras/settings.py", [], JSON.stringify(request)));
  await tf.ready();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a model's file with another config. */
function changed(name: string, edit: (config: string) => string): string {
  const entries = unzipSync(readFileSync(path(name)));
  entries["config.json"] = strToU8(edit(Buffer.from(entries["config.json"] as Uint8Array).toString()));
  writeFileSync(path("changed.keras"), zipSync(entries, { level: 0 }));
  return path("changed.keras");
}

const close = (found: number, wanted: number, tolerance: number, where: string) =>
  expect(Math.abs(found - wanted), `${where}: ${found}, not ${wanted}`).toBeLessThanOrEqual(tolerance);

describe("initializers, regularizers and constraints", () => {
  test("draw, punish and project as Keras does", async () => {
    const { kernel, found } = fixture.settings;
    const { getConstraint, getInitializer, getRegularizer } = await import(
      "../../sdk/dist/keras/settings/instances.js"
    );
    const model = await loadKeras(path("settings.keras"));
    const configOf = (name: string, setting: string) => model.getLayer(name).getConfig()[setting];
    for (const [name, wanted] of Object.entries(found)) {
      const kind = name.split("_")[0];
      if (kind === "initializer") {
        const [mean, deviation, least, most] = wanted as number[];
        const initializer = getInitializer(configOf(name, "kernelInitializer"));
        const drawn = initializer.apply(name === "initializer_3" ? [24, 30] : [60, 50], "float32");
        const values = Array.from(await drawn.data());
        const own = values.reduce((sum, value) => sum + value, 0) / values.length;
        const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - own) ** 2, 0) / values.length);
        const tolerance = 0.1 * (deviation as number) + 1e-6;
        close(own, mean as number, tolerance, `mean of ${name}`);
        close(spread, deviation as number, tolerance, `deviation of ${name}`);
        const range = (most as number) - (least as number);
        close(Math.min(...values), least as number, 0.2 * range + 1e-6, `least of ${name}`);
        close(Math.max(...values), most as number, 0.2 * range + 1e-6, `most of ${name}`);
      } else {
        const object =
          kind === "regularizer"
            ? getRegularizer(configOf(name, "kernelRegularizer"))
            : getConstraint(configOf(name, "kernelConstraint"));
        const values = await (object as NonNullable<typeof object>).apply(unpack(kernel)).data();
        const expected = typeof wanted === "number" ? [wanted] : (wanted as Packed).values;
        for (const [i, value] of expected.entries())
          close(values[i] as number, value, 1e-6 + 1e-5 * Math.abs(value), `${name}, value ${i}`);
      }
    }
  });

  test("Orthogonal gives orthogonal rows or columns", async () => {
    const { getInitializer } = await import("../../sdk/dist/keras/settings/instances.js");
    const orthogonal = getInitializer({
      className: "KerasInitializer",
      config: { name: "Orthogonal", settings: { seed: 3 } },
    });
    for (const shape of [
      [8, 3],
      [3, 8],
      [2, 2, 5],
    ]) {
      const drawn = orthogonal.apply(shape, "float32") as tf.Tensor;
      const flat = tf.reshape(drawn, [-1, shape.at(-1) as number]) as tf.Tensor2D;
      const wide = (flat.shape[0] as number) < flat.shape[1];
      const product = tf.matMul(flat, flat, !wide, wide);
      const distance = await tf.max(tf.abs(tf.sub(product, tf.eye(product.shape[0] as number)))).data();
      expect(distance[0]).toBeLessThan(1e-6);
      expect(await (orthogonal.apply(shape, "float32") as tf.Tensor).data()).toEqual(await drawn.data());
    }
  });

  test("are written as Keras wrote them", async () => {
    const model = await loadKeras(path("settings.keras"));
    await saveKeras(model, path("saved.keras"));
    const request = { folder, seed: SEED, task: "check", configs: fixture.settings.configs };
    const differing = await runPython("test/keras/settings.py", [], JSON.stringify(request));
    // L1 and L2 are written as L1L2.
    const found = (JSON.parse(differing) as { name: string }[]).filter(({ name }) => !/regularizer_[01]/.test(name));
    expect(found).toEqual([]);
  }, 120_000);

  test("one that does not load is named", async () => {
    const refused = async (edit: (config: string) => string, message: RegExp) => {
      const error = await loadKeras(changed("settings.keras", edit)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(LitModelError);
      expect((error as Error).message).toMatch(message);
    };
    await refused(
      (config) => config.replace('"Identity"', '"STFT"'),
      /layer 'initializer_3' has the initializer 'STFT'/,
    );
    await refused(
      (config) => config.replace('"OrthogonalRegularizer"', '"Mine"'),
      /layer 'regularizer_3' has the regularizer 'Mine'/,
    );
    await refused((config) => config.replace('"NonNeg"', '"Odd"'), /layer 'constraint_2' has the constraint 'Odd'/);
    await refused(
      (config) => config.replace('"activation": "linear"', '"activation": "odd"'),
      /has the activation 'odd'.*customObjects/,
    );
    await refused((config) => config.replace('"DTypePolicy"', '"QuantizedDTypePolicy"'), /is quantized/);
    await refused(
      (config) => config.replace('"quantization_config": null', '"quantization_config": {"a": 1}'),
      /quantization_config/,
    );
  });
});

describe("a step of training is Keras'", () => {
  test.each(["penalized", "masked"] as const)("of a %s model", { timeout: 60_000 }, async (name) => {
    const { x, y, loss, metric, weights } = fixture[name];
    for (const backend of ["wasm", "cpu"]) {
      await tf.setBackend(backend);
      const model = await loadKeras(path(`${name}.keras`));
      model.compile({
        optimizer: tf.train.sgd(0.1),
        loss: "meanSquaredError",
        metrics: [tf.metrics.meanAbsoluteError],
      });
      const [given, wanted] = [unpack(x), unpack(y)];
      const before = tf.memory().numTensors;
      for (let step = 0; step < 2; step++) {
        const found = (await model.trainOnBatch(given, wanted)) as number[];
        if (step > 0) continue;
        close(found[0] as number, loss, 1e-6 + 1e-5 * loss, `loss of ${name} on ${backend}`);
        close(found[1] as number, metric, 1e-6 + 1e-5 * metric, `metric of ${name} on ${backend}`);
        for (const [i, weight] of model.getWeights().entries()) {
          const values = await weight.data();
          for (const [k, value] of (weights[i]?.values ?? []).entries())
            close(
              values[k] as number,
              value,
              1e-6 + 1e-5 * Math.abs(value),
              `weight ${i} of ${name} on ${backend}, ${k}`,
            );
        }
      }
      expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
      tf.dispose([given, wanted]);
      model.dispose();
    }
    await tf.setBackend("wasm");
  });
});
