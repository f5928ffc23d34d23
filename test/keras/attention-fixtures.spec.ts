import { readdirSync, readFileSync } from "node:fs";
import { loadKeras, setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { expect, test } from "vitest";
import { type Packed, unpack } from "./oracle.js";

/*
 * What make-attention-fixtures.py made where TensorFlow was: attention of tf_keras, and IntegerLookup, which Keras has
 * with TensorFlow only.
 */
const FOLDER = new URL("./fixtures/attention/", import.meta.url).pathname;

const { backend: best } = await setDevice("cpu");

for (const file of readdirSync(FOLDER).filter((name) => !name.endsWith(".json")))
  for (const backend of new Set([String(best), "wasm", "cpu"]))
    test(`${file} predicts on ${backend} as in Python`, async () => {
      await tf.setBackend(backend);
      const json = readFileSync(`${FOLDER}${file.replace(/\.\w+$/, ".json")}`, "utf8");
      const { inputs, outputs } = JSON.parse(json) as { inputs: Packed[]; outputs: Packed[] };
      const model = await loadKeras(`${FOLDER}${file}`);
      const given = inputs.map(unpack);
      const found = [model.predict(given)].flat();
      for (const [k, { shape, values }] of outputs.entries()) {
        expect(found[k]?.shape, `output ${k}`).toEqual(shape);
        const got = (await found[k]?.data()) ?? [];
        for (const [i, want] of values.entries())
          expect(
            Math.abs((got[i] as number) - want),
            `output ${k}, value ${i}: ${got[i]}, expected ${want}`,
          ).toBeLessThanOrEqual(1e-6 + 1e-5 * Math.abs(want));
      }
      tf.dispose([given, found]);
      model.dispose();
    });
