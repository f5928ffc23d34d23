import fc from "fast-check";
import { test } from "vitest";
import { type Case, expectAsKeras, SEED } from "./oracle.js";

const FIXED: readonly Case[] = [
  {
    name: "numbers",
    weights: "initial",
    code: `
x = L.Input((4, 3))
data = np.random.default_rng(1).normal(2, 3, (9, 4, 3))
def adapted(**settings):
    layer = L.Normalization(**settings)
    layer.adapt(data)
    return layer(x)
keras.Model(x, [
    adapted(), adapted(axis=(1, 2)), adapted(axis=None, invert=True), adapted(axis=1),
    L.Normalization(mean=2.0, variance=4.0)(x), L.Normalization(axis=(1, 2), mean=[1, 2, 3], variance=[1, 0, 2], invert=True)(x),
    L.Rescaling(0.5)(x), L.Rescaling([1, 2, 3], offset=np.array([0.1, 0.2, 0.3]))(x), L.Rescaling(1 / 255, -1)(x),
])`,
  },
  {
    name: "bins",
    code: `
x = L.Input((3,)); y = L.Input((1,))
b = [-0.5, 0.0, 0.7]
outputs = [L.Discretization(b)(x), *[L.Discretization(b, output_mode=m)(i) for m in ('one_hot', 'multi_hot', 'count') for i in (x, y)]]
keras.Model([x, y], outputs)`,
  },
  {
    name: "categories",
    code: `
x = L.Input((3,), dtype='int32'); y = L.Input((1,), dtype='int32'); w = L.Input((3,))
outputs = [L.CategoryEncoding(5, m)(i) for m in ('one_hot', 'multi_hot', 'count') for i in (x, y)]
keras.Model([x, y, w], [*outputs, L.CategoryEncoding(5, 'count')(x, count_weights=w)])`,
  },
];

const shape = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
const number = fc.integer({ min: -40, max: 40 }).map((whole) => whole / 8);
const mode = fc.constantFrom("int", "one_hot", "multi_hot", "count");
const random = fc.tuple(shape, fc.uniqueArray(number, { minLength: 1, maxLength: 5 }), mode, fc.boolean(), number).map(
  ([shape, bounds, mode, invert, scale]) => `
x = L.Input((${shape.join(", ")},))
keras.Model(x, [
    L.Discretization([${bounds.toSorted((a, b) => a - b).join(", ")}], output_mode='${mode}')(x),
    L.Normalization(axis=${shape.length}, mean=${JSON.stringify(Array(shape.at(-1)).fill(scale))}, variance=${JSON.stringify(
      Array.from({ length: shape.at(-1) as number }, (_, i) => i / 2),
    )}, invert=${invert ? "True" : "False"})(x),
    L.Rescaling(${scale}, offset=${bounds[0]})(x)])`,
);

const RANDOM = fc.sample(random, { seed: SEED, numRuns: 4 }).map((code, i): Case => ({ name: `random_${i}`, code }));

test("preprocessing layers as in Keras", { timeout: 600_000 }, async () => {
  await expectAsKeras([...FIXED, ...RANDOM]);
});
