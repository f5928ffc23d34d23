import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeras, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runPython } from "../python.js";
import { SEED } from "./oracle.js";

interface Packed {
  readonly shape: number[];
  readonly values: number[];
}

interface Step {
  readonly inputs: Packed[];
  readonly targets: Packed[];
  readonly results?: number[];
}

interface Case {
  readonly name: string;
  readonly model: string;
  /** The arguments of `compile`. */
  readonly compile: string;
  readonly targets: readonly string[];
  readonly evaluate?: true;
}

interface Found {
  readonly steps: Step[];
  readonly after: Packed[][];
  readonly evaluated?: number[];
}

interface Resumed {
  readonly results: number[][];
  readonly after: Packed[];
  readonly iterations: number;
}

const DENSE = `
x = L.Input((3,))
y = L.Dense(4, activation='tanh', kernel_regularizer='l2', kernel_constraint=keras.constraints.MaxNorm(0.9))(x)
keras.Model(x, L.Dense(2)(L.Dense(4, trainable=False)(y)))`;

/** Branches, a shared layer and a model within the model: the order of the variables is no matter of course. */
const BRANCHES = `
x = L.Input((3,))
deep_in = L.Input((4,))
deep = keras.Model(deep_in, L.Dense(4, activation='tanh')(L.Dense(3)(deep_in)), name='deep')
shared = L.Dense(4, name='shared')
a, b = shared(x), shared(L.Dense(3)(x))
keras.Model(x, [L.Dense(2, name='one')(deep(L.Add()([a, b]))), L.Dense(1, name='two')(L.Dense(2)(deep(a)))])`;

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((value) => value.toFixed(4));
const flag = fc.constantFrom("True", "False");
const rate = fc.oneof(
  number(0.001, 0.1),
  number(0.01, 0.1).map((first) => `S.ExponentialDecay(${first}, 3, 0.7, staircase=True)`),
  number(0.01, 0.1).map((first) => `S.CosineDecay(${first}, 5, alpha=0.1)`),
  number(0.01, 0.1).map((first) => `S.CosineDecay(0.001, 4, warmup_target=${first}, warmup_steps=5)`),
  fc.constant("S.PiecewiseConstantDecay([4, 6], [0.1, 0.03, 0.01])"),
  number(0.01, 0.1).map((first) => `S.PolynomialDecay(${first}, 4, power=0.7, cycle=True)`),
  number(0.01, 0.1).map((first) => `S.InverseTimeDecay(${first}, 3, 0.5)`),
);
const common = fc
  .record({
    clipping: fc.constantFrom("", "clipnorm=0.3", "clipvalue=0.2", "global_clipnorm=0.5"),
    decay: fc.constantFrom("", "weight_decay=0.02"),
  })
  .map(({ clipping, decay }) => [clipping, decay]);
const beta = { beta_1: number(0.8, 0.95), beta_2: number(0.9, 0.999) };

/** Each optimizer's settings besides those that all have. */
const OPTIMIZERS: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<string>>>>> = {
  SGD: { momentum: fc.constantFrom("0.0", "0.9"), nesterov: flag },
  Adam: { ...beta, amsgrad: flag, epsilon: fc.constantFrom("1e-7", "1e-3") },
  AdamW: beta,
  Adamax: beta,
  Nadam: beta,
  RMSprop: { rho: number(0.8, 0.99), momentum: fc.constantFrom("0.0", "0.5"), centered: flag },
  Adagrad: { initial_accumulator_value: number(0, 0.5) },
  Adadelta: { rho: number(0.8, 0.99) },
  Ftrl: {
    initial_accumulator_value: number(0.1, 0.5),
    l1_regularization_strength: number(0, 0.02),
    l2_regularization_strength: number(0, 0.02),
    l2_shrinkage_regularization_strength: number(0, 0.02),
    beta: number(0, 0.5),
  },
  Lion: beta,
  Lamb: beta,
};

/** Lion steps by signs: where a gradient is 0 but for rounding, a large step would show the rounding. */
const smallRate = number(0.0001, 0.0005);

