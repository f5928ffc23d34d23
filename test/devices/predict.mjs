/**
 * Predicts with models on a rung: `predict.mjs RUNG` reads `[{ file, inputs: [{ values, shape, dtype }] }]` from standard input and
 * prints, a line each, `{ file, outputs }` or `{ file, error }`, as JSON.
 */
import { text } from "node:stream/consumers";
import { loadKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { open } from "./open.mjs";

await open(process.argv[2]);
for (const { file, inputs } of JSON.parse(await text(process.stdin))) {
  try {
    const model = await loadKeras(file);
    const given = inputs.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype));
    const outputs = [];
    for (const output of [model.predict(given)].flat())
      outputs.push({ shape: output.shape, values: [...(await output.data())] });
    console.log(JSON.stringify({ file, outputs }));
    model.dispose();
  } catch ({ code, message }) {
    console.log(JSON.stringify({ file, error: message, code }));
  }
}
