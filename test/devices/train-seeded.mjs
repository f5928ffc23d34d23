/**
 * Trains an MLP with dropout, a CNN and an LSTM for five epochs, with shuffles: `node train-seeded.mjs RUNG SEED`.
 * Prints each one's losses and a hash of its weights' bits, and those of draws of numbers and classes.
 */
import { createHash } from "node:crypto";
import { setSeed } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { openRung } from "../../sdk/dist/devices/rungs.js";

const [rung, seed] = process.argv.slice(2);
await openRung(rung);
setSeed(Number(seed));

const hash = async (tensors) => {
  const sum = createHash("sha256");
  for (const tensor of tensors) sum.update(new Uint8Array((await tensor.data()).slice().buffer));
  return sum.digest("hex").slice(0, 16);
};
const { layers } = tf;
const dense = (units, more) => layers.dense({ units, activation: "tanh", ...more });
const stacks = {
  mlp: [[16], [dense(32, { inputShape: [16] }), layers.dropout({ rate: 0.2 }), dense(1)]],
  cnn: [
    [12, 12, 1],
    [
      layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [12, 12, 1] }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      dense(1),
    ],
  ],
  lstm: [
    [10, 4],
    [layers.lstm({ units: 8, inputShape: [10, 4], dropout: 0.1 }), dense(1)],
  ],
};
const found = {
  draws: {
    losses: [],
    hash: await hash([tf.randomNormal([50]), tf.randomUniform([50]), tf.dropout(tf.ones([50]), 0.5)]),
  },
  classes: { losses: [], hash: await hash([tf.multinomial(tf.zeros([1, 9]), 50)]) },
};
for (const [name, [shape, stack]] of Object.entries(stacks)) {
  const model = tf.sequential({ layers: stack });
  model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
  const { history } = await model.fit(tf.randomNormal([128, ...shape]), tf.randomUniform([128, 1]), {
    epochs: 5,
    verbose: 0,
  });
  found[name] = { losses: history.loss, hash: await hash(model.getWeights()) };
}
console.log(JSON.stringify(found));
