import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { loadKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPython } from "../python.js";

const DISPLAY = Symbol.for("Jupyter.display");

/** Python that makes a model; `L` is keras.layers. */
const MODELS = {
  canvas: `
x = L.Input((801,), name="input_1")
bars, rsi = L.Flatten()(x[:, 0:800]), L.Flatten()(x[:, 800:801])
y = L.Dropout(0.5)(L.Concatenate(name="dense_40c93684-299b-41df-b233-912a47954a84_concatenate")([bars, rsi]))
y = L.GaussianNoise(0.5)(L.Dense(16, activation="relu", name="dense_40c93684-299b-41df-b233-912a47954a84_0")(y))
model = keras.Model(x, L.Dense(1, name="end_d1657694-e01d-409b-aec8-15b33a9aefbc")(L.Dropout(0.5)(y)), name="canvas")`,
  sequential: `
model = keras.Sequential([L.Input((6, 3)), L.Conv1D(4, 3), L.BatchNormalization(), L.GRU(5), L.Dropout(0.2), L.Dense(1)])
model.layers[0].trainable = False`,
  chain: `
x = L.Input((None, 4))
model = keras.Model(x, L.Dense(300)(L.LSTM(200)(x)))`,
  ends: `
a, b = L.Input((3,), name="a"), L.Input((2, 2), name="b")
joined = L.Concatenate()([L.Dense(3)(a), L.Flatten()(b)])
model = keras.Model([a, b], [L.Dense(1, name="up")(joined), L.Reshape((7, 1), name="down")(joined)])`,
  states: `
x = L.Input((5, 3))
y, h, c = L.LSTM(4, return_sequences=True, return_state=True)(x)
model = keras.Model(x, [L.Dense(2)(y), h + c, L.MultiHeadAttention(2, 3)(y, y)])`,
  nested: `
inner = keras.Sequential([L.Input((4,)), L.Dense(4, activation="relu"), L.BatchNormalization()], name="inner")
side = L.Input((4,), name="side")
deep = keras.Model(side, [inner(side), L.Dense(2)(side)], name="deep")
inner.trainable = False
x = L.Input((4,), name="x")
first, second = deep(x)
third, fourth = deep(L.Dense(4)(x))
model = keras.Model(x, [L.Concatenate()([first, third]), second, fourth])`,
  shared: `
x = L.Input((4,))
shared = L.Dense(4, name="shared")
model = keras.Model(x, L.Dense(1)(shared(shared(x))))`,
  residual: `
def block(x, filters):
    y = L.ReLU()(L.BatchNormalization()(L.Conv2D(filters, 3, padding="same")(x)))
    y = L.BatchNormalization()(L.Conv2D(filters, 3, padding="same")(y))
    side = x if x.shape[-1] == filters else L.Conv2D(filters, 1)(x)
    return L.ReLU()(L.Add()([y, side]))
x = L.Input((16, 16, 3), name="image")
y = block(block(L.Conv2D(8, 3, padding="same")(x), 8), 16)
model = keras.Model(x, L.Dense(10, activation="softmax", name="classes")(L.GlobalAveragePooling2D()(y)), name="residual")`,
  trained: `
model = keras.Sequential([L.Input((3,)), L.Dense(4), L.BatchNormalization(), L.Dense(1)])
model.compile("adam", "mse")
model.fit(np.zeros((4, 3)), np.zeros((4, 1)), verbose=0)`,
  deep: `
x = L.Input((32, 32, 3))
y = L.Conv2D(16, 3, padding="same")(x)
for i in range(24):
    z = L.ReLU()(L.BatchNormalization(name=f"block_{i}_expand_BN")(L.Conv2D(32, 1, name=f"block_{i}_expand")(y)))
    z = L.ReLU()(L.BatchNormalization()(L.DepthwiseConv2D(3, padding="same")(z)))
    z = L.BatchNormalization()(L.Conv2D(16, 1, name=f"block_{i}_project")(z))
    y = L.Add()([y, z]) if i % 3 else z
model = keras.Model(x, L.Dense(1)(L.GlobalAveragePooling2D()(y)), name="deep")`,
} as const;

type Name = keyof typeof MODELS;
type Variant = "wide" | "nested" | "trainable";

const folder = mkdtempSync(join(tmpdir(), "litlab-summary-"));
let wanted: Record<Name, Record<Variant, string> & { readonly layers: string[] }>;

