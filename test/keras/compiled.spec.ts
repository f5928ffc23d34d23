import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeras, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
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
  /** What `fit` takes besides data. */
  readonly fit?: string;
}

interface Fitted {
  readonly data: Packed[][];
  readonly history: Record<string, number[][]>;
  readonly named: Record<string, number[]>;
  readonly listed: number[];
  readonly after: Packed[];
}

interface Found {
  readonly steps: Step[];
  readonly after: Packed[][];
  readonly iterations: number;
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
  number(0.01, 0.1).map((first) => `S.CosineDecayRestarts(${first}, 2, t_mul=2.0, m_mul=0.8, alpha=0.05)`),
  number(0.01, 0.1).map((first) => `S.CosineDecayRestarts(${first}, 3, t_mul=1.0)`),
);
const common = fc
  .record({
    clipping: fc.constantFrom("", "clipnorm=0.3", "clipvalue=0.2", "global_clipnorm=0.5"),
    decay: fc.constantFrom("", "weight_decay=0.02"),
    average: fc.constantFrom("", "use_ema=True, ema_momentum=0.9", "use_ema=True, ema_overwrite_frequency=2"),
    accumulation: fc.constantFrom("", "gradient_accumulation_steps=2"),
  })
  .map(({ clipping, decay, average, accumulation }) => [clipping, decay, average, accumulation]);
const beta = { beta_1: number(0.8, 0.95), beta_2: number(0.9, 0.999) };

/** Each optimizer's settings besides those that all have. */
const OPTIMIZERS: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<string>>>>> = {
  SGD: { momentum: fc.constantFrom("0.0", "0.9"), nesterov: flag },
  Adam: { ...beta, amsgrad: flag, epsilon: fc.constantFrom("1e-7", "1e-3") },
  AdamW: beta,
  Adamax: beta,
  Nadam: beta,
  // Centered, it divides by a difference that begins near 0: a smaller epsilon would multiply rounding.
  RMSprop: {
    rho: number(0.8, 0.99),
    momentum: fc.constantFrom("0.0", "0.5"),
    epsilon: fc.constant("0.01"),
    centered: flag,
  },
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
  ScheduleFreeAdamW: { ...beta, warmup_steps: fc.constantFrom("0", "4") },
  Adafactor: {
    beta_2_decay: number(-0.9, -0.7),
    clip_threshold: number(0.5, 1.5),
    relative_step: flag,
  },
  Muon: {
    momentum: number(0.8, 0.95),
    nesterov: flag,
    adam_lr_ratio: number(0.5, 1),
    rms_rate: fc.constantFrom("0.2", "None"),
    ns_steps: fc.constantFrom("2", "5"),
  },
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
        // Keras cannot write Adafactor to .h5: two of its arrays have one name.
        numRuns: className === "Adafactor" ? 1 : 2,
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
  ["keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, gamma=1.5)", "binary", "'sigmoid'", 3],
  ["keras.losses.BinaryFocalCrossentropy(from_logits=True, label_smoothing=0.1)", "binary", "None", 3],
  ["keras.losses.CategoricalFocalCrossentropy()", "one hot", "'softmax'", 3],
  ["keras.losses.CategoricalFocalCrossentropy(from_logits=True, alpha=0.3, label_smoothing=0.1)", "one hot", "None", 3],
  ["keras.losses.Dice()", "binary", "'sigmoid'", 3],
  ["keras.losses.Dice(axis=-1)", "binary", "'sigmoid'", 3],
  ["keras.losses.Tversky(alpha=0.3, beta=0.6)", "binary", "'sigmoid'", 3],
  ["keras.losses.SparseCategoricalCrossentropy(ignore_class=1)", "classes", "'softmax'", 3],
  [
    "keras.losses.SparseCategoricalCrossentropy(ignore_class=0, from_logits=True, reduction='sum')",
    "classes",
    "None",
    3,
  ],
  ["keras.losses.Circle(gamma=4.0)", "classes", "'tanh'", 3],
  ["keras.losses.Circle(gamma=2.0, margin=0.2, remove_diagonal=False)", "first class", "'tanh'", 3],
  ["'crossentropy'", "classes", "'softmax'", 3],
  ["'crossentropy'", "one hot", "'softmax'", 3],
  ["'crossentropy'", "binary", "'sigmoid'", 1],
];

