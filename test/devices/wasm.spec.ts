import { memory, setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { beforeAll, describe, expect, test } from "vitest";

beforeAll(async () => {
  await setDevice("cpu:wasm");
  // What lies in the heap afterwards is not zeros.
  for (let i = 0; i < 20; i++) tf.tidy(() => tf.mul(tf.randomUniform([97], 5, 9, "float32", i), 2).dataSync());
});

const ints = (...values: number[]) => tf.tensor1d(values, "int32");
const bools = (...values: boolean[]) => tf.tensor1d(values, "bool");
const texts = (...values: string[]) => tf.tensor1d(values, "string");

/** What wasm's own kernels get wrong without a word. */
const CASES: Readonly<Record<string, readonly [() => tf.Tensor, tf.DataType, number[], number[]]>> = {
  "int32 clipped": [() => tf.clipByValue(ints(-5, 0, 2, 7), 0, 3), "int32", [4], [0, 0, 2, 3]],
  "int32 that is no NaN": [() => tf.isNaN(ints(-3, -1, 0, 5)), "bool", [4], [0, 0, 0, 0]],
  "int32 that is finite": [() => tf.isFinite(ints(-3, -1, 0, 5)), "bool", [4], [1, 1, 1, 1]],
  "every second int32": [() => tf.stridedSlice(ints(1, 2, 3, 4), [0], [4], [2]), "int32", [2], [1, 3]],
  "a product of int32": [() => tf.matMul(tf.ones([2, 3], "int32"), tf.ones([3, 1], "int32")), "int32", [2, 1], [3, 3]],
  "bool backwards": [() => tf.reverse(bools(true, false, false, true, true)), "bool", [5], [1, 1, 0, 0, 1]],
  "bool where": [
    () => tf.where(bools(true, false, true, false), bools(true, true, true, true), bools(false, false, true, true)),
    "bool",
    [4],
    [1, 0, 1, 1],
  ],
  "one of float32 hot": [() => tf.oneHot(ints(0, 1), 2, 1, 0, "float32"), "float32", [2, 2], [1, 0, 0, 1]],
  "a sum of nothing": [() => tf.sum(tf.zeros([0, 2]), 0), "float32", [2], [0, 0]],
  "a product of nothing": [() => tf.prod(tf.zeros([0, 2]), 0), "float32", [2], [1, 1]],
  "prelu with more slopes than values": [
    () => tf.prelu(tf.tensor2d([-1, -2], [2, 1]), tf.tensor2d([1, 2, 3], [1, 3])),
    "float32",
    [2, 3],
    [-1, -2, -3, -2, -4, -6],
  ],
  "prelu with slopes along an axis between": [
    () => tf.prelu(tf.fill([2, 2, 2], -1), tf.tensor3d([1, 2], [1, 2, 1])),
    "float32",
    [2, 2, 2],
    [-1, -1, -2, -2, -1, -1, -2, -2],
  ],
  "a row of each batch": [
    () => tf.gather(tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]), tf.tensor2d([1, 0], [2, 1], "int32"), 1, 1),
    "float32",
    [2, 1, 2],
    [3, 4, 5, 6],
  ],
  "a product with a batch and one number as bias": [
    () => tf.fused.matMul({ a: tf.ones([2, 1]), b: tf.tensor3d([1, 2, 3, 4], [2, 1, 2]), bias: tf.tensor1d([10]) }),
    "float32",
    [2, 2, 2],
    [11, 12, 11, 12, 13, 14, 13, 14],
  ],
  "the largest of a window that ends beyond": [
    () => tf.maxPool(tf.fill<tf.Rank.R4>([1, 4, 4, 1], -1), 2, 3, 0, "ceil"),
    "float32",
    [1, 2, 2, 1],
    [-1, -1, -1, -1],
  ],
  "weights of which each counts": [
    () => tf.denseBincount(ints(1, 1), tf.tensor1d([0.5, 2]), 3),
    "float32",
    [3],
    [0, 2.5, 0],
  ],
  "products with a bias": [
    () => tf.fused.matMul({ a: tf.ones([2, 2, 1]), b: tf.ones([2, 1, 2]), bias: tf.tensor1d([10, 20]) }),
    "float32",
    [2, 2, 2],
    [11, 21, 11, 21, 11, 21, 11, 21],
  ],
  "the size of bools": [() => tf.abs(bools(true, false, true)), "bool", [3], [1, 0, 1]],
  "e to the power of bools": [() => tf.round(tf.exp(bools(true, false))), "float32", [2], [3, 1]],
  "the largest bools": [() => tf.topk(bools(false, true, true), 2).values, "bool", [2], [1, 1]],
  "int32 by nothing": [() => tf.floorDiv(ints(7, -7), ints(2, 0)), "int32", [2], [3, 0]],
  "prelu of int32": [() => tf.prelu(ints(-2, 3), ints(2, 2)), "float32", [2], [-4, 3]],
  "the nearest int32": [
    () => tf.image.resizeNearestNeighbor(tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1], "int32"), [1, 2]),
    "int32",
    [1, 1, 2, 1],
    [1, 2],
  ],
  "rows of nothing": [() => tf.gather(tf.ones([0, 3]), ints()), "float32", [0, 3], []],
  "the largest of negative numbers": [
    () => tf.maxPoolWithArgmax(tf.tensor4d([-3, -1, -2, -4], [1, 2, 2, 1]), 2, 2, "valid").result as tf.Tensor,
    "float32",
    [1, 1, 1, 1],
    [-1],
  ],
  "draws of a seed, which are those of cpu": [
    () => tf.multinomial(tf.tensor1d([1, 2, -1, 0.5]), 8, 5),
    "int32",
    [8],
    [1, 0, 3, 0, 3, 0, 1, 3],
  ],
  "relu of a product that is not known": [
    () => tf.fused.matMul({ a: tf.tensor2d([[1, Number.NaN]]), b: tf.ones([2, 1]), activation: "relu" }),
    "float32",
    [1, 1],
    [Number.NaN],
  ],
};