const optimizerCases = (className: string): Case[] =>
  fc
    .sample(
      fc.record({
        rate: className === "Lion" ? smallRate : rate,
        common,
        settings: fc.record({ ...OPTIMIZERS[className] }),
        isWide: fc.boolean(),
      }),
      {
        seed: SEED,
        numRuns: 2,
      },
    )
    .map(({ rate, common, settings, isWide }, i) => {
      const given = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
      const others = common.filter((text) => text && !(className === "AdamW" && text.startsWith("weight_decay")));
      const optimizer = `O.${className}(${[`learning_rate=${rate}`, ...given, ...others].join(", ")})`;
      return isWide
        ? {
            name: `${className}_${i}`,
            model: BRANCHES,
            compile: `optimizer=${optimizer}, loss=['mse', keras.losses.Huber()], loss_weights=[0.3, 2.0], metrics=[['mae'], ['accuracy', 'mse']]`,
            targets: ["numbers", "binary"],
          }
        : {
            name: `${className}_${i}`,
            model: DENSE,
            compile: `optimizer=${optimizer}, loss='mse', metrics=['mae', keras.metrics.RootMeanSquaredError()]`,
            targets: ["numbers"],
          };
    });

/** Each loss with an output of its own: its targets, the output's activation, its width, and metrics. */
const LOSSES: readonly (readonly [
  loss: string,
  targets: string,
  activation: string,
  width: number,
  metrics?: string,
])[] = [
  ["'mae'", "numbers", "None", 3],
  ["'mean_absolute_percentage_error'", "positive", "None", 3],
  ["keras.losses.MeanSquaredLogarithmicError()", "positive", "'softplus'", 3, "'msle'"],
  ["keras.losses.huber", "numbers", "None", 3],
  ["'log_cosh'", "numbers", "None", 3, "keras.metrics.LogCoshError()"],
  ["'binary_crossentropy'", "binary", "'sigmoid'", 1, "'accuracy', 'binary_crossentropy'"],
  [
    "keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)",
    "binary",
    "None",
    3,
    "keras.metrics.BinaryAccuracy(threshold=0.1)",
  ],
  ["'categorical_crossentropy'", "one hot", "'softmax'", 3, "'acc', 'categorical_accuracy'"],
  ["keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)", "one hot", "None", 3],
  ["'sparse_categorical_crossentropy'", "classes", "'softmax'", 3, "'accuracy'"],
  [
    "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    "classes",
    "None",
    3,
    "keras.metrics.SparseCategoricalAccuracy(name='hits')",
  ],
  ["'hinge'", "binary", "'tanh'", 3],
  ["keras.losses.SquaredHinge()", "signs", "'tanh'", 3],
  ["'categorical_hinge'", "one hot", "'tanh'", 3],
  ["keras.losses.KLDivergence()", "shares", "'softmax'", 3],
  ["'poisson'", "positive", "'softplus'", 3],
  ["keras.losses.CosineSimilarity()", "numbers", "None", 3, "keras.metrics.CosineSimilarity()"],
  ["keras.losses.MeanSquaredError(reduction='sum')", "numbers", "None", 3],
];

const LOSS_CASES: readonly Case[] = [
  {
    name: "losses",
    model: `
x = L.Input((3,))
keras.Model(x, [${LOSSES.map(([, , activation, width]) => `L.Dense(${width}, activation=${activation})(x)`).join(", ")}])`,
    compile: `optimizer=O.SGD(0.05), loss=[${LOSSES.map(([loss]) => loss).join(", ")}], metrics=[${LOSSES.map(([, , , , metrics = ""]) => `[${metrics}]`).join(", ")}]`,
    targets: LOSSES.map(([, targets]) => targets),
    evaluate: true,
  },
  {
    name: "masked",
    model: `
x = L.Input((3, 2))
keras.Model(x, [L.Dense(2, name=name)(L.Masking(0.0)(L.ReLU(threshold=0.5)(x))) for name in ("mean", "sum")])`,
    compile: `optimizer="sgd", loss={"mean": "mse", "sum": keras.losses.MeanSquaredError(reduction="sum")}, metrics={"sum": "mae"}`,
    targets: ["numbers", "numbers"],
  },
  {
    name: "steps",
    model: `
x = L.Input((4, 2))
keras.Model(x, L.Dense(3, activation="softmax")(x))`,
    compile: `optimizer=O.SGD(1.0), loss="sparse_categorical_crossentropy", metrics=["accuracy"]`,
    targets: ["classes"],
  },
];

/** What does not load: the model comes uncompiled, and goes on in Python all the same. */
const REFUSED: readonly (Case & { readonly reason: RegExp })[] = [
  [
    "optimizer=O.Adam(0.01), loss='mse', metrics=[keras.metrics.AUC()]",
    "binary",
    /the metric 'AUC', which does not load/,
  ],
  ["optimizer=O.Muon(0.01), loss='mse'", "numbers", /the optimizer 'Muon', which does not load/],
  ["optimizer=O.LossScaleOptimizer(O.Adam(0.01)), loss='mse'", "numbers", /the optimizer 'LossScaleOptimizer'/],
  ["optimizer=O.Adam(0.01, use_ema=True), loss='mse'", "numbers", /'Adam' with use_ema=true/],
].map(([compile, targets, reason], i) => ({
  name: `refused_${i}`,
  model: DENSE.replace("'tanh'", "'sigmoid'"),
  compile: compile as string,
  targets: [targets as string],
  reason: reason as RegExp,
}));