/** Metrics that count over batches, each with an output of its own: targets, activation, width. */
const METRICS: readonly (readonly [metric: string, targets: string, activation: string, width: number])[] = [
  ["M.AUC()", "binary", "'sigmoid'", 1],
  ["M.AUC(num_thresholds=17, curve='PR')", "binary", "'sigmoid'", 3],
  ["M.AUC(curve='PR', summation_method='majoring', from_logits=True)", "binary", "None", 3],
  ["M.AUC(curve='PRGAIN', summation_method='minoring')", "binary", "'sigmoid'", 3],
  ["M.AUC(multi_label=True, num_labels=3)", "binary", "'sigmoid'", 3],
  ["M.AUC(thresholds=[0.7, 0.2], curve='PR')", "binary", "'sigmoid'", 3],
  ["M.Precision(), M.Recall(), 'mse'", "binary", "'sigmoid'", 1],
  ["M.Precision(thresholds=[0.3, 0.6]), M.Recall(thresholds=[0.0, 0.5, 1.0])", "binary", "'sigmoid'", 3],
  [
    "M.Precision(top_k=2, class_id=1), M.Recall(top_k=1), M.Recall(class_id=2, thresholds=0.4)",
    "one hot",
    "'softmax'",
    3,
  ],
  [
    "M.TruePositives(), M.FalsePositives(0.4), M.TrueNegatives([0.3, 0.6]), M.FalseNegatives()",
    "binary",
    "'sigmoid'",
    2,
  ],
  ["M.SensitivityAtSpecificity(0.4), M.SpecificityAtSensitivity(0.6, num_thresholds=1)", "binary", "'sigmoid'", 2],
  ["M.PrecisionAtRecall(0.5, num_thresholds=20), M.RecallAtPrecision(0.4, class_id=1)", "binary", "'sigmoid'", 2],
  ["M.F1Score(), M.F1Score('micro'), M.F1Score('macro', threshold=0.4)", "one hot", "'softmax'", 3],
  ["M.FBetaScore('weighted', beta=2.0), M.FBetaScore(beta=0.5, threshold=0.3)", "one hot", "'softmax'", 3],
  ["M.R2Score(), M.R2Score('variance_weighted_average'), M.R2Score(None)", "numbers", "None", 3],
  ["M.RootMeanSquaredError(), M.PearsonCorrelation(), M.ConcordanceCorrelation()", "numbers", "None", 3],
  ["M.TopKCategoricalAccuracy(2), 'top_k_categorical_accuracy', M.CategoricalHinge()", "one hot", "'softmax'", 3],
  ["M.SparseTopKCategoricalAccuracy(k=2), M.MeanIoU(3, sparse_y_pred=False)", "classes", "'softmax'", 3],
  ["M.IoU(3, [0, 2], sparse_y_pred=False, ignore_class=1)", "classes", "'softmax'", 3],
  ["M.OneHotIoU(3, [0, 2]), M.OneHotMeanIoU(3)", "one hot", "'softmax'", 3],
  ["M.BinaryIoU(threshold=0.4), M.BinaryIoU([1]), M.BinaryAccuracy(threshold=0.3)", "binary", "'sigmoid'", 2],
  ["M.CosineSimilarity(), M.CosineSimilarity(), M.Accuracy()", "numbers", "None", 3],
];

