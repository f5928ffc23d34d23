import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runPython } from "../../../test/python.js";
import {
  type CanvasDocument,
  type CanvasNode,
  COMPONENTS,
  parseCanvas,
  shapesOf,
  writeCanvas,
} from "../../dist/canvas-core/index.js";

/** The shapes that design and documentation give these features and labels. */
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  "100_1_min": [100, 8],
  "7_5_sec": [7, 8],
  "1_1_tick": [1, 8],
  "90_1daybar_lp%": [90, 4],
  RSI14TA_day: [1],
  "20sma_day": [1],
  ATR14_day: [1],
  vwap2060_day: [1],
  per_min: [4],
  rr_atr_2_2_1800: [5],
  long_updown: [6],
};

const FEATURES = Object.keys(SHAPES);

/** Settings that matter to shapes, small so that they fit and miss about as often. */
const small = (most: number, least = 1) => fc.integer({ min: least, max: most });
const padding = fc.constantFrom("valid", "same");
const sparse = (settings: Record<string, fc.Arbitrary<unknown>>) => fc.record(settings, { requiredKeys: [] });
const pooling = sparse({ pool_size: small(12), strides: fc.option(small(5)), padding });
const recurrent = sparse({ units: small(9), return_sequences: fc.boolean() });
const SETTINGS: Partial<Record<CanvasNode["type"], fc.Arbitrary<unknown>>> = {
  input: fc.record({
    features: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...FEATURES.slice(0, 4)).map((name) => [name]) },
      fc.uniqueArray(fc.constantFrom(...FEATURES), { minLength: 1, maxLength: 3 }),
    ),
  }),
  output: fc.record({
    feature: fc.constantFrom("long_updown", "rr_atr_2_2_1800"),
    label_index: fc.option(small(7, 0)),
  }),
  dense: sparse({ units: small(9), layers: small(3) }),
  conv1d: sparse({
    filters: small(6),
    kernel_size: small(9),
    strides: small(4),
    padding: fc.constantFrom("valid", "same", "causal"),
    dilation_rate: small(3),
  }),
  lstm: recurrent,
  gru: recurrent,
  attention: sparse({ score_mode: fc.constantFrom("dot", "concat") }),
  reshape: fc.record({
    target_shape: fc.oneof(
      fc.constantFrom([-1], [8, 100], [4, -1], [-1, 2, 2], [2, -1, -1], [0, 4], [1, 1, 8], [25, 32]),
      fc.array(small(8, -1), { minLength: 1, maxLength: 3 }),
    ),
  }),
  concatenate: sparse({ axis: small(3, -3) }),
  maxPooling1d: pooling,
  averagePooling1d: pooling,
};

/** Nodes after one another, each led to by some before it: three inputs, then what comes. */
const documents: fc.Arbitrary<CanvasDocument> = fc
  .array(
    fc.constantFrom(...COMPONENTS).chain(({ type, inputs }) =>
      fc.record({
        type: fc.constant(type),
        settings: SETTINGS[type] ?? fc.constant({}),
        before: fc.uniqueArray(fc.nat(), { minLength: inputs.least, maxLength: Math.min(inputs.most ?? 3, 3) }),
      }),
    ),
    { minLength: 3, maxLength: 8 },
  )
  .chain((later) =>
    fc.tuple(...[0, 1, 2].map(() => SETTINGS.input as fc.Arbitrary<unknown>)).map((first) => {
      const inputs = first.map((settings) => ({ type: "input", settings, before: [] as number[] }));
      const nodes = [...inputs, ...later].map(({ type, settings }, i) => ({ id: `n${i}`, type, settings }));
      // An output is an end.
      const edges = later.flatMap(({ before }, i) =>
        [...new Set(before.map((each) => each % (i + 3)))]
          .filter((from) => nodes[from]?.type !== "output")
          .map((from) => ({ from: `n${from}`, to: `n${i + 3}` })),
      );
      return { version: 1, nodes, edges } as unknown as CanvasDocument;
    }),
  );

const found = (document: CanvasDocument) =>
  Object.fromEntries([...shapesOf(document)].map(([id, result]) => [id, "shape" in result ? result.shape : null]));

const node = (id: string, type: string, settings = {}, name?: string) =>
  ({ id, type, settings, ...(name && { name }) }) as CanvasNode;
const canvas = (nodes: readonly CanvasNode[], ...edges: readonly string[]): CanvasDocument => ({
  version: 1,
  nodes: [...nodes],
  edges: edges.map((edge) => {
    const [from = "", to = ""] = edge.split(">");
    return { from, to };
  }),
});

