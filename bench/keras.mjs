/**
 * Keras models, predictions compared first.
 * Recurrent layers: LSTM(64) and GRU(64) on [batch, 100, 8], ours against stock tfjs-layers, on wasm and on cpu.
 * Loading `.keras` files, ours against keras.saving.load_model. Peaks are of fresh processes; it fails where ours is above
 * 1.3 times the file and 150 MB.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeras, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { bench, startPeer, timed } from "./harness.mjs";

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

async function recurrentCases(backend, kind) {
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

const FILES = { weights: "100 MB of weights", mobile_net: "MobileNetV2", functional: "200 layers" };
const LOADERS = {
  "lit lab": [process.execPath, ...process.execArgv, "bench/peers/load-keras.mjs"],
  keras: [".venv-test/bin/python", "bench/peers/keras_loading.py"],
};
const peers = [];

/** A fresh process of an engine. */
async function start(engine) {
  const [command, ...args] = LOADERS[engine];
  const peer = startPeer(command, [...args, folder]);
  peers.push(peer);
  await peer.answer();
  return peer;
}

async function peakOfLoading(engine, path) {
  const { ask, end } = await start(engine);
  const { peakMb } = await ask(`load ${path}`);
  end();
  return peakMb;
}

/** What loads the files, and what to say of peaks that are too high. */
async function loadingCases() {
  const [keras, litLab] = [await start("keras"), await start("lit lab")];
  const ask = { keras: keras.ask, "lit lab": litLab.ask };
  const cases = {};
  const failures = [];
  for (const [name, title] of Object.entries(FILES)) {
    const path = join(folder, `${name}.keras`);
    const { outputs: theirs } = await ask.keras(`predict ${path}`);
    const { outputs: ours } = await ask["lit lab"](`predict ${path}`);
    const largest = Math.max(...theirs.map(Math.abs));
    if (!theirs.every((value, i) => Math.abs(ours[i] - value) <= 1e-4 * largest))
      throw new Error(`${title}: keras predicts otherwise`);
    const most = (1.3 * statSync(path).size) / 2 ** 20 + 150;
    cases[`load ${title}`] = {};
    for (const engine of Object.keys(LOADERS)) {
      const peakMb = await peakOfLoading(engine, path);
      cases[`load ${title}`][engine] = async () => ({ ...(await ask[engine](`load ${path}`)), peakMb });
      if (engine !== "lit lab") continue;
      const said = `load ${title}: peak ${peakMb.toFixed()} MB, at most ${most.toFixed()} MB`;
      console.error(said);
      if (peakMb > most) failures.push(said);
    }
  }
  return { cases, failures };
}

await tf.ready();
try {
  // First: on Linux the peak of this process counts as its children's.
  const { cases, failures } = await loadingCases();
  for (const backend of ["wasm", "cpu"])
    for (const kind of ["lstm", "gru"]) Object.assign(cases, await recurrentCases(backend, kind));
  console.error("predictions equal, those of recurrent layers before and after training");
  await bench("keras", cases, { runs: 3, warmUp: 1 });
  if (failures.length > 0) throw new Error(failures.join("\n"));
} finally {
  for (const peer of peers) peer.end();
  rmSync(folder, { recursive: true, force: true });
}
