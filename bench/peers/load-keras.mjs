/** Our side of bench/keras.mjs, in a process of its own: answers `load PATH` and `predict PATH`. */
import { createInterface } from "node:readline";
import { loadKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { timed } from "../harness.mjs";

await tf.ready();
console.log(JSON.stringify("ready"));
for await (const line of createInterface({ input: process.stdin })) {
  const [command, path] = line.split(" ");
  const { value: model, cpuMs, wallMs } = await timed(() => loadKeras(path));
  const peakMb = process.resourceUsage().maxRSS / 1024;
  if (command === "predict") {
    const shape = [1, ...model.inputs[0].shape.slice(1)];
    const length = shape.reduce((size, along) => size * along, 1);
    const x = tf.tensor(
      Float32Array.from({ length }, (_, i) => (i % 7) / 7),
      shape,
    );
    console.log(JSON.stringify({ outputs: [...(await model.predict(x).data())] }));
  } else console.log(JSON.stringify({ cpuMs, wallMs, peakMb }));
  model.dispose();
}
