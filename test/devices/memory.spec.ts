import { describe, expect, test } from "vitest";
import { runNode } from "./run-node.js";

/** Runs a module in a process of its own that can collect garbage: what it printed, as JSON. */
async function run(code: string): Promise<unknown> {
  const module = `
    import { setTimeout as delay } from "node:timers/promises";
    import { fallbacks, LitError, memory } from "@litlab/sdk";
    import * as tf from "@litlab/sdk/tf";
    const collect = async () => {
      for (let i = 0; i < 6; i++) {
        gc();
        await delay(20);
      }
    };
    const taken = () => memory().map(({ backend, tensors, bytes }) => [backend, tensors, bytes]);
    const variables = () => Object.keys(tf.engine().registeredVariables).length;
    await tf.ready();
    ${code}`;
  const { code: status, stdout, stderr } = await runNode(["--expose-gc", "--input-type=module", "-e", module]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("what nothing refers to any more is freed", { timeout: 60_000 }, () => {
  test("tensors, also those that tidy returns or keeps", async () => {
    const told = await run(`
      (() => {
        for (let i = 0; i < 100; i++) tf.tensor1d([i, i + 1]).add(1);
        tf.tidy(() => tf.tensor1d([tf.keep(tf.scalar(1)).size]));
      })();
      const before = taken();
      await collect();
      console.log(JSON.stringify({ before, after: taken(), own: tf.memory().numTensors }));`);
    expect(told).toEqual({ before: [["wasm", 202, 1608]], after: [["wasm", 0, 0]], own: 0 });
  });

  test("numbers that tensors share stay as long as one is there", async () => {
    const told = await run(`
      let y = (() => tf.tensor1d([1, 2, 3, 4]).reshape([2, 2]))();
      await collect();
      const before = [taken(), ...y.dataSync()];
      y = null;
      await collect();
      console.log(JSON.stringify({ before, after: taken() }));`);
    expect(told).toEqual({
      before: [[["wasm", 1, 16]], 1, 2, 3, 4],
      after: [["wasm", 0, 0]],
    });
  });

  test("a variable that was assigned to, and its name", async () => {
    const told = await run(`
      let v = tf.variable(tf.tensor1d([1, 2]), true, "mine");
      v.assign(tf.tensor1d([3, 4]));
      await collect();
      const before = [taken(), variables(), ...v.dataSync()];
      v = null;
      await collect();
      const after = [taken(), variables()];
      tf.variable(tf.tensor1d([5]), true, "mine");
      console.log(JSON.stringify({ before, after }));`);
    expect(told).toEqual({ before: [[["wasm", 1, 8]], 1, 3, 4], after: [[["wasm", 0, 0]], 0] });
  });

  test("models with their optimizers, but for the last four that predicted", async () => {
    const told = await run(`
      const train = async () => {
        const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3] }), tf.layers.dense({ units: 1 })] });
        model.compile({ optimizer: "adam", loss: "meanSquaredError" });
        await model.fit(tf.ones([8, 3]), tf.ones([8, 1]), { epochs: 2, verbose: 0 });
      };
      const counts = [];
      for (let i = 0; i < 8; i++) {
        await train();
        await collect();
        counts.push(variables());
      }
      console.log(JSON.stringify(counts));`);
    expect(told).toEqual([4, 8, 12, 16, 16, 16, 16, 16]);
  });

  test("not before its numbers are read", async () => {
    const told = await run(`
      const read = async (i) => {
        const values = tf.scalar(i).add(1).data();
        gc();
        await delay(1);
        return (await values)[0];
      };
      console.log(JSON.stringify(await Promise.all(Array.from({ length: 50 }, (_, i) => read(i)))));`);
    expect(told).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });
});

test("numbers that move to another backend are counted there", { timeout: 60_000 }, async () => {
  const told = await run(`
    const x = tf.tensor1d([1, 2, 3]);
    const y = x.reshape([3, 1]);
    await tf.setBackend("cpu");
    const z = y.add(1);
    console.log(JSON.stringify([taken(), ...z.dataSync(), memory()[0].reserved > 2 ** 20, memory()[1].reserved]));`);
  expect(told).toEqual([
    [
      ["wasm", 0, 0],
      ["cpu", 3, 24],
    ],
    2,
    3,
    4,
    true,
    null,
  ]);
});

describe("out of memory is an error with sizes, and what there was stays right", { timeout: 120_000 }, () => {
  const ending = `
    const message = (compute) => {
      try {
        compute();
      } catch (error) {
        if (error instanceof LitError && error.code === "OUT_OF_MEMORY") return error.message;
        throw error;
      }
    };
    const kept = tf.range(0, 1000);`;

  test.each(["wasm", "cpu"])("on %s, for more than it can address", async (backend) => {
    const told = (await run(`
      await tf.setBackend(${JSON.stringify(backend)});
      ${ending}
      const a = tf.zeros([100_000, 1]);
      const text = message(() => a.add(tf.zeros([1, 60_000])));
      console.log(JSON.stringify([text, kept.sum().dataSync()[0]]));`)) as [string, number];
    expect(told[0]).toMatch(
      new RegExp(
        String.raw`no room for Add of \[100000, 1\] \(400\.0 kB\) and \[1, 60000\] \(240\.0 kB\); \d+ tensors hold 6\d\d\.\d kB on ${backend}\.`,
      ),
    );
    expect(told[1]).toBe(499_500);
  });

  test("for what is made of nothing, by itself or in a layer", async () => {
    const told = await run(`
      ${ending}
      const shape = [2 ** 20, 2 ** 20];
      const dense = (given) => tf.layers.dense({ units: 2 ** 20, ...given }).build([null, 2 ** 20]);
      const texts = [
        () => tf.zeros(shape),
        () => tf.ones(shape, "int32"),
        () => tf.fill(shape, 7),
        () => tf.buffer(shape, "bool"),
        () => tf.eye(2 ** 20),
        () => tf.randomNormal(shape),
        () => dense({ kernelInitializer: "zeros" }),
        () => dense({ kernelInitializer: "randomUniform" }),
      ].map((compute) => /no room for (.*?);/.exec(message(compute))[1]);
      console.log(JSON.stringify(texts));`);
    const floats = "a tensor [1048576, 1048576] (4398.0 GB)";
    const bytes = "a tensor [1048576, 1048576] (1099.5 GB)";
    const fill = "Fill of [1048576, 1048576] (4398.0 GB)";
    expect(told).toEqual([floats, floats, fill, bytes, floats, floats, floats, floats]);
  });

  test("on wasm, where its heap ends", async () => {
    const told = await run(`
      ${ending}
      // Nothing is written there, so the machine keeps its memory.
      const hold = () => tf.engine().makeTensorFromTensorInfo(tf.backend().makeOutput([2 ** 27], "float32"), tf.backend());
      const held = Array.from({ length: 7 }, hold);
      const text = message(() => tf.fill([2 ** 27], 0));
      console.log(JSON.stringify([text, held.length, kept.sum().dataSync()[0]]));`);
    expect(told).toEqual([
      expect.stringContaining("no room for Fill of [134217728] (536.9 MB); 8 tensors hold 3.8 GB on wasm."),
      7,
      499_500,
    ]);
  });
});

test("what cpu computes for wasm is counted, and told once when it takes long", { timeout: 60_000 }, async () => {
  const code = `
    import { fallbacks } from "@litlab/sdk";
    import * as tf from "@litlab/sdk/tf";
    await tf.ready();
    const x = tf.ones([200, 200]);
    const before = fallbacks().length;
    while ((fallbacks()[0]?.ms ?? 0) < 2100) tf.einsum("ij,jk->ik", x, x).dispose();
    console.log(JSON.stringify([before, fallbacks()[0], ...tf.einsum("ij,jk->ik", [[1, 2]], [[3], [4]]).dataSync()]));`;
  const { stdout, stderr } = await runNode(["--input-type=module", "-e", code]);
  const [before, first, product] = JSON.parse(stdout);
  expect(product).toBe(11);
  expect(before).toBe(0);
  expect(first).toMatchObject({ backend: "wasm", kernel: "Einsum" });
  expect(first.calls).toBeGreaterThan(0);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain("cpu:wasm has no kernel for Einsum: JavaScript computes it, ");
});
