/** Trains a model of make-python-losses.py: `train-as-python.mjs RUNG MODEL` prints its loss step by step, as JSON. */
import * as tf from "@litlab/sdk/tf";
import { open } from "./open.mjs";

const [rung, name] = process.argv.slice(2);
await open(rung);

/** Numbers from -0.5 to below 0.5, as make-python-losses.py makes them. */
const values = (shape, step) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => ((i * step) % 1009) / 1009 - 0.5),
    shape,
  );

const { layers } = tf;
const tanh = (inputShape) => layers.dense({ units: 32, activation: "tanh", inputShape });
const one = () => layers.dense({ units: 1 });

const MODELS = {
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

async function lossesOf() {
  const [shape, stack] = MODELS[name];
  const model = tf.sequential({ layers: stack() });
  for (const [number, layer] of model.layers.entries())
    if (layer.getClassName() !== "BatchNormalization")
      layer.setWeights(layer.getWeights().map((weight, i) => values(weight.shape, 7919 + 2 * number + i)));
  model.compile({ optimizer: tf.train.sgd(0.05), loss: "meanSquaredError" });
  const found = [];
  await model.fit(values([128, ...shape], 733), values([128, 1], 389), {
    epochs: 5,
    shuffle: false,
    verbose: 0,
    yieldEvery: "batch",
    callbacks: { onBatchEnd: async (_, logs) => void found.push(logs?.loss) },
  });
  model.dispose();
  return found;
}

console.log(JSON.stringify(await lossesOf()));