const cases = [...Object.keys(OPTIMIZERS).flatMap(optimizerCases), ...LOSS_CASES];
const folder = mkdtempSync(join(tmpdir(), "litlab-compiled-"));
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));
const python = (request: object) =>
  runPython("test/keras/compiled.py", [], JSON.stringify({ folder, seed: SEED, ...request }));
const unpack = ({ values, shape }: Packed) => tf.tensor(values, shape);

beforeAll(async () => {
  console.log(`${cases.length} compiled models of seed ${SEED}`);
  await tf.ready();
  await python({ cases: [...cases, ...REFUSED] });
}, 300_000);
afterAll(async () => {
  await tf.setBackend("wasm");
  rmSync(folder, { recursive: true, force: true });
});

function expectClose(found: ArrayLike<number>, wanted: readonly number[], where: string): void {
  expect(found.length, where).toBe(wanted.length);
  // A centered RMSprop divides by a difference that begins near 0, which multiplies rounding.
  const tolerance = where.includes("centered=True") ? 1e-4 : 1e-5;
  for (const [i, want] of wanted.entries())
    if (!(Math.abs((found[i] as number) - want) <= tolerance * Math.max(1, Math.abs(want))))
      expect(found[i], `${where}, value ${i}`).toBe(want);
}

async function train(model: tf.LayersModel, steps: readonly Step[]): Promise<number[][]> {
  const results: number[][] = [];
  for (const { inputs, targets } of steps) {
    const [x, y] = [inputs.map(unpack), targets.map(unpack)];
    results.push([await model.trainOnBatch(x, y)].flat());
    tf.dispose([x, y]);
  }
  return results;
}

async function expectWeights(model: tf.LayersModel, wanted: readonly Packed[], where: string): Promise<void> {
  const weights = model.layers.flatMap((layer) => layer.weights.map((weight) => weight.read()));
  expect(
    weights.map(({ shape }) => shape),
    where,
  ).toEqual(wanted.map(({ shape }) => shape));
  for (const [i, weight] of weights.entries())
    expectClose(await weight.data(), wanted[i]?.values ?? [], `${where}, weight ${i}`);
}

/** `_1` of two cases: from `.h5` and on cpu. */
const isSecond = ({ name }: Case): boolean => name.endsWith("_1");

test("training goes on as in Python", { timeout: 300_000 }, async () => {
  for (const given of cases) {
    const { name, compile } = given;
    const { steps, after, evaluated } = read(`${name}.json`) as Found;
    const format = isSecond(given) ? "h5" : "keras";
    await tf.setBackend(isSecond(given) ? "cpu" : "wasm");
    const where = `${name}.${format}: ${compile}`;
    const model = await loadKeras(join(folder, `${name}.${format}`));
    const before = tf.memory().numTensors;
    const results = await train(model, steps.slice(0, 3));
    for (const [i, found] of results.entries()) expectClose(found, steps[i]?.results ?? [], `${where}, step ${i}`);
    await expectWeights(model, after[0] ?? [], where);
    expect(tf.memory().numTensors, `tensors that ${where} left`).toBe(before);
    if (!isSecond(given)) await expectSavedTwice(model, name);
    if (evaluated) {
      await train(model, steps.slice(3));
      const [{ inputs, targets }] = steps as [Step];
      const found = [model.evaluate(inputs.map(unpack), targets.map(unpack))]
        .flat()
        .map((value) => value.dataSync()[0] ?? 0);
      expectClose(found, evaluated, `the evaluation of ${where}`);
    }
    model.dispose();
  }
});

test("and in Python goes on from here as it would have there", { timeout: 300_000 }, async () => {
  const resumed = cases.filter((given) => !isSecond(given));
  await resume(resumed.map(({ name }) => ({ name, batches: (read(`${name}.json`) as Found).steps.slice(3) })));
  for (const { name, compile } of resumed) {
    const { steps, after } = read(`${name}.json`) as Found;
    expectResumed(name, steps.slice(3), after[1] ?? [], compile);
    expect((read(`${name}.resumed.json`) as Resumed).iterations).toBe(9);
  }
});