test.each(Object.entries(CASES))("%s", (_, [run, dtype, shape, values]) => {
  const found = run();
  expect(found.dtype).toBe(dtype);
  expect(found.shape).toEqual(shape);
  expect([...found.dataSync()]).toEqual(values);
});

test("a size that is no whole number is an error", () => {
  expect(() => tf.image.resizeBilinear(tf.ones<tf.Rank.R3>([4, 4, 1]) as tf.Tensor3D, [1.5, 2])).toThrow(
    /shape \[1,1.5,2,1\]/,
  );
});

test("a slice beyond the end is an error, not what lies there", () => {
  expect(() => tf.slice(tf.tensor1d([1, 2, 3]), [2], [3])).toThrow(/begin\[0\] \+ size\[0\] \(5\) would overflow/);
});

test.each<[string, () => tf.Tensor, readonly string[]]>([
  ["told apart", () => tf.equal(texts("a", "b"), texts("a", "c")), ["1", "0"]],
  ["repeated", () => tf.tile(texts("a", "b"), [2]), ["a", "b", "a", "b"]],
  ["filled in", () => tf.fill([2], "a"), ["a", "a"]],
])("strings are %s", (_, run, values) => {
  expect([...run().dataSync()].map(String)).toEqual(values);
});

describe("complex numbers, which cpu holds and computes", () => {
  const complex = (real: number[], imaginary: number[], shape: number[] = [real.length]) =>
    tf.tidy(() => tf.complex(tf.tensor(real, shape), tf.tensor(imaginary, shape)));
  const square = () => complex([1, 2, 3, 4], [5, 6, 7, 8], [2, 2]);

  test.each<[string, () => tf.Tensor, readonly number[], readonly number[]]>([
    ["of real numbers", () => tf.spectral.rfft(tf.tensor1d([1, 2, 3, 4])), [3], [10, 0, -2, 2, -2, 0]],
    ["back", () => tf.spectral.irfft(complex([10, -2, -2], [0, 2, 0], [1, 3])), [1, 4], [1, 2, 3, 4]],
    ["each row", () => tf.fft(square()), [2, 2], [3, 11, -1, -1, 7, 15, -1, -1]],
    [
      "of windows",
      () => tf.real(tf.signal.stft(tf.ones([4]), 2, 1, 2, (length) => tf.ones([length]))),
      [3, 2],
      [2, 0, 2, 0, 2, 0],
    ],
    ["less a number", () => tf.sub(square(), 1), [2, 2], [0, 5, 1, 6, 2, 7, 3, 8]],
    ["by rows", () => tf.mul(square(), complex([0, 1], [1, 0])), [2, 2], [-5, 1, 2, 6, -7, 3, 4, 8]],
    ["turned", () => tf.transpose(square()), [2, 2], [1, 5, 3, 7, 2, 6, 4, 8]],
    ["of numbers", () => tf.cast(tf.tensor1d([1, 2]), "complex64"), [2], [1, 0, 2, 0]],
    ["as numbers", () => tf.cast(square(), "float32"), [2, 2], [1, 2, 3, 4]],
    ["lengths", () => tf.abs(complex([3, -5], [4, 12])), [2], [5, 13]],
    [
      "a variable's",
      () => {
        const variable = tf.variable(square());
        variable.assign(tf.mul(square(), 2));
        return variable;
      },
      [2, 2],
      [2, 10, 4, 12, 6, 14, 8, 16],
    ],
  ])("%s", (_, run, shape, values) => {
    const found = run();
    expect(found.shape).toEqual(shape);
    expect([...found.dataSync()].map((value) => Math.round(value * 1e5) / 1e5 + 0)).toEqual(values);
  });

  test("those that are shared keep each their shape", () => {
    const x = square();
    expect(tf.reshape(x, [4]).shape).toEqual([4]);
    expect(tf.fft(tf.reshape(x, [1, 4])).shape).toEqual([1, 4]);
    expect([tf.real(x).shape, tf.imag(x).shape]).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  test("what cpu has not is an error, not what lies there", () => {
    expect(() => tf.exp(square())).toThrow(/does not support complex64/);
    expect(() => tf.equal(square(), square())).toThrow(/does not support complex64/);
  });

  test("they are counted and freed", () => {
    const before = [memory(), tf.memory().numTensors, tf.findBackend("cpu").numDataIds()];
    tf.dispose(tf.tidy(() => tf.abs(tf.signal.stft(tf.ones([64]), 16, 8))));
    const x = square();
    expect(memory().find(({ backend }) => backend === "cpu")?.tensors).toBeGreaterThan(0);
    tf.dispose([x.clone(), x]);
    expect([memory(), tf.memory().numTensors, tf.findBackend("cpu").numDataIds()]).toEqual(before);
  });

  test("a model of them predicts and trains as on cpu", async () => {
    class Spectrum extends tf.layers.Layer {
      static className = "Spectrum";
      override computeOutputShape([batch, length]: number[]): number[] {
        return [batch as number, (length as number) / 2 + 1];
      }
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.tidy(() => tf.abs(tf.spectral.rfft([inputs].flat()[0] as tf.Tensor)));
      }
    }
    const losses = async (backend: string) => {
      await tf.setBackend(backend);
      const kernelInitializer = tf.initializers.constant({ value: 0.1 });
      const model = tf.sequential({
        layers: [new Spectrum({ inputShape: [16] }), tf.layers.dense({ units: 1, kernelInitializer })],
      });
      model.compile({ optimizer: tf.train.sgd(0.01), loss: "meanSquaredError" });
      const x = tf.tensor2d(
        Array.from({ length: 8 * 16 }, (_, i) => Math.sin(i)),
        [8, 16],
      );
      const { history } = await model.fit(x, tf.ones([8, 1]), { epochs: 4, shuffle: false, verbose: 0 });
      const [predicted] = (model.predict(x) as tf.Tensor).dataSync();
      model.dispose();
      return [...(history.loss as number[]), predicted as number];
    };
    const wanted = await losses("cpu");
    const found = await losses("wasm");
    expect(found[3]).toBeLessThan(found[0] as number);
    for (const [i, loss] of found.entries()) expect(loss).toBeCloseTo(wanted[i] as number, 5);
  });
});