/** Nothing to train, and moving statistics that training moves all the same. */
const UNTRAINED = {
  model: `
x = L.Input((3,))
y = L.BatchNormalization(center=False, scale=False)(L.Dense(4, kernel_regularizer="l2", trainable=False)(x))
keras.Model(x, L.Dense(2, activity_regularizer="l2", trainable=False)(y))`,
  compile: 'optimizer=O.Adam(0.01), loss="mse", metrics=["mae", M.RootMeanSquaredError()]',
  targets: ["numbers"],
};

const FIT_CASES: readonly Case[] = [
  { name: "untrained_fit", ...UNTRAINED, fit: "" },
  {
    name: "metrics",
    model: `
x = L.Input((3,))
keras.Model(x, [${METRICS.map(([, , activation, width], i) => `L.Dense(${width}, activation=${activation}, name="out${i}")(x)`).join(", ")}])`,
    compile: `optimizer=O.SGD(0.05), loss=[${METRICS.map(([, targets]) => (targets === "classes" ? "'sparse_categorical_crossentropy'" : "'mse'")).join(", ")}], metrics=[${METRICS.map(([metrics]) => `[${metrics}]`).join(", ")}]`,
    targets: METRICS.map(([, targets]) => targets),
    fit: "",
  },
  {
    name: "weighted",
    model: `
x = L.Input((3,))
keras.Model(x, L.Dense(1, activation="sigmoid")(x))`,
    compile: `optimizer=O.Adam(0.01, use_ema=True), loss="binary_crossentropy", metrics=["mae", "accuracy"], weighted_metrics=["accuracy", M.Precision(), M.AUC(), M.RootMeanSquaredError(), "mse", M.R2Score(), M.BinaryIoU(dtype="float32"), M.F1Score("micro", threshold=0.5)]`,
    targets: ["binary"],
    fit: "class_weight={0: 0.5, 1: 2.0}",
  },
  {
    name: "one_layer",
    model: `
x = L.Input((3, 2))
keras.Model(x, [*L.LSTM(2, return_state=True, name="lstm")(x), L.Dense(1, name="dense")(L.Flatten()(x))])`,
    compile: `optimizer=O.SGD(0.05), loss="mse", metrics=[["mae"], ["mae"], [], ["mse", "mae"]]`,
    targets: ["numbers", "numbers", "numbers", "numbers"],
    fit: "",
  },
  {
    name: "keys",
    model: `
x = L.Input((3,))
keras.Model(x, {"a": L.Dense(2)(x), "b": L.Dense(2)(x)})`,
    compile: `optimizer=O.SGD(0.05), loss={"a": "mse", "b": "mae"}, metrics={"b": ["mse", M.RootMeanSquaredError()]}`,
    targets: ["numbers", "numbers"],
    fit: "",
  },
  {
    name: "masks",
    model: `
x = L.Input((3, 2))
keras.Model(x, L.Dense(2, activation="softmax")(L.Masking(0.0)(L.ReLU(threshold=0.5)(x))))`,
    compile: `optimizer=O.SGD(0.05), loss="mse", metrics=["mae", "accuracy", M.RootMeanSquaredError(), M.Precision()]`,
    targets: ["one hot"],
    fit: "",
  },
];

