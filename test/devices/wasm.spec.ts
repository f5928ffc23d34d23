import { setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { beforeAll, expect, test } from "vitest";

beforeAll(async () => {
  await setDevice("cpu:wasm");
  // What lies in the heap afterwards is not zeros.
  for (let i = 0; i < 20; i++) tf.tidy(() => tf.mul(tf.randomUniform([97], 5, 9, "float32", i), 2).dataSync());
});

const ints = (...values: number[]) => tf.tensor1d(values, "int32");
const bools = (...values: boolean[]) => tf.tensor1d(values, "bool");

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
  "products with a bias": [
    () => tf.fused.matMul({ a: tf.ones([2, 2, 1]), b: tf.ones([2, 1, 2]), bias: tf.tensor1d([10, 20]) }),
    "float32",
    [2, 2, 2],
    [11, 21, 11, 21, 11, 21, 11, 21],
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

test("a slice beyond the end is an error, not what lies there", () => {
  expect(() => tf.slice(tf.tensor1d([1, 2, 3]), [2], [3])).toThrow(/begin\[0\] \+ size\[0\] \(5\) would overflow/);
});
