import * as tf from "@litlab/sdk/tf";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Case, expectAsKeras, SEED } from "./oracle.js";

const bool = fc.boolean().map((value) => (value ? "True" : "False"));
// Up to 1: Keras' numpy backend, which loads what was saved, computes leaky_relu as max(x, slope x).
const slope = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value.toFixed(3));
const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const draw = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] => fc.sample(arbitrary, { seed: SEED, numRuns });

const dense = fc
  .record({
    units: fc.integer({ min: 1, max: 4 }),
    bias: bool,
    activation: pick("None", "'relu'", "'tanh'", "'softmax'"),
  })
  .map(({ units, bias, activation }) => `L.Dense(${units}, use_bias=${bias}, activation=${activation})`);

/** An equation of EinsumDense for inputs [batch, 3, 4]. */
const einsum = fc
  .record({
    equation: pick(
      { spec: "abc,cd->abd", shape: "(None, 2)", axes: ["None", "'d'"] },
      { spec: "abc,bcd->ad", shape: "2", axes: ["None", "'d'"] },
      { spec: "abc,bd->adc", shape: "(2, 4)", axes: ["None", "'d'", "'c'"] },
      { spec: "...x,xy->...y", shape: "5", axes: ["None", "'y'"] },
      { spec: "ab...,bc->ac...", shape: "5", axes: ["None", "'c'"] },
      { spec: "abc,cde->abde", shape: "(None, 2, 3)", axes: ["None", "'e'", "'de'"] },
      { spec: "abc,bcd->abd", shape: "(3, 2)", axes: ["None", "'bd'"] },
    ),
    at: fc.nat(),
    activation: pick("None", "'gelu'"),
  })
  .map(({ equation: { spec, shape, axes }, at, activation }) => {
    const bias = axes[at % axes.length];
    return `L.EinsumDense('${spec}', ${shape}, bias_axes=${bias}, activation=${activation})`;
  });

const advanced = fc.oneof(
  fc
    .record({ most: pick("None", "0.5", "6.0"), below: slope, threshold: pick("0.0", "0.3") })
    .map(({ most, below, threshold }) => `L.ReLU(max_value=${most}, negative_slope=${below}, threshold=${threshold})`),
  slope.map((value) => `L.LeakyReLU(negative_slope=${value})`),
  slope.map((value) => `L.ELU(alpha=${value})`),
  pick("None", "[1]", "[2]", "[1, 2]").map((axes) => `L.PReLU(shared_axes=${axes})`),
  pick("-1", "1", "2").map((axis) => `L.Softmax(axis=${axis})`),
);

const reshaping = pick(
  "L.Reshape((6, -1))",
  "L.Reshape((-1,))",
  "L.Reshape((2, 2, 3, 1))",
  "L.Permute((2, 1))",
  "L.Permute((1, 2))",
  "L.Flatten()",
  "L.Flatten(data_format='channels_first')",
  "L.Identity()",
);

const on = (input: string, layers: readonly string[]): string =>
  `x = ${input}\nkeras.Model(x, [${layers.map((layer) => `${layer}(x)`).join(", ")}])`;

/** Every function of keras.activations that takes nothing but x. */
const ACTIVATIONS =
  "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink".split(
    " ",
  );

const cases: Case[] = [
  {
    name: "activations",
    code: `
x = L.Input((5, 6))
names = "${ACTIVATIONS.join(" ")}".split()
assert set(names) == set(keras.src.activations.ALL_OBJECTS_DICT) - {"threshold"}
spread = L.Dense(8, kernel_initializer=keras.initializers.RandomNormal(0, 2.0), name='spread')(x)
keras.Model(x, [L.Activation(name)(L.Dense(4, kernel_initializer='he_normal')(spread)) for name in names])`,
  },
  {
    // Where JAX' relu6 bends, it is level.
    name: "activation_edges",
    weights: "initial",
    code: `
x = L.Input((4,))
edge = lambda start: L.Dense(3, activation='relu6', kernel_initializer='zeros', bias_initializer=keras.initializers.Constant(start))
keras.Model(x, [edge(start)(x) for start in (-1.0, 0.0, 2.0, 6.0, 7.0)])`,
  },
  {
    name: "activation_layers",
    code: `
x = L.Input((4,))
layers = [L.LeakyReLU(0.1), L.ReLU(max_value=0.5, threshold=0.1), L.ELU(0.7), L.Softmax()]
keras.Model(x, [L.Dense(4, activation=layer)(x) for layer in layers] + [L.Activation(layers[0])(x)])`,
  },
  { name: "dense", code: on("L.Input((5,))", draw(dense, 4)) },
  { name: "dense_deep", code: on("L.Input((2, 1, 2, 2, 3))", draw(dense, 2)) },
  { name: "dense_open", code: on("L.Input((None, 3))", ["L.Dense(2, activation='relu')"]) },
  { name: "dense_of_int", code: on("L.Input((3,), dtype='int32')", ["L.Dense(2)", "L.Dense(2, use_bias=False)"]) },
  { name: "einsum", code: on("L.Input((3, 4))", draw(einsum, 5)) },
  {
    name: "einsum_elided",
    code: on("L.Input((3, 2, 4))", [
      "L.EinsumDense('...x,xy->...y', 5, bias_axes='y')",
      "L.EinsumDense('ab...,bc->ac...', 5, bias_axes='c')",
    ]),
  },
  {
    name: "embedding",
    code: `
x = L.Input((None,), dtype='int32')
y = L.Input((2, 3))
keras.Model([x, y], [L.Embedding(5, 3)(x), L.Embedding(7, 2, mask_zero=True)(x), L.Embedding(5, 2)(y)])`,
  },
  {
    name: "advanced",
    code: on("L.Input((3, 4))", [
      "L.PReLU()",
      "L.Softmax()",
      "L.LeakyReLU()",
      "L.ELU()",
      "L.ReLU()",
      ...draw(advanced, 5),
    ]),
  },
  {
    name: "softmax_mask",
    code: `
x = L.Input((3, 4))
mask = L.Input((3, 4))
keras.Model([x, mask], L.Softmax(axis=1)(x, mask=mask))`,
    formats: ["keras"],
  },
  {
    name: "reshaping",
    code: on("L.Input((3, 4))", [...draw(reshaping, 4), "L.Reshape((4, -1))", "L.Permute((2, 1))"]),
  },
  {
    name: "reshaping_open",
    code: on("L.Input((None, 4))", ["L.Reshape((-1, 2))", "L.Permute((2, 1))", "L.Flatten()"]),
  },
  {
    name: "repeat",
    code: on("L.Input((4,))", ["L.RepeatVector(3)", "L.Flatten()", "L.ActivityRegularization(0.1, 0.2)"]),
  },
  {
    name: "noise",
    train: false,
    code: `
x = L.Input((3, 4))
y = x
for layer in [L.Dropout(0.4, noise_shape=(None, 1, 4), seed=3), L.AlphaDropout(0.2), L.GaussianDropout(0.1), L.GaussianNoise(0.3),
              L.SpatialDropout1D(0.5), L.Dropout(1.0)]:
    y = layer(y)
z = L.SpatialDropout3D(0.2, data_format='channels_first')(L.Reshape((2, 2, 3, 1))(y))
w = L.SpatialDropout2D(0.2)(L.Reshape((2, 2, 3))(y))
keras.Model(x, [L.Dense(2)(y), z, w])`,
  },
];