describe("shapesOf", () => {
  test("gives the shapes that stock Keras gives the same layers, and refuses what it refuses", async () => {
    const asked = fc.sample(documents, { numRuns: 250, seed: 8 });
    for (const document of asked) expect(parseCanvas(writeCanvas(document))).toEqual(document);
    const script = fileURLToPath(new URL("shapes.oracle.py", import.meta.url));
    const answer = await runPython(script, [], JSON.stringify({ inputs: SHAPES, documents: asked }));
    const wanted = JSON.parse(answer) as Record<string, number[] | null>[];
    for (const [i, document] of asked.entries())
      expect({ document, shapes: found(document) }).toEqual({ document, shapes: wanted[i] });
    // Both happen often enough to mean something, to every component.
    const results = asked.flatMap((document, i) =>
      document.nodes.map(({ id, type }) => ({ type, shape: wanted[i]?.[id] })),
    );
    for (const { type } of COMPONENTS) {
      const own = results.filter((result) => result.type === type);
      expect({ type, fits: own.filter(({ shape }) => shape).length > 3 }).toEqual({ type, fits: true });
    }
    expect(results.filter(({ shape }) => !shape).length).toBeGreaterThan(100);
  }, 500_000);

  test.each(FEATURES.map((name) => [name]))("knows the shape of %s", (name) => {
    expect(found(canvas([node("a", "input", { features: [name] })]))).toEqual({ a: SHAPES[name] });
  });

  test.each([
    ["no input", [node("d", "dense", {}, "Trends")], [], 'Dense "Trends" has 0 inputs, expected at least 1'],
    [
      "too many inputs",
      [
        node("a", "input", { features: ["per_min"] }),
        node("b", "input", { features: ["per_min"] }),
        node("d", "flatten"),
      ],
      ["a>d", "b>d"],
      'Flatten "d" has 2 inputs, expected 1',
    ],
    [
      "an input of an input",
      [node("a", "input", { features: ["per_min"] }), node("d", "input", { features: ["per_min"] })],
      ["a>d"],
      'Input "d" has 1 inputs, expected 0',
    ],
    ["no feature", [node("d", "input")], [], 'Input "d" has no feature, expected at least one'],
    [
      "an unknown feature",
      [node("d", "input", { features: ["foo"] })],
      [],
      'Input "d" has the feature "foo", expected one of <count>_<size>_<unit>',
    ],
    ["a window of no bars", [node("d", "input", { features: ["0_1_min"] })], [], 'Input "d" has the feature "0_1_min"'],
    [
      "the wrong rank",
      [node("a", "input", { features: ["per_min"] }), node("d", "lstm")],
      ["a>d"],
      'LSTM "d" takes [steps, channels], found [4]',
    ],
    [
      "a window that is too long",
      [node("a", "input", { features: ["7_5_sec"] }), node("d", "conv1d", { kernel_size: 9 })],
      ["a>d"],
      'Conv1D "d" takes windows of 9 steps, found 7 steps',
    ],
    [
      "shapes that do not add up",
      [node("a", "input", { features: ["per_min"] }), node("b", "input", { features: ["7_5_sec"] }), node("d", "add")],
      ["a>d", "b>d"],
      'Add "d" takes shapes that add up, found [4] and [7, 8]',
    ],
    [
      "another number of values",
      [node("a", "input", { features: ["per_min"] }), node("d", "reshape", { target_shape: [3] })],
      ["a>d"],
      'Reshape "d" has target_shape [3], found [4], expected 4 values',
    ],
    [
      "what comes behind a problem",
      [node("a", "input"), node("d", "flatten")],
      ["a>d"],
      'Flatten "d" has no shape, because Input "a" has none',
    ],
    [
      "what comes behind an end",
      [
        node("a", "input", { features: ["per_min"] }),
        node("o", "output", { feature: "long_updown" }),
        node("d", "flatten"),
      ],
      ["a>o", "o>d"],
      'Flatten "d" takes Output "o", which leads nowhere: it is an end',
    ],
    [
      "a label's column that there is none of",
      [node("a", "input", { features: ["per_min"] }), node("d", "output", { feature: "long_updown", label_index: 6 })],
      ["a>d"],
      'Output "d" has label_index 6, expected 0 to 5 of long_updown',
    ],
    [
      "a circle",
      [node("a", "flatten"), node("d", "flatten")],
      ["a>d", "d>a"],
      'Flatten "d" is in a circle, or behind one',
    ],
  ])("says what is wrong with %s", (_, nodes, edges, problem) => {
    const result = shapesOf(canvas(nodes, ...edges)).get("d");
    expect(result).toEqual({ problem: expect.stringContaining(problem) });
  });

  test("passes over edges to nodes that are not there, as an editor may leave them for a moment", () => {
    expect(found(canvas([node("a", "input", { features: ["per_min"] })], "a>gone", "gone>a"))).toEqual({ a: [4] });
  });

  test("takes a few milliseconds for 1,000 nodes", () => {
    const nodes = Array.from({ length: 1000 }, (_, i) =>
      i ? node(`n${i}`, "dense") : node("n0", "input", { features: ["100_1_min"] }),
    );
    const document = canvas(nodes, ...nodes.slice(1).map((_, i) => `n${i}>n${i + 1}`));
    const times = Array.from({ length: 20 }, () => {
      const start = process.cpuUsage();
      shapesOf(document);
      return process.cpuUsage(start).user / 1000;
    });
    expect(Math.min(...times)).toBeLessThan(20);
  });
});
