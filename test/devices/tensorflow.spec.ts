import { type Device, getDevices, memory, setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readInstallation } from "../../sdk/dist/devices/tensorflow/installation.js";
import "../../sdk/dist/keras/load-model.js"; // before what it imports in a circle
import { RULES, type Rule } from "../../sdk/dist/keras/compiled/update-rules.js";
import { Dense } from "../../sdk/dist/keras/layers/dense.js";
import { Gru, Lstm } from "../../sdk/dist/keras/layers/recurrent/vector-layers.js";
import { runNode } from "./run-node.js";

const missing = await readInstallation().then(
  () => null,
  (error: Error) => error.message,
);

test("where TensorFlow is not installed its tests are missing, which is said here", () => {
  if (missing !== null) console.log(missing);
  expect(missing ?? "npx --no-install litlab device install tensorflow").toContain("litlab device install tensorflow");
});

if (missing === null)
  describe("TensorFlow", () => {
    beforeAll(async () => {
      expect(await setDevice("cpu")).toMatchObject({ backend: "tensorflow", rejected: [] });
    });
    afterAll(() => tf.setBackend("wasm"));

    /** What a computation gives there and on cpu. */
    async function both(compute: () => tf.Tensor): Promise<[Float32Array, Float32Array]> {
      const values = [];
      for (const backend of ["tensorflow", "cpu"]) {
        await tf.setBackend(backend);
        const result = tf.tidy(compute);
        values.push((await result.data<"float32">()).slice());
        result.dispose();
      }
      await tf.setBackend("tensorflow");
      return values as [Float32Array, Float32Array];
    }

    const close = ([found, wanted]: [Float32Array, Float32Array], tolerance: number) => {
      expect(found.length).toBe(wanted.length);
      for (const [i, value] of wanted.entries())
        expect(Math.abs((found[i] as number) - value)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(value)));
    };

    test("whole numbers stay what they are when they are rounded", async () => {
      const x = [-3, 0, 7, 2 ** 30];
      expect([...(await both(() => tf.round(tf.tensor1d(x, "int32"))))[0]]).toEqual(x);
    });

    test("images of one channel and outputs one wide, with steps from column to column, whose rows oneDNN mistakes", () => {
      const [images, rows, columns] = [3, 7, 5];
      const filter = [1, 2, 3, 4, 5, 6];
      const x = Array.from({ length: images * rows * columns }, (_, i) => i % 17);
      const wanted = Array.from({ length: images * (rows - 1) }, (_, i) => {
        const start = (Math.floor(i / (rows - 1)) * rows + (i % (rows - 1))) * columns;
        return filter.reduce(
          (sum, weight, k) => sum + weight * (x[start + Math.floor(k / 3) * columns + (k % 3)] as number),
          0,
        );
      });
      const found = tf.conv2d(
        tf.tensor4d(x, [images, rows, columns, 1]),
        tf.tensor4d(filter, [2, 3, 1, 1]),
        [1, 3],
        "valid",
      );
      expect([...found.dataSync()]).toEqual(wanted);
    });

    const bool = () => tf.tensor1d([1, 0, 1], "bool");
    const int = () => tf.tensor1d([1, -2, 3], "int32");
    test.each<[string, () => tf.Tensor, readonly number[]]>([
      ["the largest of bools", () => tf.max(bool()), [1]],
      ["bools in order", () => tf.topk(bool(), 2).values, [1, 1]],
      ["products of bools", () => tf.matMul(tf.ones([1, 1], "bool"), tf.ones([1, 1], "bool")), [1]],
      ["whole numbers that are no NaN", () => tf.isNaN(int()), [0, 0, 0]],
      ["which whole numbers are above 0", () => tf.step(int()), [1, 0, 1]],
      ["columns from the end", () => tf.gather(tf.tensor2d([[1, 2, 3]]), tf.tensor1d([2, 0], "int32"), -1), [3, 1]],
      ["pools with a margin", () => tf.maxPool(tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]), 2, 2, 1), [1, 2, 3, 4]],
      [
        "six axes mirrored",
        () => tf.mirrorPad(tf.tensor([1, 2], [1, 1, 1, 1, 1, 2]), [...Array(5).fill([0, 0]), [1, 0]], "reflect"),
        [2, 1, 2],
      ],
    ])("%s, for which TensorFlow has no kernel", (_, run, values) => {
      expect([...run().dataSync()]).toEqual(values);
    });

    test("an error that is no want of a kernel stays one", () => {
      expect(() => tf.unsortedSegmentSum(tf.ones([2]), tf.tensor1d([0, 9], "int32"), 3)).toThrow(/out of range/);
    });

    test("gradients of a window of one value whose steps differ, with which oneDNN ends the process", async () => {
      const [x, filter] = [tf.randomNormal([7, 6, 7, 1], 0, 1, "float32", 1), tf.tensor4d([1, 2, 3], [1, 1, 1, 3])];
      const [found, wanted] = await both(() => {
        const [dx, dk] = tf.grads((x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [2, 1], "valid"))([
          x,
          filter,
        ]);
        return tf.concat([tf.reshape(dx as tf.Tensor, [-1]), tf.reshape(dk as tf.Tensor, [-1])]);
      });
      close([found, wanted], 1e-5);
    });

    test("products of batches [n, 1] by [1, 1], in which oneDNN writes beyond its memory", async () => {
      const [a, b] = [
        tf.randomNormal([3, 1, 6, 2], 0, 1, "float32", 1),
        tf.randomNormal([1, 2, 4], 0, 1, "float32", 2),
      ];
      for (let i = 0; i < 20; i++) close(await both(() => tf.matMul(a, b)), 1e-5);
      expect(tf.matMul(a, b).shape).toEqual([3, 1, 6, 4]);
    });

    test("complex numbers that were made on another backend stay there, which an error says", async () => {
      await tf.setBackend("wasm");
      const x = tf.complex([1, 2], [3, 4]);
      await tf.setBackend("tensorflow");
      expect(() => tf.add(x, x)).toThrow(/complex numbers of shape \[2\] cannot move to another backend: take tf.real/);
      await tf.setBackend("wasm");
      expect([...tf.add(x, x).dataSync()]).toEqual([2, 6, 4, 8]);
      await tf.setBackend("tensorflow");
    });

    const bytes = () => memory().find(({ backend }) => backend === "tensorflow")?.bytes ?? 0;

    test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
      ["a cast to its dtype", (x) => tf.cast(x, x.dtype)],
      ["a reshape to its shape", (x) => tf.reshape(x, x.shape)],
    ])("%s shares a tensor's data, which the last of both frees", (_, same) => {
      for (const dtype of ["float32", "int32", "bool"] as const) {
        const before = bytes();
        const x = tf.tensor2d([1, 0, 1, 1, 0, 0], [2, 3], dtype);
        const held = bytes();
        expect(held).toBeGreaterThan(before);
        const [first, second] = [same(x), same(same(x))];
        expect(bytes()).toBe(held);
        for (const shared of [first, second]) {
          expect(shared).toMatchObject({ dtype, shape: [2, 3] });
          expect([...tf.add(shared, 1).dataSync()]).toEqual([2, 1, 2, 2, 1, 1]);
        }
        x.dispose();
        first.dispose();
        expect([...second.dataSync()]).toEqual([1, 0, 1, 1, 0, 0]);
        second.dispose();
      }
    });

    test("a cast and a reshape that change something do", () => {
      expect([...tf.cast([1.7, -2.5, 0], "int32").dataSync()]).toEqual([1, -2, 0]);
      expect([...tf.matMul(tf.reshape([1, 2, 3], [3, 1]), tf.reshape([4, 5], [1, 2])).dataSync()]).toEqual([
        4, 5, 8, 10, 12, 15,
      ]);
    });

    test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
      ["ReluGrad", (x) => tf.relu(x)],
      ["TanhGrad", (x) => tf.tanh(x)],
      ["SigmoidGrad", (x) => tf.sigmoid(x)],
    ])("%s is one op, which gives cpu's gradients, and theirs", async (kernelName, activation) => {
      const { kernelNames } = await tf.profile(() => tf.grad(activation)(tf.tensor1d([1, -1])));
      expect(kernelNames).toContain(kernelName);
      const values = fc.array(fc.float({ min: -6, max: 6, noNaN: true }), { minLength: 1, maxLength: 20 });
      const property = fc.asyncProperty(values, async (x) => {
        const once = (given: tf.Tensor) => tf.grad((y) => tf.sum(tf.square(activation(y))))(given);
        const twice = (given: tf.Tensor) => tf.grad((y) => tf.sum(tf.mul(once(y), y)))(given);
        close(await both(() => tf.concat([once(tf.tensor1d(x)), twice(tf.tensor1d(x))])), 1e-5);
      });
      await fc.assert(property, { numRuns: 30 });
    });

    test("a kernel that TensorFlow's package lacks runs on cpu", async () => {
      expect(tf.getKernel("SparseSegmentMean", "tensorflow")).toBeDefined();
      const [found, wanted] = await both(
        () =>
          tf.sparse.sparseSegmentMean(
            tf.tensor2d([1, 2, 3, 4], [2, 2]),
            tf.tensor1d([0, 1], "int32"),
            tf.tensor1d([0, 0], "int32"),
          ) as tf.Tensor,
      );
      expect([...found]).toEqual([...wanted]);
    });

    test("five epochs of an MLP give cpu's losses", { timeout: 120_000 }, async () => {
      const losses = async (backend: string) => {
        await tf.setBackend(backend);
        const dense = (units: number, seed: number, more = {}) =>
          tf.layers.dense({
            units,
            activation: "tanh",
            kernelInitializer: tf.initializers.glorotUniform({ seed }),
            ...more,
          });
        const model = tf.sequential({ layers: [dense(32, 1, { inputShape: [16] }), dense(16, 2), dense(1, 3)] });
        model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
        const x = tf.randomNormal([256, 16], 0, 1, "float32", 4);
        const y = tf.randomNormal([256, 1], 0, 1, "float32", 5);
        const { history } = await model.fit(x, y, { epochs: 5, shuffle: false, verbose: 0 });
        tf.dispose([x, y]);
        model.dispose();
        return Float32Array.from(history.loss as number[]);
      };
      close([await losses("tensorflow"), await losses("cpu")], 1e-5);
      await tf.setBackend("tensorflow");
    });

    test("recurrent layers have cpu's values and gradients, in one call of TensorFlow", {
      timeout: 300_000,
    }, async () => {
      const size = (max: number) => fc.integer({ min: 1, max });
      const options = fc.record({
        returnSequences: fc.boolean(),
        returnState: fc.boolean(),
        goBackwards: fc.boolean(),
        useBias: fc.boolean(),
        resetAfter: fc.boolean(),
      });
      const given = { isGru: fc.boolean(), isMasked: fc.boolean(), options, seed: size(1e6) };
      const property = fc.asyncProperty(
        fc.record({
          time: size(6),
          batch: fc.oneof(fc.nat(4), fc.constant(40)),
          features: size(5),
          units: size(9),
          ...given,
        }),
        async ({ time, batch, features, units, isGru, isMasked, options, seed }) => {
          const normal = (shape: number[], more: number) => tf.randomNormal(shape, 0, 1, "float32", seed + more);
          const mask = isMasked
            ? [tf.cast(tf.greater(tf.randomUniform([batch, time], 0, 1, "float32", seed), 0.3), "float32")]
            : [];
          const run = () => {
            const layer = isGru ? new Gru({ units, ...options }) : new Lstm({ units, ...options });
            layer.build([batch, time, features]);
            layer.setWeights(layer.weights.map((weight, i) => normal(weight.shape as number[], i)));
            layer.takesMask = isMasked;
            const states = layer.cell.stateShapes([]).map((_, i) => normal([batch, units], 11 + i));
            const inputs = [normal([batch, time, features], 10), ...states];
            const loss = (...given: tf.Tensor[]): tf.Scalar =>
              [layer.call([...given, ...mask], {})]
                .flat()
                .map((output, i): tf.Tensor => tf.sum(tf.mul(output, normal(output.shape, 20 + i))))
                .reduce((sum, term) => tf.add(sum, term)) as tf.Scalar;
            const weights = layer.weights.map((weight) => weight.read() as tf.Variable);
            const { value, grads } = tf.variableGrads(() => loss(...inputs), weights);
            const all = [loss(...inputs), value, ...Object.values(grads), ...tf.grads(loss)(inputs)];
            const flat = tf.concat(all.map((tensor) => tf.reshape(tensor, [-1])));
            layer.disposeWeights();
            return flat;
          };
          close(await both(run), 2e-5);
          tf.dispose(mask);
        },
      );
      await fc.assert(property, { numRuns: 60 });
    });

    test.each(["linear", "relu", "tanh"])(
      "Dense with %s has cpu's values and gradients, and theirs",
      async (activation) => {
        const run = () => {
          const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 0.3, "float32", seed);
          const layer = new Dense({ units: 5, activation });
          layer.build([3, 2, 4]);
          layer.setWeights(layer.weights.map((weight, i) => normal(weight.shape as number[], 1 + i)));
          const loss = (x: tf.Tensor) => tf.sum(tf.square(layer.call(x)));
          const slope = (x: tf.Tensor) => tf.sum(tf.square(tf.grad(loss)(x)));
          const weights = layer.weights.map((weight) => weight.read() as tf.Variable);
          const [x, ofLoss, ofSlope] = [
            normal([3, 2, 4], 7),
            ...[loss, slope].map(
              (f) => (x: tf.Tensor) => tf.variableGrads(() => f(x) as tf.Scalar, weights.slice(0, 1)),
            ),
          ] as const;
          const all = [layer.call(x), tf.grad(loss)(x), tf.grad(slope)(x)];
          for (const of of [ofLoss, ofSlope]) all.push(...Object.values(of?.(x).grads ?? {}));
          all.push(...Object.values(tf.variableGrads(() => loss(x) as tf.Scalar, weights.slice(1)).grads));
          const flat = tf.concat(all.map((tensor) => tf.reshape(tensor, [-1])));
          tf.dispose(weights);
          return flat;
        };
        close(await both(run), 1e-5);
      },
    );

    test.each([
      ["of few numbers", [30, 7], 1],
      ["that threads share", [1031, 517], 1],
      // TensorFlow takes them for zeros.
      ["of numbers below the smallest normal one", [1031, 517], 1e-39],
      ["of none", [0, 3], 1],
    ] as const)(
      "a step of Keras' Adam is one call, which gives to the bit what its ops give: a variable %s",
      async (_of, shape, scale) => {
        const random = (seed: number) => tf.mul(tf.randomNormal([...shape], 0, 1, "float32", seed), scale);
        const slots = { momentum: random(1), velocity: tf.abs(random(2)) };
        const [gradient, value] = [random(3), random(4)];
        const { Adam } = RULES as { readonly Adam: Rule };
        const settings = { ...Adam.settings, amsgrad: false };
        const step = () => Adam.update({ gradient, value, rate: 0.01, step: 3, settings, slots, product: 1 });
        const valuesOf = (after: ReturnType<typeof step>) =>
          [after.value, after.momentum, after.velocity].map((tensor) =>
            Buffer.from((tensor as tf.Tensor).dataSync<"float32">().slice().buffer),
          );
        const kernel = tf.getKernel("LitAdam", "tensorflow") as tf.KernelConfig;
        const found = valuesOf(step());
        tf.unregisterKernel("LitAdam", "tensorflow");
        const wanted = valuesOf(step());
        tf.registerKernel(kernel);
        expect(found.map((bytes, i) => bytes.equals(wanted[i] as Buffer))).toEqual([true, true, true]);
        tf.dispose([gradient, value, ...Object.values(slots)]);
      },
    );

    test.each([
      ["same", [1, 2], 1],
      ["valid", [2, 1], 1],
      ["same", 1, 2],
    ] as const)("channels may come first: %s, strides %j, dilations %d", async (pad, strides, dilations) => {
      const x = tf.randomNormal([2, 6, 7, 2], 0, 1, "float32", 1) as tf.Tensor4D;
      const kernel = tf.randomNormal([3, 2, 2, 3], 0, 1, "float32", 2) as tf.Tensor4D;
      const steps = strides as [number, number];
      const first = (x: tf.Tensor, kernel: tf.Tensor) =>
        tf.transpose(
          tf.conv2d(tf.transpose(x, [0, 3, 1, 2]) as tf.Tensor4D, kernel as tf.Tensor4D, steps, pad, "NCHW", dilations),
          [0, 2, 3, 1],
        );
      const last = (x: tf.Tensor, kernel: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, steps, pad, "NHWC", dilations);
      const all = (run: typeof first) =>
        tf.tidy(() => {
          const loss = (x: tf.Tensor, kernel: tf.Tensor) => tf.sum(tf.square(run(x, kernel)));
          const gradients = dilations === 1 ? tf.grads(loss)([x, kernel]) : [];
          return [run(x, kernel), ...gradients].map((tensor) => [tensor.shape, tensor.arraySync()] as const);
        });
      const wanted = all(last);
      for (const [i, [shape, values]] of all(first).entries()) {
        expect(shape).toEqual(wanted[i]?.[0]);
        const difference = tf.max(tf.abs(tf.sub(values, wanted[i]?.[1] as tf.TensorLike)));
        expect(difference.dataSync()[0]).toBeLessThan(1e-4);
        difference.dispose();
      }
    });

    test("a convolution has a margin of a number, with gradients", async () => {
      const x = tf.randomNormal([2, 6, 7, 2], 0, 1, "float32", 1) as tf.Tensor4D;
      const kernel = tf.randomNormal([3, 2, 2, 3], 0, 1, "float32", 2) as tf.Tensor4D;
      const run = (x: tf.Tensor, pad: number | "valid") => tf.conv2d(x as tf.Tensor4D, kernel, [2, 1], pad);
      const frame: [number, number][] = [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ];
      const loss = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad((x) => tf.sum(tf.square(f(x))))(x);
      const found = loss((x) => run(x, 1));
      const wanted = loss((x) => run(tf.pad(x, frame), "valid"));
      expect(tf.max(tf.abs(tf.sub(found, wanted))).dataSync()[0]).toBeLessThan(1e-4);
    });

    test("a slice beyond the end is an error, one of all is all", async () => {
      const x = tf.range(0, 12).reshape([3, 4]);
      expect(await tf.slice(x, [0, 0], [3, 4]).array()).toEqual(await x.array());
      for (const begin of [
        [1, 1],
        [2, 0],
      ])
        expect(() => tf.slice(x, begin, [3, 4])).toThrow();
    });

    test("a step of Adam whose arrays differ in size is an error", async () => {
      const [value, other] = [tf.zeros([4]), tf.zeros([3])];
      const numbers = tf.ones([4]);
      const run = (gradient: tf.Tensor, given = numbers) =>
        tf.engine().runKernel("LitAdam", { value, gradient, momentum: value, velocity: value, numbers: given });
      const message = /LitAdam: the arrays differ in size, or numbers are not 4/;
      expect(() => run(other)).toThrow(message);
      expect(() => run(value, other)).toThrow(message);
      expect(() => run(value)).not.toThrow();
    });

    test("it is the best device where there is no GPU, and a GPU that is gone is an error", {
      timeout: 120_000,
    }, async () => {
      const devices = await getDevices();
      expect(devices.at(-1)).toMatchObject({ name: "cpu", backend: "tensorflow" });
      const gone = { ...devices.at(-1), name: "gpu0", backend: "tensorflow" } as Device;
      const code = `import * as tf from "@litlab/sdk/tf";
        const { useDevice } = await import("${new URL("../../sdk/dist/devices/set-device.js", import.meta.url)}");
        const told = await useDevice(${JSON.stringify(gone)}).catch(({ code, message }) => [code, message]);
        await tf.setBackend("wasm");
        console.log(JSON.stringify(told));`;
      const { stdout } = await runNode(["--input-type=module", "-e", code]);
      expect(JSON.parse(stdout)).toEqual(["NO_DEVICE", expect.stringMatching(/^TensorFlow finds no GPU/)]);
    });

    test("where the temporary folder takes no graph an error says what to do, after which it computes", async () => {
      const code = `import { setDevice } from "@litlab/sdk"; import * as tf from "@litlab/sdk/tf";
        const { Dense } = await import("${new URL("../../sdk/dist/keras/layers/dense.js", import.meta.url)}");
        await setDevice("cpu");
        const layer = new Dense({ units: 1, useBias: false });
        layer.build([1, 2]);
        layer.setWeights([tf.tensor2d([[3], [4]])]);
        const told = [];
        for (const folder of ["/nowhere/at/all", "/proc"]) {
          process.env.TMPDIR = folder;
          try { layer.call(tf.tensor2d([[1, 2]])); } catch ({ name, message }) { told.push(name, message); }
        }
        delete process.env.TMPDIR;
        console.log(JSON.stringify([...told, layer.call(tf.tensor2d([[1, 2]])).dataSync()[0]]));`;
      const { stdout, stderr } = await runNode(["--input-type=module", "-e", code]);
      const saying = (folder: string) =>
        expect.stringMatching(`the temporary folder ${folder} takes none: ENOENT.*let TMPDIR name a folder`);
      expect([JSON.parse(stdout), stderr]).toEqual([
        ["LitError", saying("/nowhere/at/all"), "LitError", saying("/proc"), 11],
        "",
      ]);
    });

    test("programs that are started from there see no variable of it, but those that were set", async () => {
      const code = `import { execFileSync } from "node:child_process"; import { setDevice } from "@litlab/sdk"; import * as tf from "@litlab/sdk/tf";
        const { Dense } = await import("${new URL("../../sdk/dist/keras/layers/dense.js", import.meta.url)}");
        const seen = () => String(execFileSync("env")).split("\\n").filter((line) => !line.startsWith("_=")).sort();
        const before = seen();
        await setDevice("cpu");
        const layer = new Dense({ units: 1 });
        layer.build([1, 2]);
        layer.call(tf.ones([1, 2]));
        console.log(JSON.stringify([before, seen()]));`;
      const { stdout, stderr } = await runNode(["--input-type=module", "-e", code], {
        TF_FORCE_GPU_ALLOW_GROWTH: "false",
        CUDA_VISIBLE_DEVICES: "3",
      });
      const [before, after] = JSON.parse(stdout) as [string[], string[]];
      expect([after, stderr]).toEqual([before, ""]);
      expect(after).toEqual(expect.arrayContaining(["CUDA_VISIBLE_DEVICES=3", "TF_FORCE_GPU_ALLOW_GROWTH=false"]));
    });

    test("it says nothing, wherever LD_LIBRARY_PATH points", async () => {
      const code = `import { setDevice } from "@litlab/sdk"; import * as tf from "@litlab/sdk/tf";
        await setDevice("cpu"); console.log(tf.getBackend(), tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0]);`;
      const end = await runNode(["--input-type=module", "-e", code], { LD_LIBRARY_PATH: "/tmp" });
      expect(end).toEqual({ code: 0, stdout: "tensorflow 11\n", stderr: "" });
    });
  });
