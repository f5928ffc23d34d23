import { readFileSync } from "node:fs";
import { setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { afterAll, expect, test } from "vitest";

type Model = "mlp" | "cnn" | "lstm" | "batchNorm";

const python = JSON.parse(readFileSync(new URL("python-losses.json", import.meta.url), "utf8")) as {
  readonly losses: Readonly<Record<Model, readonly number[]>>;
};

/** Numbers from -0.5 to below 0.5, as make-python-losses.py makes them. */
const values = (shape: readonly number[], step: number) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => ((i * step) % 1009) / 1009 - 0.5),
    [...shape],
  );

const { layers } = tf;
const tanh = (inputShape: number[]) => layers.dense({ units: 32, activation: "tanh", inputShape });
const one = () => layers.dense({ units: 1 });

const MODELS: Readonly<Record<Model, readonly [number[], () => tf.layers.Layer[]]>> = {
  mlp: [[16], () => [tanh([16]), one()]],
  cnn: [
    [12, 12, 1],
    () => [
      layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [12, 12, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      one(),
    ],
  ],
  lstm: [[10, 4], () => [layers.lstm({ units: 8, recurrentActivation: "sigmoid", inputShape: [10, 4] }), one()]],
  batchNorm: [[16], () => [tanh([16]), layers.batchNormalization(), one()]],
};

async function lossesOf(name: Model): Promise<number[]> {
  const [shape, stack] = MODELS[name];
  const model = tf.sequential({ layers: stack() });
  for (const [number, layer] of model.layers.entries())
    if (layer.getClassName() !== "BatchNormalization")
      layer.setWeights(layer.getWeights().map((weight, i) => values(weight.shape, 7919 + 2 * number + i)));
  model.compile({ optimizer: tf.train.sgd(0.05), loss: "meanSquaredError" });
  const found: number[] = [];
  await model.fit(values([128, ...shape], 733), values([128, 1], 389), {
    epochs: 5,
    shuffle: false,
    verbose: 0,
    yieldEvery: "batch",
    callbacks: { onBatchEnd: async (_, logs) => void found.push(logs?.loss as number) },
  });
  model.dispose();
  return found;
}

const { backend: best } = await setDevice("cpu");
afterAll(() => tf.setBackend("wasm"));

for (const backend of new Set([String(best), "wasm", "cpu"]))
  for (const name of Object.keys(MODELS) as Model[])
    test(`${name} loses what it does in Python's TensorFlow, step by step, on ${backend}`, async () => {
      await tf.setBackend(backend);
      const found = await lossesOf(name);
      const wanted = python.losses[name];
      expect(found.length).toBe(wanted.length);
      for (const [i, loss] of wanted.entries()) expect(Math.abs((found[i] as number) - loss)).toBeLessThan(1e-5);
    });
