import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@litlab/sdk/tf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KerasContainer, KerasNode } from "../../sdk/dist/keras/file/container.js";
import { withContainer } from "../../sdk/dist/keras/file/read-container.js";
import { loadModel } from "../../sdk/dist/keras/load-model.js";
import { guardHeap } from "../devices/guard-heap.mjs";
import { runPython } from "../python.js";
import { loadHostile, oneOf, type Random, randomOf, SEED } from "./hostile.js";

const CASES = 100;
const folder = mkdtempSync(join(tmpdir(), "litlab-hostile-"));
const names = ["spatial", "recurrent", "attention", "nested", "operations", "preprocessing"];

beforeAll(async () => {
  console.log(`hostile models of SEED=${SEED}`);
  await runPython("test/keras/make-hostile-models.py", [folder, String(SEED)]);
  await tf.ready();
  guardHeap();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Json = Record<string, unknown> | unknown[];
/** A place in a config. */
interface Place {
  readonly within: Json;
  readonly key: string;
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null;
const get = ({ within, key }: Place): unknown => within[key as never];
const set = ({ within, key }: Place, value: unknown): void => {
  (within as Record<string, unknown>)[key] = value;
};

/** Every place below a value. */
const placesIn = (within: Json): Place[] =>
  Object.keys(within).flatMap((key) => {
    const value = within[key as never];
    return [{ within, key }, ...(isJson(value) ? placesIn(value) : [])];
  });

const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}1${"]".repeat(depth)}`);

/** What a setting is not, or not often. */
const VALUES: readonly (() => unknown)[] = [
  ...[null, true, false, 0, -1, 1, 2, 0.5, 7, 1e9, 2 ** 31, 2 ** 32, -(2 ** 31), 2 ** 53, 1e300],
  ...[Number.NaN, Number.POSITIVE_INFINITY, "NaN", "", "relu", "__proto__", "constructor", "toString"],
].map((value) => () => value);
const OBJECTS: readonly (() => unknown)[] = [
  () => [],
  () => ({}),
  () => [[]],
  () => [null, null],
  () => [0, 0],
  () => [-1, 1e9],
  () => [2 ** 31, 2 ** 31],
  () => [1, 2, 3, 4, 5, 6, 7, 8, 9],
  () => nested(200),
  () => Array.from({ length: 100_000 }, () => 1),
  () => ({ class_name: "Dense", config: {} }),
  () => ({ class_name: "__keras_tensor__", config: { keras_history: ["x", 0, 0] } }),
  () => ({ class_name: "__numpy__", config: { value: [1, [2]], dtype: "float32" } }),
];

type Change = (places: readonly Place[], random: Random) => void;
const CHANGES: readonly Change[] = [
  (places, random) => set(oneOf(places, random), oneOf([...VALUES, ...OBJECTS], random)()),
  // Numbers and lists of them: the settings that make sizes.
  (places, random) => {
    const numbers = places.filter((place) => typeof get(place) === "number");
    if (numbers.length === 0) return;
    set(oneOf(numbers, random), oneOf(VALUES, random)());
  },
  (places, random) => {
    const { within, key } = oneOf(places, random);
    if (Array.isArray(within)) within.splice(Number(key), 1);
    else delete within[key];
  },
  // Something that stands elsewhere under the same key, or anything else.
  (places, random) => {
    const place = oneOf(places, random);
    const alike = places.filter(({ key }) => key === place.key);
    set(place, structuredClone(get(oneOf(random(3) > 0 ? alike : places, random))));
  },
  (places, random) => {
    const classes = places.filter(({ key }) => key === "class_name");
    if (classes.length === 0) return;
    const [one, other] = [oneOf(classes, random), oneOf(classes, random)];
    const name = get(one);
    set(one, get(other));
    set(other, name);
  },
  // The calls of two layers trade places, which makes cycles.
  (places, random) => {
    const calls = places.filter(({ key }) => key === "inbound_nodes");
    if (calls.length === 0) return;
    const [one, other] = [oneOf(calls, random), oneOf(calls, random)];
    const call = get(one);
    set(one, get(other));
    set(other, call);
  },
  (places, random) => {
    const lists = places.filter((place) => Array.isArray(get(place)));
    if (lists.length === 0) return;
    const list = get(oneOf(lists, random)) as unknown[];
    if (random(2) === 0) list.reverse();
    else list.push(...structuredClone(list));
  },
];

function changed(config: KerasNode, random: Random): KerasNode {
  const copy = structuredClone(config) as KerasNode;
  for (let n = 1 + random(2); n > 0; n--) {
    const places = placesIn(copy as never);
    // The change before may have left none.
    if (places.length > 0) oneOf(CHANGES, random)(places, random);
  }
  return copy;
}

const isNode = ({ class_name, config }: KerasNode): boolean => typeof class_name === "string" && isJson(config);
const withConfig = (container: KerasContainer, config: KerasNode): KerasContainer => {
  const { compile_config: compiled } = config as { compile_config?: unknown };
  return { ...container, config, compiled: isJson(compiled) ? (compiled as never) : container.compiled };
};

describe("configs that someone has changed load or are refused, in time and memory, and leave no tensors", () => {
  const files = names.flatMap((name) => [`${name}.keras`, ...(name === "operations" ? [] : [`${name}.h5`])]);
  test.each(files)("%s", { timeout: 300_000 }, async (file) => {
    const random = randomOf(SEED);
    const bytes = new Uint8Array(readFileSync(join(folder, file)));
    let loaded = 0;
    await withContainer(bytes, async (container) => {
      const { config } = container as { config: KerasNode };
      expect(await loadHostile(() => loadModel(container), `${file} as it is`)).toBe(undefined);
      for (let n = 0; n < CASES; n++) {
        const other = changed(config, random);
        if (!isNode(other)) continue;
        const where = `SEED=${SEED}, change ${n} of ${file}`;
        if (!(await loadHostile(() => loadModel(withConfig(container, other)), where))) loaded++;
      }
    });
    console.log(`${loaded} of ${CASES} changes of ${file} load`);
    expect(loaded).toBeGreaterThan(0);
    expect(loaded).toBeLessThan(CASES);
  });
});

const tensor = (layer: string) => ({ class_name: "__keras_tensor__", config: { keras_history: [layer, 0, 0] } });
const input = (name: string, batch_shape: unknown) => ({ class_name: "InputLayer", config: { name, batch_shape } });
const layer = (name: string, class_name: string, config: object, ...from: string[]) => ({
  class_name,
  config: { name, ...config },
  inbound_nodes: [{ args: [from.length === 1 ? tensor(from[0] as string) : from.map(tensor)], kwargs: {} }],
});
const functional = (layers: readonly { config: { name: string } }[], output = layers.at(-1)?.config.name): KerasNode =>
  ({
    class_name: "Functional",
    config: { name: "model", layers, input_layers: [["x", 0, 0]], output_layers: [[output, 0, 0]] },
  }) as never;
/** A model of one layer, or of one operation. */
const one = (class_name: string, config: object, shape: unknown = [null, 4, 4]): KerasNode =>
  functional([input("x", shape), layer("y", class_name, { trainable: true, ...config }, "x")]);
const operation = (class_name: string, config: object, shape: unknown = [null, 4, 4]): KerasNode => {
  const node = { module: "keras.src.ops.numpy", ...layer("y", class_name, config, "x") };
  if (class_name === "Meshgrid")
    node.inbound_nodes = [{ args: Array.from({ length: 8 }, () => tensor("x")) as never, kwargs: {} }];
  return functional([input("x", shape), node]);
};
const chain = (count: number): KerasNode =>
  functional([
    input("x", [null, 4]),
    ...Array.from({ length: count }, (_, i) => layer(`y${i}`, "ReLU", {}, i === 0 ? "x" : `y${i - 1}`)),
  ]);
const cell = { class_name: "SimpleRNNCell", config: { name: "c", units: 2 ** 20 } };
const H = 2 ** 31;

const HUGE: Readonly<Record<string, () => KerasNode>> = {
  units: () => one("Dense", { units: H }),
  filters: () => one("Conv1D", { filters: H, kernel_size: 3 }),
  "kernel size": () => one("Conv1D", { filters: 3, kernel_size: 1e9 }, [null, 2e9, 4]),
  rows: () => one("Embedding", { input_dim: H, output_dim: 8 }, [null, 4]),
  "recurrent units": () => one("LSTM", { units: H }),
  "a cell's units": () => one("RNN", { cell: { ...cell, config: { name: "c", units: H } } }),
  cells: () =>
    one("RNN", {
      cell: { class_name: "StackedRNNCells", config: { name: "s", cells: Array.from({ length: 1000 }, () => cell) } },
    }),
  "wrapped units": () => one("TimeDistributed", { layer: { class_name: "Dense", config: { name: "d", units: H } } }),
  "a state": () => one("SimpleRNN", { units: 4, stateful: true }, [H, 4, 4]),
  heads: () => {
    const heads = { head_dim: 1e5, num_query_heads: 1e5, num_key_value_heads: 1 };
    const node = {
      ...layer("y", "GroupQueryAttention", heads, "x"),
      inbound_nodes: [{ args: [tensor("x"), tensor("x")] }],
    };
    return functional([input("x", [null, 4, 4]), node]);
  },
  input: () => one("Dense", { units: 4 }, [null, H]),
  "inputs that an operation takes": () => operation("Flip", { axis: 1 }, [null, 1e5, 1e5]),
  padding: () => operation("Pad", { pad_width: 1e9 }),
  "padding at the edge": () => operation("Pad", { pad_width: 1e9, mode: "edge" }),
  tiles: () => operation("Tile", { repeats: [1, 1e5, 1e5] }),
  repeats: () => operation("Repeat", { repeats: 1e9, axis: 1 }),
  parts: () => operation("ArraySplit", { indices_or_sections: 1e9, axis: 1 }),
  unstacked: () => operation("Unstack", { num: 1e9, axis: 0 }),
  classes: () => operation("MultiHot", { num_classes: 1e9 }),
  grid: () => operation("Meshgrid", {}, [1000, 4]),
  layers: () => chain(100_000),
  "as many layers as may be": () => chain(3_999),
  "layers one after the other": () => ({
    class_name: "Sequential",
    config: {
      name: "s",
      layers: [input("x", [null, 4]), ...Array.from({ length: 100_000 }, (_, i) => layer(`y${i}`, "ReLU", {}, "x"))],
    },
  }),
  calls: () => {
    const node = layer("y", "ReLU", {}, "x");
    return functional([
      input("x", [null, 4]),
      { ...node, inbound_nodes: Array.from({ length: 100_000 }, () => node.inbound_nodes[0]) } as never,
    ]);
  },
  "waiting layers": () => {
    const model = chain(3_999);
    (model.config.layers as unknown[]).reverse();
    return model;
  },
  cycle: () => functional([input("x", [null, 4]), layer("a", "Add", {}, "x", "b"), layer("b", "ReLU", {}, "a")]),
  "calls of itself": () => functional([input("x", [null, 4]), layer("a", "Add", {}, "x", "a")]),
  "models within models": () => {
    let model = functional([input("x", [null, 4]), layer("y", "ReLU", {}, "x")]);
    for (let i = 0; i < 40; i++)
      model = functional([
        input("x", [null, 4]),
        { ...layer("y", "Functional", model.config as never, "x"), config: { ...model.config, name: "y" } } as never,
      ]);
    return model;
  },
};

const LARGE = /layer 'y' cannot be built: a weight would have the shape \[.*\], more values than the file holds/;
const MANY = /layer 'y\d*' cannot be built: the model makes and calls layers more than 8000 times/;
const ENDLESS = /the layers do not fit together: .* wait for tensors that never come/;
/** What of these is refused; the others load, and take memory when they are called. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  units: LARGE,
  filters: LARGE,
  "kernel size": LARGE,
  rows: LARGE,
  "recurrent units": LARGE,
  "a cell's units": LARGE,
  cells: LARGE,
  "wrapped units": LARGE,
  "a state": /layer 'y' has 0 weights in the file, expected 3/,
  heads: LARGE,
  input: LARGE,
  "inputs that an operation takes": /takes 30000000000 values at once, expected at most 33554432/,
  parts: /has indices_or_sections=1000000000, expected at most 10000/,
  unstacked: /has num=1000000000, expected at most 10000/,
  layers: MANY,
  "layers one after the other": MANY,
  calls: MANY,
  cycle: ENDLESS,
  "calls of itself": ENDLESS,
};

test("what would take more memory or time than it may is refused, or costs neither", { timeout: 300_000 }, async () => {
  const bytes = new Uint8Array(readFileSync(join(folder, "operations.keras")));
  await withContainer(bytes, async (container) => {
    for (const [name, make] of Object.entries(HUGE)) {
      const error = await loadHostile(() => loadModel({ ...container, config: make(), compiled: null }), name);
      expect(error?.message ?? "loaded", name).toMatch(REFUSED[name] ?? /^loaded$/);
    }
  });
});
