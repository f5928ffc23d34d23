import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getDevices } from "@litlab/sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { probe } from "../../sdk/dist/devices/probe.js";
import { type Adapter, adapterFor, findAdapters, isSoftware } from "../../sdk/dist/devices/webgpu/find-adapters.js";
import { DRIVER, hasSwiftshader, onWebgpu, SWIFTSHADER } from "./swiftshader.js";

const GPU = { index: 0, model: "SwiftShader", driver: "5.0.0" };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "litlab-webgpu-"));
  vi.stubEnv("XDG_CACHE_HOME", folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await findAdapters({ refresh: true });
  rmSync(folder, { recursive: true, force: true });
});

const adapter = (name: string): Adapter => ({
  name,
  vendor: "nvidia",
  architecture: "",
  device: name.toLowerCase(),
  description: "NVIDIA: 550.54",
  isFallbackAdapter: false,
});

test("where Chromium's SwiftShader is missing the tests on it are missing, which is said here", () => {
  if (!hasSwiftshader) console.log(`${DRIVER} is missing`);
  expect(hasSwiftshader ? DRIVER : `${DRIVER} is missing`).toContain(DRIVER);
});

test("a driver that computes on the processor is known by its flag and by its names", () => {
  const real = adapter("NVIDIA H100");
  expect(isSoftware(real)).toBe(false);
  expect(isSoftware({ ...real, isFallbackAdapter: true })).toBe(true);
  expect(isSoftware({ ...real, description: "llvmpipe: Mesa 25.0" })).toBe(true);
  expect(isSoftware({ ...real, device: "microsoft-basic-render-driver" })).toBe(true);
});

test("a GPU is driven only where Dawn takes that one for its name", () => {
  const adapters = ["NVIDIA RTX 4060 Ti", "NVIDIA RTX 4060", "AMD Radeon"].map(adapter);
  const seen = { adapters, reason: "" };
  expect(adapterFor("AMD Radeon", seen, new Set())).toBe(adapters[2]);
  expect(adapterFor("NVIDIA RTX 4060", seen, new Set())).toMatchObject({
    reason: expect.stringMatching(/takes the first/),
  });
  expect(adapterFor("AMD Radeon", seen, new Set(adapters))).toMatchObject({
    reason: expect.stringMatching(/this one/),
  });
  expect(adapterFor("Intel Arc", seen, new Set())).toEqual({ reason: "Dawn sees no Intel Arc" });
});

test("a Dawn that crashes or hangs is not taken, and says why", async () => {
  const script = join(folder, "before.cjs");
  vi.stubEnv("NODE_OPTIONS", `--require=${script}`);
  for (const [text, reason] of [
    ["process.abort()", /^crashed with SIGABRT/],
    ["for (;;);", /^gave no result within 3 s$/],
  ] as const) {
    writeFileSync(script, `process.dlopen = () => { ${text} };`);
    expect((await findAdapters({ refresh: true, limit: 3000 })).reason).toMatch(reason);
    expect((await probe("webgpu", { gpu: GPU, refresh: true, limit: 3000 })).reason).toMatch(reason);
    expect(await getDevices()).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ name: "cpu", backend: "wasm" })]),
    );
  }
});

