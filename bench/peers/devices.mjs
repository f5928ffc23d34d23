/**
 * Our side of bench/devices.mjs: `devices.mjs FOLDER RUNG` answers lines on standard input, as devices.py does; with `first` it
 * says what loading the MLP and its first prediction took.
 */
import { join } from "node:path";
import { createInterface } from "node:readline";
import { loadKeras, setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { timed } from "../harness.mjs";

const [folder, rung, mode] = process.argv.slice(2);
await setDevice(`cpu:${rung}`);
const models = {};
const peakMb = () => process.resourceUsage().maxRSS / 1024;
if (mode === "first") {
  const model = await loadKeras(join(folder, "mlp.keras"));
  await model.predict(tf.ones([1, 512])).data();
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ cpuMs: (user + system) / 1000, peakMb: peakMb() }));
  process.exit();
}
for (const name of ["mlp", "lstm", "layer", "gru"]) models[name] = await loadKeras(join(folder, `${name}.keras`));
// The same LSTMs as TensorFlow.js' own layer.
const lstm = (options) => tf.layers.lstm({ units: 64, recurrentActivation: "sigmoid", ...options });
const stock = {
  lstm: [
    tf.layers.conv1d({ inputShape: [100, 8], filters: 32, kernelSize: 3, padding: "same" }),
    lstm(),
    tf.layers.dense({ units: 1 }),
  ],
  layer: [lstm({ inputShape: [100, 32] })],
};
for (const [name, layers] of Object.entries(stock)) {
  const model = tf.sequential({ layers });
  model.setWeights(models[name].getWeights());
  model.compile({ optimizer: tf.train.adam(1e-4), loss: "meanSquaredError" });
  models[`stock-${name}`] = model;
}
const row = tf.randomNormal([1, 64]);
const product = [tf.randomNormal([1024, 1024]), tf.randomNormal([1024, 1024])];

/** As devices.py makes them. */
const wave = (shape) =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((size, length) => size * length, 1) }, (_, i) => Math.sin(i * 0.7)),
    shape,
  );
const batches = new Map();
function batchOf(name, count) {
  const key = `${name} ${count}`;
  if (!batches.has(key)) batches.set(key, [wave([count, ...models[name].inputs[0].shape.slice(1)]), wave([count, 1])]);
  return batches.get(key);
}

async function valuesOf(tensor) {
  const values = await tensor.data();
  tensor.dispose();
  return values;
}

console.log(JSON.stringify("ready"));
for await (const line of createInterface({ input: process.stdin })) {
  const [command, name, count] = line.split(" ");
  const [x, y] = name ? batchOf(name, Number(count)) : [];
  const run = {
    product: () => valuesOf(tf.matMul(...product)),
    ops: () =>
      valuesOf(
        tf.tidy(() =>
          Array(51)
            .fill(row)
            .reduce((sum, term) => tf.tanh(tf.add(sum, term))),
        ),
      ),
    predict: () => valuesOf(models[name].predict(x, { batchSize: x?.shape[0] })),
    default: () => valuesOf(models[name].predict(x)),
    step: () => models[name].trainOnBatch(x, y),
    outputs: () => valuesOf(models[name].predict(x)),
  }[command];
  const { value, cpuMs, wallMs } = await timed(run);
  console.log(JSON.stringify(command === "outputs" ? { outputs: [...value] } : { cpuMs, wallMs, peakMb: peakMb() }));
}
