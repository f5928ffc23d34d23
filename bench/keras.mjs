/** Recurrent layers: LSTM(64) and GRU(64) on [batch, 100, 8], ours against stock tfjs-layers, on wasm and on cpu. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeras, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { bench, timed } from "./harness.mjs";

const [TIME, FEATURES, UNITS] = [100, 8, 64];
const folder = mkdtempSync(join(tmpdir(), "litlab-bench-"));

/** The same model twice: of tfjs-layers' own layer, and as it loads from what was saved of that. */
async function makeModels(kind) {
  const config = {
    units: UNITS,
    recurrentActivation: "sigmoid",
    recurrentInitializer: "glorotUniform",
    inputShape: [TIME, FEATURES],
  };
  const stock = tf.sequential({ layers: [tf.layers[kind](config), tf.layers.dense({ units: 1 })] });
  const path = join(folder, `${kind}.keras`);
  await saveKeras(stock, path);
  const models = { "lit lab": await loadKeras(path), "tfjs-layers": stock };
  for (const model of Object.values(models)) model.compile({ optimizer: tf.train.sgd(0.01), loss: "meanSquaredError" });
  return models;
}

async function compare(models, x, what) {
  const [ours, theirs] = await Promise.all(
    Object.values(models).map(async (model) => {
      const output = model.predict(x);
      const values = await output.data();
      output.dispose();
      return values;
    }),
  );
  const difference = theirs.reduce((most, value, i) => Math.max(most, Math.abs(ours[i] - value)), 0);
  if (!(difference < 1e-5)) throw new Error(`${what}: tfjs-layers gives other values, ${difference} apart`);
}

const peak = () => process.resourceUsage().maxRSS / 1024;

async function casesOf(backend, kind) {
  await tf.setBackend(backend);
  const models = await makeModels(kind);
  const cases = {};
  const add = (title, run) => {
    cases[`${kind} on ${backend}, ${title}`] = Object.fromEntries(
      Object.entries(models).map(([engine, model]) => [
        engine,
        async () => {
          await tf.setBackend(backend);
          const { cpuMs, wallMs } = await timed(() => run(model));
          return { cpuMs, wallMs, peakMb: peak() };
        },
      ]),
    );
  };
  for (const batch of [1, 256]) {
    const x = tf.randomNormal([batch, TIME, FEATURES]);
    await compare(models, x, `${kind} on ${backend}`);
    add(`predict ${batch}`, async (model) => {
      const output = model.predict(x);
      await output.data();
      output.dispose();
    });
  }
  const batch = 64;
  const [x, y] = [tf.randomNormal([batch, TIME, FEATURES]), tf.randomNormal([batch, 1])];
  for (let step = 0; step < 2; step++) for (const model of Object.values(models)) await model.trainOnBatch(x, y);
  await compare(models, x, `${kind} on ${backend} after two steps of training`);
  add(`training step of ${batch}`, (model) => model.trainOnBatch(x, y));
  return cases;
}

await tf.ready();
try {
  const cases = {};
  for (const backend of ["wasm", "cpu"])
    for (const kind of ["lstm", "gru"]) Object.assign(cases, await casesOf(backend, kind));
  console.error("predictions equal, before and after training");
  await bench("keras", cases, { runs: 3, warmUp: 1 });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