test("what does not load is named, and is there again when the model is saved", { timeout: 300_000 }, async () => {
  for (const { name, reason } of REFUSED) {
    const model = await loadKeras(join(folder, `${name}.keras`));
    const [{ inputs, targets }] = (read(`${name}.json`) as Found).steps as [Step];
    await expect(model.trainOnBatch(inputs.map(unpack), targets.map(unpack))).rejects.toThrow(reason);
    await expectSavedTwice(model, name);
    model.dispose();
  }
  await resume(REFUSED.map(({ name }) => ({ name, batches: (read(`${name}.json`) as Found).steps.slice(0, 3) })));
  for (const { name, compile } of REFUSED) {
    const { steps, after } = read(`${name}.json`) as Found;
    expectResumed(name, steps.slice(0, 3), after[0] ?? [], compile);
  }
});

/** tfjs' optimizers, and whether their steps are Keras'. */
const OWN: Readonly<Record<string, readonly [make: () => tf.Optimizer, isSame: boolean]>> = {
  sgd: [() => tf.train.sgd(0.05), true],
  momentum: [() => tf.train.momentum(0.05, 0.9), true],
  nesterov: [() => tf.train.momentum(0.05, 0.9, true), true],
  adagrad: [() => tf.train.adagrad(0.05), true],
  // tfjs divides by the average of before the step.
  adadelta: [() => tf.train.adadelta(1, 0.95), false],
  // tfjs adds epsilon before the correction of the bias, Keras after it.
  adam: [() => tf.train.adam(0.01), false],
  adamax: [() => tf.train.adamax(0.01), true],
  rmsprop: [() => tf.train.rmsprop(0.01, 0.9, 0.5), true],
};

test("a model that TensorFlow.js has compiled goes on in Python", { timeout: 300_000 }, async () => {
  await tf.setBackend("wasm");
  let seed = SEED;
  const wanted = new Map<string, { steps: Step[]; after: Packed[]; isSame: boolean }>();
  const pack = (shape: number[]): Packed => {
    const length = shape.reduce((a, b) => a * b);
    const one = fc.float({ min: -1, max: 1, noNaN: true });
    return {
      shape,
      values: fc.sample(fc.array(one, { minLength: length, maxLength: length }), { seed: ++seed, numRuns: 1 })[0] ?? [],
    };
  };
  for (const [name, [make, isSame]] of Object.entries(OWN)) {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 4, inputShape: [3], activation: "tanh" }),
        tf.layers.dense({ units: 2, activation: "softmax" }),
      ],
    });
    model.compile({ optimizer: make(), loss: "meanSquaredError", metrics: ["mae"] });
    const steps = Array.from({ length: 6 }, () => ({ inputs: [pack([5, 3])], targets: [pack([5, 2])] }));
    await train(model, steps.slice(0, 3));
    await saveKeras(model, join(folder, `${name}.saved.keras`));
    const goesOn = isSame ? model : await loadKeras(join(folder, `${name}.saved.keras`));
    const results = await train(goesOn, steps.slice(3));
    const after = goesOn.getWeights().map((weight) => ({ shape: weight.shape, values: [...weight.dataSync()] }));
    wanted.set(name, {
      steps: steps.slice(3).map((step, i) => ({ ...step, results: results[i] ?? [] })),
      after,
      isSame,
    });
  }
  await resume([...wanted].map(([name, { steps }]) => ({ name, batches: steps })));
  for (const [name, { steps, after }] of wanted) {
    expectResumed(name, steps, after, "by TensorFlow.js");
    expect((read(`${name}.resumed.json`) as Resumed).iterations).toBe(6);
  }
});

const resume = (batches: readonly { readonly name: string; readonly batches: readonly Step[] }[]) =>
  python({ resume: batches });

function expectResumed(name: string, steps: readonly Step[], after: readonly Packed[], compile: string): void {
  const found = read(`${name}.resumed.json`) as Resumed;
  for (const [i, results] of found.results.entries())
    expectClose(results, steps[i]?.results ?? [], `${name} again in Python: ${compile}, step ${i}`);
  for (const [i, { values }] of found.after.entries())
    expectClose(values, after[i]?.values ?? [], `${name} again in Python: ${compile}, weight ${i}`);
}

async function expectSavedTwice(model: tf.LayersModel, name: string): Promise<void> {
  const [first, second] = [join(folder, `${name}.saved.keras`), join(folder, "again.keras")];
  await saveKeras(model, first);
  const again = await loadKeras(first);
  await saveKeras(again, second);
  again.dispose();
  expect(readFileSync(second).equals(readFileSync(first)), `${name} saved twice`).toBe(true);
}
