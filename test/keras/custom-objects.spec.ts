import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LitModelError, type LoadKerasOptions, loadKeras, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runPython } from "../python.js";
import { type Packed, unpack } from "./oracle.js";

const CLASSES = `
import json, sys
import numpy as np
import keras
from keras import layers as L, ops

folder = sys.argv[1]

@keras.saving.register_keras_serializable("mine")
def bump(x):
    return ops.exp(-x * x)

@keras.saving.register_keras_serializable("mine")
class Scale(L.Layer):
    def __init__(self, start_value=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start_value = start_value
    def build(self, shape):
        self.factor = self.add_weight(shape=(shape[-1],), initializer=keras.initializers.Constant(self.start_value), name="factor")
    def call(self, x):
        return x * self.factor
    def get_config(self):
        return {**super().get_config(), "start_value": self.start_value}

@keras.saving.register_keras_serializable("mine")
class Block(L.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = L.Dense(2)
        self.offset = L.Dense(2, use_bias=False)
    def build(self, shape):
        self.inner.build(shape)
        self.offset.build(shape)
    def call(self, x):
        return self.inner(x) * 2 + self.offset(x)

def pack(a):
    return {"shape": list(a.shape), "dtype": "float32", "values": np.asarray(a).astype("float64").ravel().tolist()}
`;

const CODE = `${CLASSES}
x = L.Input((4, 3))
steps = L.Lambda(lambda x: x[:, 1:3], name="steps")(x)
sums = L.Lambda(lambda x: (x[:, 0] + x[:, 1]) * 2, name="sums")(steps)
waves = L.Dense(2, activation=lambda x: ops.sin(x) * 2, name="waves")(sums)
y = Block(name="block")(Scale(3.0, name="scale")(L.Dense(2, activation=bump)(waves)))
model = keras.Model(x, y)
values = np.random.default_rng().normal(size=(3, 4, 3)).astype("float32")
for extension in ["keras", "h5"]:
    model.save(f"{folder}/custom.{extension}")
print(json.dumps({"x": pack(values), "y": pack(model.predict(values, verbose=0))}))
`;

/** The layer of the Python above. */
class Scale extends tf.layers.Layer {
  static readonly className = "Scale";
  readonly startValue: number;
  factor?: ReturnType<Scale["addWeight"]>;

  constructor({ startValue, ...config }: { readonly startValue: number }) {
    super(config);
    this.startValue = startValue;
  }

  override build(shape: number[]): void {
    this.factor = this.addWeight(
      "factor",
      shape.slice(-1),
      "float32",
      tf.initializers.constant({ value: this.startValue }),
    );
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul([inputs].flat()[0] as tf.Tensor, this.factor?.read() as tf.Tensor);
  }
}

/** The layer of the Python above with layers within it; its weights are theirs in turn. */
class Block extends tf.layers.Layer {
  static readonly className = "Block";

  override build(shape: number[]): void {
    const last = shape.at(-1) as number;
    for (const [name, lengths] of [
      ["kernel", [last, 2]],
      ["bias", [2]],
      ["offset", [last, 2]],
    ] as const)
      this.addWeight(name, [...lengths], "float32", tf.initializers.zeros());
    this.built = true;
  }

  override computeOutputShape([batch]: number[]): (number | null)[] {
    return [batch ?? null, 2];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = [inputs].flat()[0] as tf.Tensor2D;
      const [kernel, bias, offset] = this.weights.map((weight) => weight.read()) as [tf.Tensor, tf.Tensor, tf.Tensor];
      return tf.add(tf.mul(tf.add(tf.matMul(x, kernel), bias), 2), tf.matMul(x, offset));
    });
  }
}

const sums = (x: tf.Tensor) => tf.mul(tf.sum(x, 1), 2);
const waves = (x: tf.Tensor) => tf.mul(tf.sin(x), 2);
const bump = (x: tf.Tensor) => tf.exp(tf.neg(tf.square(x)));
const folder = mkdtempSync(join(tmpdir(), "litlab-custom-"));
let found: { readonly x: Packed; readonly y: Packed };

beforeAll(async () => {
  // Keras reads the text of a lambda that is an activation.
  const program = join(folder, "make.py");
  writeFileSync(program, CODE);
  found = JSON.parse(await runPython(program, [folder]));
  await tf.ready();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(["keras", "h5"])("functions and classes stand for what a .%s file only names", async (extension) => {
  const customObjects = { sums, waves, bump, Scale, Block };
  const model = await loadKeras(join(folder, `custom.${extension}`), { customObjects });
  expect((model.getLayer("scale") as Scale).startValue).toBe(3);
  const before = tf.memory().numTensors;
  const x = unpack(found.x);
  const y = model.predict(x) as tf.Tensor;
  expect(y.shape).toEqual(found.y.shape);
  for (const [i, value] of (await y.data()).entries())
    expect(Math.abs(value - (found.y.values[i] as number))).toBeLessThan(1e-6 + 1e-5 * Math.abs(value));
  tf.dispose([x, y]);
  expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
  model.dispose();
});

test.each([
  ["sums", { waves, bump, Scale, Block }, /Lambda.*'sums'|'sums'.*customObjects/],
  [
    "waves",
    { sums, bump, Scale, Block },
    /'waves' has a lambda as activation.*customObjects: \{ "waves": \(x\) => … \}$/,
  ],
  ["bump", { sums, waves, Scale, Block }, /has the activation 'mine>bump'.*customObjects/],
  ["Scale", { sums, waves, bump, Block }, /layer 'scale' is a mine>Scale.*customObjects$/],
  ["Scale", { sums, waves, bump, Block, Scael: Scale }, /customObjects; nothing in the model is named 'Scael'/],
  [
    "Scale",
    { sums, waves, bump, Block, Scale: 5 },
    /'scale' is a mine>Scale: customObjects has a number under 'Scale'/,
  ],
  ["Scale", { sums, waves, bump, Block, Scale: bump }, /customObjects has a function under 'Scale', expected a class/],
] as const)("without %s the message says what to pass", async (_name, customObjects, message) => {
  const options = { customObjects } as LoadKerasOptions;
  const error = await loadKeras(join(folder, "custom.keras"), options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LitModelError);
  expect((error as Error).message).toMatch(message);
});

/** Loads a file with stock Keras, told of what is custom. */
const RELOAD = `${CLASSES}
values = np.array(json.loads(sys.argv[2]), "float32").reshape(3, 4, 3)
model = keras.saving.load_model(sys.argv[3], {"waves": lambda x: ops.sin(x) * 2}, safe_mode=False)
names = [type(operation).__name__ for operation in model.operations]
print(json.dumps({"y": pack(model.predict(values, verbose=0)), "names": names}))
`;

test("a model with custom layers is saved as it was", { timeout: 120_000 }, async () => {
  const customObjects = { sums, waves, bump, Scale, Block };
  const model = await loadKeras(join(folder, "custom.keras"), { customObjects });
  const [first, second] = [join(folder, "saved.keras"), join(folder, "again.keras")];
  await saveKeras(model, first);
  const again = await loadKeras(first, { customObjects });
  await saveKeras(again, second);
  expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
  for (const each of [model, again]) each.dispose();
  const reloaded = JSON.parse(await runPython(RELOAD, [folder, JSON.stringify(found.x.values), first]));
  expect(reloaded.names).toEqual(["InputLayer", "GetItem", "Lambda", "Dense", "Dense", "Scale", "Block"]);
  for (const [i, value] of (reloaded.y as Packed).values.entries())
    expect(Math.abs(value - (found.y.values[i] as number))).toBeLessThan(1e-6 + 1e-5 * Math.abs(value));
});