const LOSS_CASES: readonly Case[] = [
  { name: "untrained", ...UNTRAINED, evaluate: true },
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
    name: "penalties",
    model: `
inner = keras.Sequential([L.Input((4,)), L.Dense(3, activation="tanh", activity_regularizer="l1", bias_regularizer="l2"), L.ActivityRegularization(0.1, 0.2)])
x = L.Input((3,))
y = L.Dense(4, kernel_regularizer=keras.regularizers.L1(0.1), activity_regularizer="l2")(x)
keras.Model(x, L.Dense(2)(inner(y[:, :1] * y)))`,
    compile: 'optimizer=O.SGD(0.05), loss="mse"',
    targets: ["numbers"],
    evaluate: true,
  },
  {
    name: "masked",
    model: `
x = L.Input((3, 2))
keras.Model(x, [L.Dense(2, name=name)(L.Masking(0.0)(L.ReLU(threshold=0.5)(x))) for name in ("mean", "sum")])`,
    compile: `optimizer="sgd", loss={"mean": "mse", "sum": keras.losses.MeanSquaredError(reduction="sum")}`,
    targets: ["numbers", "numbers"],
  },
  {
    name: "axes",
    model: `
x = L.Input((4, 3))
shares = lambda y: L.Softmax(axis=1)(y)
keras.Model(x, [shares(L.Dense(5)(x)), L.Dense(5)(x), shares(L.Dense(2)(x)), *[L.Dense(2, activation="sigmoid")(x) for _ in range(3)]])`,
    // Keras does not save the axis of CosineSimilarity: it loads with the last.
    compile: `optimizer=O.SGD(0.05), loss=[keras.losses.CategoricalCrossentropy(axis=1, label_smoothing=0.1), keras.losses.CategoricalCrossentropy(axis=-2, from_logits=True), keras.losses.CategoricalFocalCrossentropy(axis=1, label_smoothing=0.2), keras.losses.BinaryCrossentropy(axis=1), keras.losses.BinaryFocalCrossentropy(axis=1), "mse"], metrics=[[keras.metrics.CategoricalCrossentropy(axis=1)], [], [], [keras.metrics.BinaryAccuracy()], [], [keras.metrics.PearsonCorrelation(axis=1), keras.metrics.ConcordanceCorrelation(axis=-2)]]`,
    targets: ["shares", "shares", "shares", "binary", "binary", "numbers"],
    evaluate: true,
  },
  {
    name: "excluded",
    model: `
x = L.Input((3,))
inner = keras.Sequential([L.Input((3,)), L.Dense(4, name="within")])
keras.Model(x, L.Dense(2, name="out")(L.Dense(4, name="kept")(inner(x))))`,
    compile: `optimizer=O.Muon(0.01, exclude_layers=["^out/k", "with.n"]), loss="mse", metrics=[keras.metrics.F1Score(), "mae"]`,
    targets: ["one hot"],
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

/** Labels of 4 places, of which those that are not 0 count, for 12 steps: some are not likely at all. */
const CTC: Case = {
  name: "ctc",
  model: `
x = L.Input((12, 2))
y = L.Dense(8, activation="tanh")(x)
keras.Model(x, [L.Dense(3)(y), L.Dense(5)(y)])`,
  compile: 'optimizer=O.SGD(0.01), loss=[keras.losses.CTC(), keras.losses.CTC(reduction="sum")]',
  targets: ["labels", "labels"],
  evaluate: true,
};

/** An optimizer for each layer, by its path, one of them for none. */
const MULTI: Case = {
  name: "multi",
  model: `
x = L.Input((6, 3))
inner = keras.Sequential([L.Input((6, 4)), L.Dense(4, activation="tanh", name="within"), L.LayerNormalization(name="even")])
y = inner(L.BatchNormalization(name="norm")(L.SeparableConv1D(4, 2, padding="same", use_bias=False, name="part")(x)))
keras.Model(x, L.Dense(2, name="head")(L.DepthwiseConv1D(2, name="deep")(y)))`,
  compile: `optimizer=O.MultiOptimizer(O.OptimizerMap(O.Adam(S.ExponentialDecay(0.02, 3, 0.7)), {
    "part/.*_kernel|deep/k.+": O.SGD(0.05, momentum=0.9), ".*with.n/.+": O.RMSprop(0.01, epsilon=0.01, use_ema=True),
    "head/bias": O.Adam(0.01, clipnorm=0.3), ".*/none": O.Adam()})), loss="mse"`,
  targets: ["numbers"],
};

/** Layers within models and within layers. */
const NESTED = `
x = L.Input((3,))
deep_in = L.Input((4,))
deep = keras.Model(deep_in, L.Dense(2, name="deep_2")(L.BatchNormalization(name="norm")(L.Dense(3, name="deep_1")(deep_in))), name="deep")
line = keras.Sequential([L.Input((2,)), L.Dense(3, name="line_1"), L.Dense(3, name="line_2")], name="line")
y = L.Reshape((3, 1))(line(deep(L.Dense(4, name="top")(x))))
y = L.TimeDistributed(keras.Sequential([L.Input((1,)), L.Dense(2, name="step")], name="steps"), name="each")(y)
y = L.MultiHeadAttention(2, 2, name="heads")(y, y)
y = L.Bidirectional(L.LSTM(2), name="both")(y)
model = keras.Model(x, L.Dense(1, name="end")(y))
`;
const FROZEN = "deep = model.get_layer('deep'); deep.trainable = False";
const NESTED_CASES: readonly Case[] = Object.entries({
  free: "",
  frozen: "model.trainable = False",
  partly: `${FROZEN}; deep.get_layer('deep_1').trainable = True; model.get_layer('line').get_layer('line_1').trainable = False`,
  wrapped: "for name in ('each', 'both'): model.get_layer(name).trainable = False",
}).map(([name, code]) => ({
  name: `nested_${name}`,
  model: `${NESTED}${code}\nmodel`,
  compile: 'optimizer=O.SGD(0.05), loss="mse"',
  targets: ["numbers"],
}));

type Setting = readonly [path: readonly string[], trainable: boolean];

/** What is frozen and set free again, in this order. Keras itself forgets of a file that a MultiHeadAttention was frozen. */
const FREEZING: readonly (readonly Setting[])[] = [
  [],
  [[["deep"], false]],
  [[["deep"], true]],
  [[[], true]],
  [[[], false]],
  [
    [[], false],
    [["deep", "deep_1"], true],
    [[], true],
    [["line"], false],
  ],
  [
    [["deep"], false],
    [["deep", "norm"], true],
    [["line"], false],
    [["line", "line_2"], true],
  ],
  [
    [["each"], false],
    [["both"], false],
  ],
  [
    [["each"], true],
    [["both"], false],
    [["both", "forward_layer"], true],
  ],
];

/** A metric that only Python knows. */
const STRANGE: Case = {
  name: "strange",
  model: DENSE,
  compile: "optimizer=O.Adam(0.01), loss='mse', metrics=[strange, 'mae']",
  targets: ["numbers"],
};

const LOSS_SCALE: Case = {
  name: "loss_scale",
  model: DENSE,
  compile: "optimizer=O.LossScaleOptimizer(O.Adam(0.01)), loss='mse'",
  targets: ["numbers"],
};

/** What does not load: the model comes uncompiled, and goes on in Python all the same. */
const REFUSED: readonly (Case & { readonly reason: RegExp })[] = [
  [
    "optimizer=O.Muon(0.01, exclude_layers=['(?i)x']), loss='mse'",
    "numbers",
    /'Muon' with exclude_layers=\["\(\?i\)x"\], which does not load.*model\.compile\(\{/,
  ],
  ["optimizer=O.Adam(0.01), loss=strange", "numbers", /the loss 'litlab>strange', which does not load/],
  [
    "optimizer=O.MultiOptimizer(O.OptimizerMap(O.SGD(0.01), {'(dense|other)/.*': O.Adam(0.01)})), loss='mse'",
    "numbers",
    /the optimizer 'MultiOptimizer' with the pattern "\(dense\|other\)/,
  ],
].map(([compile, targets, reason], i) => ({
  name: `refused_${"abc"[i]}`,
  model: DENSE.replace("'tanh'", "'sigmoid'"),
  compile: compile as string,
  targets: [targets as string],
  reason: reason as RegExp,
}));

const cases = [...Object.keys(OPTIMIZERS).flatMap(optimizerCases), ...LOSS_CASES, CTC, LOSS_SCALE, MULTI];
const folder = mkdtempSync(join(tmpdir(), "litlab-compiled-"));
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));
const python = (request: object) =>
  runPython("test/keras/compiled.py", [], JSON.stringify({ folder, seed: SEED, ...request }));
const unpack = ({ values, shape }: Packed) => tf.tensor(values, shape);

beforeAll(async () => {
  console.log(`${cases.length} compiled models of seed ${SEED}`);
  await tf.ready();
  await python({ cases: [...cases, ...REFUSED, ...FIT_CASES, ...NESTED_CASES, STRANGE] });
}, 900_000); // JAX compiles each of them: more than five minutes on two busy cores.
afterAll(async () => {
  await tf.setBackend("wasm");
  rmSync(folder, { recursive: true, force: true });
});

function expectClose(found: ArrayLike<number>, wanted: readonly number[], where: string): void {
  expect(found.length, where).toBe(wanted.length);
  for (const [i, want] of wanted.entries())
    if (!(Math.abs((found[i] as number) - want) <= 1e-5 * Math.max(1, Math.abs(want))))
      expect(found[i], `${where}, value ${i}`).toBe(want);
}

async function train(model: tf.LayersModel, steps: readonly Step[]): Promise<number[][]> {
  const results: number[][] = [];
  for (const { inputs, targets } of steps) {
    const [x, y] = [inputs.map(unpack), targets.map(unpack)];
    results.push([await model.trainOnBatch(x, y)].flat(2));
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
    expect(tf.memory().numTensors, `tensors that ${where} left`).toBeLessThanOrEqual(before);
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
    const { steps, after, iterations } = read(`${name}.json`) as Found;
    expectResumed(name, steps.slice(3), after[1] ?? [], compile);
    expect((read(`${name}.resumed.json`) as Resumed).iterations).toBe(iterations);
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

test("metrics count over the batches of an epoch and of an evaluation", { timeout: 300_000 }, async () => {
  for (const { name, compile, fit } of FIT_CASES) {
    const { data, history, named, listed, after } = read(`${name}.json`) as Fitted;
    const where = `${name}: ${compile}`;
    await tf.setBackend("wasm");
    const model = await loadKeras(join(folder, `${name}.keras`));
    const [x, y, ...held] = data.map((arrays) => arrays.map(unpack)) as [tf.Tensor[], tf.Tensor[], ...tf.Tensor[][]];
    const before = tf.memory().numTensors;
    const { history: found } = await model.fit(x, y, {
      batchSize: 4,
      epochs: 2,
      shuffle: false,
      verbose: 0,
      validationData: held as [tf.Tensor[], tf.Tensor[]],
      ...(fit && { classWeight: { 0: 0.5, 1: 2 } }),
    });
    expect(Object.keys(found).sort(), where).toEqual(Object.keys(history).sort());
    // JAX loses an output's mask where it takes gradients.
    for (const [key, values] of Object.entries(history))
      for (const [epoch, wanted] of values.entries())
        if (name !== "masks" || key.includes("loss") || key.startsWith("val_"))
          expectClose([found[key]?.[epoch] ?? []].flat() as number[], wanted, `${key} in epoch ${epoch} of ${where}`);
    const results = [model.evaluate(x, y, { batchSize: 4 })].flat();
    expect([...model.metricsNames].sort(), where).toEqual(Object.keys(named).sort());
    for (const [i, key] of model.metricsNames.entries())
      expectClose(results[i]?.dataSync() ?? [], named[key] ?? [], `${key} of the evaluation of ${where}`);
    // Keras repeats the results of outputs and of metrics that have one name.
    const all = results.flatMap((result) => [...result.dataSync()]);
    if (name !== "one_layer" && name !== "weighted") expectClose(all, listed, `the evaluation of ${where}`);
    await expectWeights(model, after, where);
    tf.dispose(results);
    expect(tf.memory().numTensors, `tensors that ${where} left`).toBeLessThanOrEqual(before);
    model.dispose();
    tf.dispose([x, y, held]);
  }
});

test("a metric that only Python knows is left out, with a warning, and saved again", { timeout: 300_000 }, async () => {
  const { name, compile } = STRANGE;
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const model = await loadKeras(join(folder, `${name}.keras`));
  expect(warn.mock.calls.flat().join()).toMatch(/compiled without the metric 'litlab>strange', which does not load$/);
  warn.mockRestore();
  const { steps, after } = read(`${name}.json`) as Found;
  const [{ results }] = steps as [Step];
  const [loss = 0, , mae = 0] = results ?? [];
  expectClose((await train(model, steps.slice(0, 1)))[0] ?? [], [loss, mae], name);
  await saveKeras(model, join(folder, `${name}.saved.keras`));
  model.dispose();
  await resume([{ name, batches: steps.slice(1, 3) }]);
  expectResumed(name, steps.slice(1, 3), after[0] ?? [], compile);
});

interface Frozen {
  /** How many weights the model trains. */
  readonly trained: number;
  /** Each layer with weights, and whether it is trainable. */
  readonly layers: Record<string, boolean>;
}

type Outer = tf.layers.Layer & { readonly inner?: ReadonlyMap<string, tf.layers.Layer> };

const within = (layer: tf.layers.Layer, name: string): tf.layers.Layer =>
  (layer as Outer).inner?.get(name) ?? (layer as tf.LayersModel).getLayer(name);

const leaves = (model: tf.LayersModel): tf.layers.Layer[] =>
  model.layers.flatMap((layer) =>
    layer instanceof tf.LayersModel ? leaves(layer) : layer.weights.length > 0 ? [layer] : [],
  );

const frozen = (model: tf.LayersModel): Frozen => ({
  trained: model.trainableWeights.length,
  layers: Object.fromEntries(leaves(model).map((layer) => [layer.name, layer.trainable])),
});

test("what is frozen and set free again is so in Python, here, and when it is saved", {
  timeout: 300_000,
}, async () => {
  await tf.setBackend("wasm");
  const all = NESTED_CASES.flatMap(({ name }) => FREEZING.map((set, i) => ({ name, set, result: `${name}_${i}` })));
  await python({ freeze: all.map(({ name, set, result }) => ({ file: `${name}.keras`, set, result })) });
  const steps = new Map<string, Step[]>();
  for (const { name, set, result } of all) {
    const where = `${name} with ${JSON.stringify(set)}`;
    const model = await loadKeras(join(folder, `${name}.keras`));
    for (const [path, trainable] of set) path.reduce(within, model as tf.layers.Layer).trainable = trainable;
    expect(frozen(model), where).toEqual(read(`${result}.json`));
    model.compile({ optimizer: tf.train.sgd(0.05), loss: "meanSquaredError" });
    expect(frozen(model), `${where}, compiled`).toEqual(read(`${result}.json`));
    await saveKeras(model, join(folder, `${result}.saved.keras`));
    const again = await loadKeras(join(folder, `${result}.saved.keras`));
    expect(frozen(again), `${where}, saved`).toEqual(read(`${result}.json`));
    again.dispose();
    if (name === "nested_free") {
      const batches = (read(`${name}.json`) as Found).steps.slice(0, 3);
      const results = await train(model, batches);
      steps.set(
        result,
        batches.map((step, i) => ({ ...step, results: results[i] ?? [] })),
      );
    }
    model.dispose();
  }
  const saved = all.map(({ result }) => ({ file: `${result}.saved.keras`, set: [], result: `${result}_saved` }));
  await python({ freeze: saved, resume: [...steps].map(([name, batches]) => ({ name, batches })) });
  for (const { name, set, result } of all) {
    const where = `${name} with ${JSON.stringify(set)}`;
    expect(read(`${result}_saved.json`), where).toEqual(read(`${result}.json`));
    if (steps.has(result)) expectResumed(result, steps.get(result) ?? [], [], where);
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

type LossFunction = (targets: tf.Tensor, predictions: tf.Tensor) => tf.Tensor;
const { losses, metrics } = tf;

/** Functions that Keras has as well: its losses, and those that it has as metrics too, on an output of this activation. */
const FUNCTIONS: readonly (readonly [loss: LossFunction, metrics: LossFunction[], activation: "softmax" | "linear"])[] =
  [
    [losses.meanSquaredError, [metrics.meanSquaredError, losses.absoluteDifference], "linear"],
    [losses.absoluteDifference, [metrics.mse], "linear"],
    [losses.huberLoss, [metrics.meanAbsoluteError, metrics.mape, losses.meanSquaredError], "linear"],
    [losses.sigmoidCrossEntropy, [losses.sigmoidCrossEntropy], "linear"],
    [losses.softmaxCrossEntropy, [losses.softmaxCrossEntropy, metrics.categoricalAccuracy], "linear"],
    [metrics.meanAbsolutePercentageError, [metrics.MAPE, metrics.MSE], "linear"],
    [metrics.cosineProximity, [], "linear"],
    [metrics.meanAbsoluteError, [metrics.binaryCrossentropy, metrics.binaryAccuracy], "softmax"],
    [metrics.binaryCrossentropy, [metrics.categoricalCrossentropy], "softmax"],
    [metrics.categoricalCrossentropy, [], "softmax"],
  ];

test("tfjs' functions that Keras has are its losses and metrics in Python", { timeout: 300_000 }, async () => {
  await tf.setBackend("wasm");
  const warn = vi.spyOn(console, "warn");
  const wanted = new Map<string, Step[]>();
  // Keras takes no gradient of the cosine with 0.
  const one = fc.float({ min: Math.fround(0.1), max: 1, noNaN: true });
  const inputs = fc.array(one, { minLength: 12, maxLength: 12 }).map((values) => [{ shape: [4, 3], values }]);
  // One-hot, so that a 0 shows where percentages are taken.
  const targets = fc
    .array(fc.nat(2), { minLength: 4, maxLength: 4 })
    .map((classes) => [{ shape: [4, 3], values: classes.flatMap((k) => [0, 1, 2].map((i) => Number(i === k))) }]);
  for (const [i, [loss, metrics, activation]] of FUNCTIONS.entries()) {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [3], activation })] });
    model.compile({ optimizer: tf.train.sgd(0.05), loss, metrics });
    await saveKeras(model, join(folder, `function_${i}.saved.keras`));
    const steps = fc.sample(fc.record({ inputs, targets }), { seed: SEED + i, numRuns: 3 });
    const results = await train(model, steps);
    wanted.set(
      `function_${i}`,
      steps.map((step, i) => ({ ...step, results: results[i] ?? [] })),
    );
    model.dispose();
  }
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
  await resume([...wanted].map(([name, batches]) => ({ name, batches })));
  for (const [name, steps] of wanted) expectResumed(name, steps, [], "by TensorFlow.js");
});

const resume = (batches: readonly { readonly name: string; readonly batches: readonly Step[] }[]) =>
  python({ resume: batches });

function expectResumed(name: string, steps: readonly Step[], after: readonly Packed[], compile: string): void {
  const found = read(`${name}.resumed.json`) as Resumed;
  for (const [i, results] of found.results.entries())
    expectClose(results, steps[i]?.results ?? [], `${name} again in Python: ${compile}, step ${i}`);
  for (const [i, { values }] of after.entries())
    expectClose(found.after[i]?.values ?? [], values, `${name} again in Python: ${compile}, weight ${i}`);
}

async function expectSavedTwice(model: tf.LayersModel, name: string): Promise<void> {
  const [first, second] = [join(folder, `${name}.saved.keras`), join(folder, "again.keras")];
  await saveKeras(model, first);
  const again = await loadKeras(first);
  await saveKeras(again, second);
  again.dispose();
  expect(readFileSync(second).equals(readFileSync(first)), `${name} saved twice`).toBe(true);
}
