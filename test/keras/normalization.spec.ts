import fc from "fast-check";
import { test } from "vitest";
import { type Case, expectAsKeras, SEED } from "./oracle.js";

/** A model of one input and each of these layers on it. */
const side = (name: string, shape: string, ...layers: string[]): Case => ({
  name,
  states: true,
  code: `x = L.Input(${shape})\nkeras.Model(x, [${layers.map((layer) => `${layer}(x)`).join(", ")}])`,
});

const FIXED: readonly Case[] = [
  side(
    "image",
    "(3, 2, 6)",
    "L.BatchNormalization()",
    "L.BatchNormalization(axis=1, epsilon=0.01, scale=False)",
    "L.BatchNormalization(axis=-2, momentum=0.5, center=False)",
    "L.BatchNormalization(trainable=False)",
    "L.LayerNormalization()",
    "L.LayerNormalization(axis=[3, 1], epsilon=1e-6)",
    "L.LayerNormalization(rms_scaling=True)",
    "L.GroupNormalization(3)",
    "L.GroupNormalization(groups=3, axis=1)",
    "L.RMSNormalization()",
    "L.RMSNormalization(axis=[1, 2, 3], epsilon=0.1)",
    "L.SpectralNormalization(L.Conv2D(2, 2, kernel_regularizer='l2'))",
  ),
  side(
    "series",
    "(None, 4)",
    "L.BatchNormalization(scale=False, center=False)",
    "L.LayerNormalization(center=False)",
    "L.GroupNormalization(groups=-1, scale=False)",
    "L.UnitNormalization()",
    "L.SpectralNormalization(L.Dense(3), power_iterations=2)",
    "L.SpectralNormalization(L.Dense(3, use_bias=False, trainable=False), trainable=False)",
    "L.TimeDistributed(L.SpectralNormalization(L.Dense(2)))",
  ),
  {
    name: "padded",
    states: true,
    code: `
x = L.Input((4,), dtype='int32')
e = L.Embedding(5, 3, mask_zero=True)(x)
keras.Model(x, [*[L.GlobalAveragePooling1D()(layer(e)) for layer in (
    L.BatchNormalization(), L.LayerNormalization(), L.GroupNormalization(3), L.RMSNormalization(),
    L.UnitNormalization(axis=[1, 2]), L.Rescaling(2.0), L.Normalization(mean=1.0, variance=4.0))], L.SpectralNormalization(L.Embedding(5, 2))(x)])`,
  },
];

const axes = (rank: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: rank - 1 }), { minLength: 1 }).map((list) => `[${list}]`);
const flag = fc.constantFrom("True", "False");
// Without long axes and large epsilons Keras itself differs between its backends.
const epsilon = fc.constantFrom("1e-3", "1e-2", "0.2");

/** A layer of a random config on an input of a random rank. */
const random = fc.integer({ min: 2, max: 5 }).chain((rank) => {
  const shape = fc.constant(`(${[4, 3, 6, 4].slice(0, rank - 1).join(", ")},)`);
  const axis = fc.integer({ min: 1, max: rank - 1 }).chain((one) => fc.constantFrom(one, one - rank));
  const scaled = fc
    .tuple(epsilon, flag, flag)
    .map(([epsilon, center, scale]) => `epsilon=${epsilon}, center=${center}, scale=${scale}`);
  return fc.tuple(
    shape,
    fc.tuple(axis, scaled).map(([axis, rest]) => `L.BatchNormalization(axis=${axis}, ${rest})`),
    fc.tuple(axes(rank), scaled).map(([axis, rest]) => `L.LayerNormalization(axis=${axis}, ${rest})`),
    fc
      .tuple(axis, fc.constantFrom(1, -1), scaled)
      .map(([axis, groups, rest]) => `L.GroupNormalization(${groups}, axis=${axis}, ${rest})`),
    axes(rank).map((axis) => `L.UnitNormalization(axis=${axis})`),
  );
});

const RANDOM = fc
  .sample(random, { seed: SEED, numRuns: 3 })
  .map(([shape, ...layers], i) => side(`random_${i}`, shape, ...layers));

test("normalization layers as in Keras", { timeout: 600_000 }, async () => {
  await expectAsKeras([...FIXED, ...RANDOM]);
});