test(`layers of seed ${SEED}`, { timeout: 300_000 }, async () => {
  await expectAsKeras(cases);
});

beforeAll(async () => {
  const { registerLayers } = await import("../../sdk/dist/keras/layers/layer-types.js");
  registerLayers();
  await tf.ready();
});

// Stock Keras cannot run it after loading on every backend: the list of axes comes back as one of its own.
test("Softmax over several axes is that of them together", async () => {
  const { Softmax } = await import("../../sdk/dist/keras/layers/advanced-activations.js");
  tf.tidy(() => {
    const x = tf.randomNormal([2, 3, 4, 5]);
    const found = new Softmax({ axis: [1, 3] }).call(x);
    const together = tf.softmax(tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [2, 4, 15]));
    const wanted = tf.transpose(tf.reshape(together, [2, 4, 3, 5]), [0, 2, 1, 3]);
    expect(tf.max(tf.abs(tf.sub(found, wanted))).dataSync()[0]).toBeLessThan(1e-7);
  });
});

describe("noise in training", () => {
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values: ArrayLike<number>) => {
    const middle = mean(values);
    return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)));
  };
  const build = (className: string, config: object) => {
    const [layerClass] = tf.serialization.SerializationMap.getMap().classNameMap[className] as unknown as [
      new (config: object) => tf.layers.Layer,
    ];
    return new layerClass(config);
  };
  const perturbed = (className: string, config: object, input: tf.Tensor) =>
    build(className, config).apply(input, { training: true }) as tf.Tensor;

  test("has Keras' mean and deviation, and none in prediction", () => {
    tf.tidy(() => {
      const ones = tf.ones([40, 50, 30]);
      for (const [className, config, spread] of [
        ["Dropout", { rate: 0.3 }, Math.sqrt(0.3 / 0.7)],
        ["GaussianDropout", { rate: 0.2 }, Math.sqrt(0.2 / 0.8)],
        ["GaussianNoise", { stddev: 0.4 }, 0.4],
      ] as const) {
        const values = perturbed(className, config, ones).dataSync();
        expect(Math.abs(mean(values) - 1), className).toBeLessThan(0.02);
        expect(Math.abs(deviation(values) - spread), className).toBeLessThan(0.02);
        expect(
          Array.from((build(className, config).apply(ones) as tf.Tensor).dataSync()).every((value) => value === 1),
        ).toBe(true);
      }
      const normal = tf.randomNormal([60, 1000]);
      const kept = perturbed("AlphaDropout", { rate: 0.3 }, normal).dataSync();
      expect(Math.abs(mean(kept))).toBeLessThan(0.03);
      expect(Math.abs(deviation(kept) - 1)).toBeLessThan(0.03);
    });
  });

  test("drops along the axes that Keras does, with a seed other values each step", () => {
    tf.tidy(() => {
      for (const [className, config, shape, axes] of [
        ["SpatialDropout1D", {}, [8, 5, 6], [1]],
        ["SpatialDropout2D", { dataFormat: "channelsFirst" }, [8, 6, 3, 4], [2, 3]],
        ["SpatialDropout3D", {}, [8, 2, 3, 2, 6], [1, 2, 3]],
        ["Dropout", { noiseShape: [null, 1, 6] }, [8, 5, 6], [1]],
      ] as const) {
        const output = perturbed(className, { rate: 0.5, ...config }, tf.ones([...shape]));
        const [least, most] = [tf.min(output, [...axes]), tf.max(output, [...axes])].map((tensor) =>
          Array.from(tensor.dataSync()),
        );
        expect(least, className).toEqual(most);
        expect(new Set(least), className).toEqual(new Set([0, 2]));
      }
      const seeded = () => build("Dropout", { rate: 0.5, seed: 7 });
      const [first, second] = [seeded(), seeded()].map((layer) =>
        [1, 2].map(() => Array.from((layer.apply(tf.ones([50]), { training: true }) as tf.Tensor).dataSync())),
      );
      expect(first).toEqual(second);
      expect(first?.[0]).not.toEqual(first?.[1]);
    });
  });
});
