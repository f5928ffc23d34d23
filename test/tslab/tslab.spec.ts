import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { ROOT, runPython } from "../python.js";

interface Output {
  readonly output_type: string;
  readonly text?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const CELLS = {
  first: `import { display, loadKeras, MemoryAdapter } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
const adapter = new MemoryAdapter({ time: [0, 1e6, 61e6], price: [10, 12, 11], size: [1, 2, 3] });
const bars = await adapter.getMinuteBars("1970-01-01");
bars;`,
  last: "bars;",
  shown: "display(bars);\nconsole.log('after');",
  list: "[bars, bars];",
  tensor: "await tf.ready();\ntf.tensor([[0.5, 2]]);",
  model: `const model = await loadKeras("../test/keras/fixtures/tf_keras_sequential.keras");
model;`,
  layers: "model.layers;",
  printed: "console.log(bars.length);\nconsole.log(bars);",
  types: "const close: Float64Array = bars.close;\nclose.length;",
} as const;

let outputs: Record<keyof typeof CELLS, readonly Output[]>;
beforeAll(async () => {
  vi.stubEnv("JUPYTER_PATH", join(ROOT, ".venv/share/jupyter"));
  const text = await runPython(
    "test/tslab/run-cells.py",
    [join(ROOT, "notebooks")],
    JSON.stringify(Object.values(CELLS)),
  );
  const list = JSON.parse(text) as (readonly Output[])[];
  outputs = Object.fromEntries(Object.keys(CELLS).map((name, i) => [name, list[i]])) as typeof outputs;
});

const bundle = (name: keyof typeof CELLS) =>
  outputs[name].find(({ output_type }) => output_type === "display_data")?.data ?? {};
const BARS = ["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"];

test("a cell's last value shows its bundle, also in the cell that imports the SDK", () => {
  for (const name of ["first", "last"] as const) {
    expect(Object.keys(bundle(name)).sort()).toEqual(BARS);
    expect(outputs[name]).toHaveLength(1);
  }
});

test("display(x) shows it in its own cell", () => {
  expect(Object.keys(bundle("shown")).sort()).toEqual(BARS);
  expect(outputs.shown.find(({ output_type }) => output_type === "stream")?.text).toBe("after\n");
});

test("tensors show as numpy's, models as a table, layers as text", () => {
  expect(bundle("tensor")["text/plain"]).toBe("array([[0.5, 2. ]], dtype=float32)");
  expect(String(bundle("model")["text/html"])).toContain("dense_2");
  expect(outputs.layers[0]?.text).toContain("<Dense name=dense_2, built=True>");
});

test("console.log prints, lists print, and types are known to tslab's TypeScript", () => {
  expect(new Set(outputs.printed.map(({ output_type }) => output_type))).toEqual(new Set(["stream"]));
  expect(outputs.printed.map(({ text }) => text).join("")).toMatch(/^2\n.*\[2 rows x 9 columns\]\n$/s);
  expect(bundle("list")["text/plain"]).toContain("[2 rows x 9 columns]");
  expect(outputs.types[0]?.text).toBe("2\n");
});