beforeAll(async () => {
  const script = `
import json, os, sys
os.environ["COLUMNS"] = "400"
import keras, numpy as np
from keras import layers as L
found = {}
for name, code in json.load(sys.stdin).items():
    exec(code)
    model.save(sys.argv[1] + f"/{name}.keras")
    def text(**given):
        lines = []
        model.summary(print_fn=lines.append, **given)
        return "".join(lines).rstrip("\\n")
    wide = {"line_length": 300}
    found[name] = {"wide": text(**wide), "nested": text(expand_nested=True, **wide), "trainable": text(show_trainable=True, **wide),
                   "layers": [repr(layer) for layer in model.layers]}
print(json.dumps(found))`;
  wanted = JSON.parse(await runPython(script, [folder], JSON.stringify(MODELS)));
  await tf.ready();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (name: Name): Promise<tf.LayersModel> => loadKeras(join(folder, `${name}.keras`));

function summaryOf(model: tf.LayersModel, variant: Variant): string {
  const lines: string[] = [];
  const given = [300, undefined, (line: string) => lines.push(line), variant === "nested", variant === "trainable"];
  Reflect.apply(model.summary, model, given);
  return lines.join("\n");
}

async function cardOf(model: tf.LayersModel): Promise<{ readonly html: string; readonly text: string }> {
  const displayable = model as unknown as { [DISPLAY](): Promise<Record<string, string>> };
  const bundle = await displayable[DISPLAY]();
  return { html: bundle["text/html"] ?? "", text: bundle["text/plain"] ?? "" };
}

const svgOf = (html: string): string => html.match(/<svg[\s\S]*<\/svg>/)?.[0] ?? "";

describe.each(Object.keys(MODELS) as Name[])("%s", (name) => {
  test("prints Keras' summary and layers", async () => {
    const model = await load(name);
    for (const variant of ["wide", "nested", "trainable"] as const)
      expect(summaryOf(model, variant)).toBe(wanted[name][variant]);
    const hidden = new Set(["KerasOperation", model instanceof tf.Sequential ? "InputLayer" : ""]);
    const layers = model.layers.filter((layer) => !hidden.has(layer.getClassName()));
    expect(layers.map((layer) => inspect(layer))).toEqual(wanted[name].layers);
    model.dispose();
  });

  test("has a card whose table and graph are well-formed and name each layer", async () => {
    const model = await load(name);
    const { html, text } = await cardOf(model);
    const lines: string[] = [];
    model.summary(undefined, undefined, (line) => lines.push(line));
    expect(text).toBe(lines.join("\n"));
    expect(Math.max(...text.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(120);
    const parse =
      "import sys, json, xml.etree.ElementTree as E; print(json.dumps(list(E.fromstring(sys.stdin.read()).itertext())))";
    const table = html.match(/<table>[\s\S]*<\/table>/)?.[0] ?? "";
    const cells = JSON.parse(await runPython(parse, [], table)) as string[];
    const drawn = (JSON.parse(await runPython(parse, [], svgOf(html))) as string[]).join("\n");
    for (const layer of model.layers) {
      if (!(model instanceof tf.Sequential) || layer.getClassName() !== "InputLayer")
        expect(cells).toContain(layer.name);
      expect(drawn).toContain(layer.name);
    }
    expect(html).not.toMatch(/<script|<b |<style|url\(|href/);
    model.dispose();
  });
});

test("wraps what is longer than its column, without loss", async () => {
  const model = await load("canvas");
  const { text } = await cardOf(model);
  const rows = text.split("\n").filter((line) => /^[│┃]/.test(line));
  expect(
    new Set(
      text
        .split("\n")
        .filter((line) => /^[│┃┏┡├└]/.test(line))
        .map((line) => [...line].length),
    ).size,
  ).toBe(1);
  const first = rows.map((line) => line.split(/[│┃]/)[1]?.trim()).join("");
  for (const { name } of model.layers) expect(first).toContain(name);
  model.dispose();
});

test("prints to the console once, and by lines to a function", async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
  const printed: unknown[] = [];
  const { log } = console;
  console.log = (...given) => printed.push(...given);
  try {
    model.summary();
  } finally {
    console.log = log;
  }
  expect(printed).toHaveLength(1);
  expect(printed[0]).toContain("Total params: 8 (32.00 B)");
  model.dispose();
});

test("escapes names", async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
  const name = `<script>alert("1&2")</script>\u0000\n'x'`;
  Object.assign(model, { name });
  Object.assign(model.layers[0] as object, { name });
  const { html, text } = await cardOf(model);
  expect(html).not.toContain("<script");
  expect(html).not.toContain("\u0000");
  const titles =
    "import sys, xml.etree.ElementTree as E; print(E.fromstring(sys.stdin.read()).findall('.//{*}text')[2].text)";
  const drawn = (await runPython(titles, [], svgOf(html))).trim();
  expect(drawn).toBe(`<script>alert("1&2")</script>\n'x'`);
  expect(text.split("\n")[0]).toBe(`Model: "<script>alert("1&2")</script>  'x'"`);
  model.dispose();
});

test("marks inputs and outputs, and draws nested models within their nodes", async () => {
  const ends = await load("ends");
  const svg = svgOf((await cardOf(ends)).html);
  for (const mark of ["input 0", "input 1", "output 0", "output 1"]) expect(svg).toContain(`>${mark}</tspan>`);
  const nested = await load("nested");
  const inner = svgOf((await cardOf(nested)).html);
  for (const name of ["side", "inner", "dense_5"]) expect(inner.split(`>${name}</text>`)).toHaveLength(2);
  expect(inner).toContain("Functional, call 2, 5 layers");
  ends.dispose();
  nested.dispose();
});

test("draws 200 layers fast and small, and leaves out what cannot be read", async () => {
  const model = await load("deep");
  expect(model.layers.length).toBeGreaterThan(200);
  const times: number[] = [];
  for (let i = 0; i < 6; i++) {
    const begin = process.cpuUsage();
    await cardOf(model);
    const { user, system } = process.cpuUsage(begin);
    times.push((user + system) / 1000);
  }
  expect(Math.min(...times)).toBeLessThan(100);
  const { html } = await cardOf(model);
  expect(html.length).toBeLessThan(300_000);
  expect(svgOf(html)).toContain("8 layers");
  model.dispose();

  const input = tf.input({ shape: [2] });
  const tensors = [input];
  for (let i = 0; i < 60; i++) tensors.push(tf.layers.concatenate().apply([...tensors, input]) as tf.SymbolicTensor);
  const dense = tf.model({ inputs: input, outputs: tensors.at(-1) as tf.SymbolicTensor });
  const card = await cardOf(dense);
  expect(card.html).not.toContain("<svg");
  expect(card.html).toContain("<table>");
  dense.dispose();
});
