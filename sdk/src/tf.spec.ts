import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT } from "../../test/python.js";

test("a kernel that only cpu has, and cpu itself, print nothing of their own", async () => {
  const code = `const tf = await import("@litlab/sdk/tf");
await tf.ready();
await tf.multinomial(tf.tensor1d([0.5, 0.5]), 3).data();
await tf.setBackend("cpu");
await tf.square(tf.tensor1d([1])).data();`;
  const ended = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], { cwd: ROOT });
  expect(ended).toEqual({ stdout: "", stderr: "" });
});

test("every name of TensorFlow.js is there", async () => {
  const [require, tf] = [createRequire(import.meta.url), await import("@litlab/sdk/tf")];
  const names = ["core", "layers"].flatMap((part) => Object.keys(require(`@tensorflow/tfjs-${part}`)));
  // After another version of it: npm run tfjs-names
  expect(Object.keys(tf).sort()).toEqual([...new Set(names)].sort());
});

test("tensors have every method that they have in @tensorflow/tfjs", async () => {
  const tf = await import("@litlab/sdk/tf");
  await tf.ready();
  const folder = join(ROOT, "node_modules/@tensorflow/tfjs-core/dist/public/chained_ops");
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".js") && !file.endsWith("_test.js"))
    .flatMap((file) => /prototype\.(\w+)/.exec(readFileSync(join(folder, file), "utf8"))?.[1] ?? []);
  expect(names.length).toBeGreaterThan(130);
  expect(names.filter((name) => typeof Reflect.get(tf.Tensor.prototype, name) !== "function")).toEqual([]);
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  expect(await x.add(1).matMul(x).concat(x, 1).flatten().array()).toEqual([11, 16, 1, 2, 19, 28, 3, 4]);
  expect(await x.where(x.greater(2), x.neg()).as1D().array()).toEqual([-1, -2, 3, 4]);
  // Its initializers need them.
  expect((tf.layers.lstm({ units: 2 }).apply(tf.ones([1, 3, 2])) as typeof x).shape).toEqual([1, 2]);
});

test("a number is true unless it is 0, on every backend", async () => {
  const tf = await import("@litlab/sdk/tf");
  for (const backend of ["wasm", "cpu"]) {
    await tf.setBackend(backend);
    const cast = tf.cast(tf.tensor1d([0, 0.5, 1, -1, 256, Number.NaN]), "bool");
    expect([backend, ...(await cast.data())]).toEqual([backend, 0, 1, 1, 1, 1, 1]);
  }
});