if (hasSwiftshader)
  describe("over SwiftShader", { timeout: 180_000 }, () => {
    test("a driver that computes on the processor is no GPU", async () => {
      for (const [name, value] of Object.entries(SWIFTSHADER)) vi.stubEnv(name, value);
      const devices = await getDevices({ refresh: true });
      expect(devices.map(({ model }) => model).filter((model) => model.includes("SwiftShader"))).toEqual([]);
      expect((await findAdapters()).reason).toMatch(/^SwiftShader .* computes on the processor, it is no GPU$/);
      expect((await probe("webgpu", { gpu: GPU, refresh: true })).reason).toMatch(/it is no GPU$/);
    });

    test("it passes the test of its numbers and leaves no browser's navigator behind", async () => {
      expect(
        await onWebgpu(`
        const { selfTest } = await import("${new URL("../../sdk/dist/devices/self-test.js", import.meta.url)}");
        await selfTest("webgpu");
        console.log(JSON.stringify([tf.getBackend(), globalThis.navigator?.gpu === undefined]));`),
      ).toEqual(["webgpu", true]);
    });

    test("a kernel that it lacks is an error that names it", async () => {
      expect(
        await onWebgpu("console.log(JSON.stringify(await failure(() => tf.unique(tf.tensor1d([1, 2, 2])))));"),
      ).toMatchObject({
        name: "LitError",
        code: "NO_KERNEL",
        message: expect.stringMatching(/^webgpu has no kernel Unique/),
      });
    });

    test("values are read synchronously where they are on the processor's side, else an error says what to do", async () => {
      expect(
        await onWebgpu(`
        const here = tf.tensor1d([1, 2]).dataSync()[1];
        const there = product();
        const refused = [];
        for (const run of [() => there.dataSync(), () => there.arraySync(), () => there.print()]) refused.push(await failure(run));
        await Promise.all([there.data(), there.data()]);
        console.log(JSON.stringify({ here, codes: refused.map(({ code }) => code), told: refused[0].message, after: there.dataSync()[0] }));`),
      ).toEqual({
        here: 2,
        codes: ["NO_SYNC_READ", "NO_SYNC_READ", "NO_SYNC_READ"],
        told: expect.stringContaining("`await tensor.data()`"),
        after: 64,
      });
    });

    test("faults of the package are corrected: whole numbers transpose, sums end where their axis does, products keep dims", async () => {
      expect(
        await onWebgpu(`
        const there = (tensor) => tf.add(tensor, tf.cast(tf.matMul(tf.zeros([1, 9]), tf.zeros([9, 1])).reshape([]), tensor.dtype));
        const whole = there(tf.range(0, 24, 1, "int32")).reshape([2, 3, 4]);
        const results = [
          tf.transpose(whole, [2, 0, 1]),
          tf.transpose(tf.cast(whole, "float32"), [2, 0, 1]),
          tf.transpose(tf.greater(whole, 11), [2, 0, 1]),
          tf.transpose(whole.reshape([4, 6])),
          tf.cumsum(there(tf.tensor1d([1, 2, 3, 4])), 0, false, true),
          tf.cumsum(there(tf.tensor1d([4, 5, 6])), 0, false, true),
          tf.prod(tf.tensor2d([[1, 2], [3, 4]]), 1, true),
          tf.bincount(there(tf.tensor2d([1, 0, 1, 3], [2, 2], "int32")), tf.tensor1d([]), 4),
        ];
        const values = [];
        for (const each of results) values.push([each.shape, [...await each.data()]]);
        console.log(JSON.stringify(values));`),
      ).toEqual([
        [
          [4, 2, 3],
          [0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23],
        ],
        [
          [4, 2, 3],
          [0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23],
        ],
        [[4, 2, 3], Array.from({ length: 24 }, (_, i) => Number(i % 6 > 2))],
        [
          [6, 4],
          [0, 6, 12, 18, 1, 7, 13, 19, 2, 8, 14, 20, 3, 9, 15, 21, 4, 10, 16, 22, 5, 11, 17, 23],
        ],
        [[4], [10, 9, 7, 4]],
        [[3], [15, 11, 6]],
        [
          [2, 1],
          [2, 12],
        ],
        [[4], [1, 2, 0, 1]],
      ]);
    });

    test("what reads synchronously is an error that names it", async () => {
      const found = await onWebgpu(`
        const { BITS } = await import("${new URL("../../sdk/dist/keras/operations/bits.js", import.meta.url)}");
        const { SCATTER } = await import("${new URL("../../sdk/dist/keras/operations/scatter.js", import.meta.url)}");
        const ones = tf.cast(tf.matMul(tf.ones([4, 4]), tf.ones([4, 4])), "int32");
        const boxes = tf.matMul(tf.ones([4, 4]), tf.ones([4, 4]));
        const refused = [];
        for (const name of ["BitwiseAnd", "LeftShift", "Gcd", "Lcm"])
          refused.push(await failure(() => BITS.find(({ className }) => className === name).run({ x: ones, y: ones, x1: ones, x2: ones })));
        const counting = SCATTER.find(({ className }) => className === "Bincount");
        refused.push(await failure(() => counting.run({ ...counting.settings, x: ones })));
        refused.push(await failure(() => tf.image.nonMaxSuppression(boxes, boxes.slice([0, 0], [4, 1]).reshape([4]), 2)));
        console.log(JSON.stringify(refused));`);
      const told = (operation: string) => ({
        name: "LitError",
        code: "NO_SYNC_READ",
        message: `${operation} does not run on webgpu: it reads values that are on the GPU; setDevice("cpu") computes it`,
      });
      expect(found).toEqual(["BitwiseAnd", "LeftShift", "Gcd", "Lcm", "Bincount", "NonMaxSuppressionV3"].map(told));
    });

    test("a GPU that was lost is an error of the next call; opened again, it computes", async () => {
      expect(
        await onWebgpu(`
        const before = product();
        tf.backend().device.destroy();
        const codes = [await failure(() => before.data()), await failure(product)].map(({ code }) => code);
        await open();
        console.log(JSON.stringify([codes, (await product().data())[0]]));`),
      ).toEqual([["DEVICE_LOST", "DEVICE_LOST"], 64]);
    });

    test("weights go along to another device", async () => {
      expect(
        await onWebgpu(`
        const weights = product().variable();
        await openRung("cpu");
        console.log(JSON.stringify([tf.getBackend(), tf.sum(weights).dataSync()[0]]));`),
      ).toEqual(["cpu", 64 ** 3]);
    });

    test.each([
      ["an MLP", "[16]", "dense(32, 1, { inputShape }), dense(1, 2)"],
      [
        "a CNN",
        "[8, 8, 2]",
        "tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape, activation: 'tanh', kernelInitializer: glorot(1) }), tf.layers.maxPooling2d({ poolSize: 2 }), tf.layers.flatten(), dense(1, 2)",
      ],
      [
        "an LSTM",
        "[6, 4]",
        "tf.layers.lstm({ units: 8, inputShape, kernelInitializer: glorot(1), recurrentInitializer: glorot(2) }), dense(1, 3)",
      ],
      ["BatchNormalization", "[16]", "dense(32, 1, { inputShape }), tf.layers.batchNormalization(), dense(1, 2)"],
    ])("%s loses epoch by epoch what it does on cpu", async (_, shape, layers) => {
      const [found, wanted] = (await onWebgpu(`
        const inputShape = ${shape};
        const glorot = (seed) => tf.initializers.glorotUniform({ seed });
        const dense = (units, seed, more = {}) => tf.layers.dense({ units, activation: "tanh", kernelInitializer: glorot(seed), ...more });
        const losses = [];
        for (const backend of ["webgpu", "cpu"]) {
          await tf.setBackend(backend);
          const model = tf.sequential({ layers: [${layers}] });
          model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
          const wave = (shape, step) => tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * step)), shape);
          const { history } = await model.fit(wave([32, ...inputShape], 0.7), wave([32, 1], 1.3), { epochs: 5, batchSize: 16, shuffle: false, verbose: 0 });
          losses.push(history.loss);
        }
        console.log(JSON.stringify(losses));`)) as [number[], number[]];
      expect(found).toHaveLength(5);
      expect(wanted[4]).toBeLessThan(wanted[0] as number);
      for (const [i, loss] of wanted.entries()) expect(Math.abs((found[i] as number) - loss)).toBeLessThan(1e-5);
    });
  });
