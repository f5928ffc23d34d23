import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDemoHome } from "../demo-home.js";
import { ROOT } from "../python.js";
import { bundlesOf, isRich, runNotebook } from "./run-notebook.js";

let demo: Awaited<ReturnType<typeof makeDemoHome>>;
beforeAll(async () => {
  demo = await makeDemoHome();
});
afterAll(() => demo.remove());

describe("notebooks run headless", () => {
  const notebooks = readdirSync(join(ROOT, "notebooks")).filter((name) => name.endsWith(".ipynb"));

  test.each(notebooks)("%s runs top to bottom without an error", { timeout: 300_000 }, async (name) => {
    const { kernel, code } = await runNotebook(name, demo.home);
    expect(kernel).toBe("litlab");
    expect(code.map((cell) => cell.execution_count)).toEqual(code.map((_, i) => i + 1));
    for (const { source, outputs } of code)
      for (const output of outputs)
        expect([output.output_type, output.name === "stderr" ? output.text : ""], source).toEqual([
          expect.stringMatching(/^(stream|display_data|execute_result)$/),
          "",
        ]);
  });

  test("01-first-look.ipynb shows cards, candles, the prediction and the chart", {
    timeout: 300_000,
  }, async () => {
    const notebook = await runNotebook("01-first-look.ipynb", demo.home);
    const cells = notebook.code;
    // A cell ends with a value, which is its result, or with console.log.
    for (const { source, outputs, execution_count } of cells) {
      const results = outputs.filter(({ output_type }) => output_type === "execute_result");
      expect(
        results.map((result) => result.execution_count),
        source,
      ).toEqual(/\bconsole\.log\([^\n]*\);$/.test(source) ? [] : [execution_count]);
    }
    const shown = cells.filter(({ outputs }) => outputs.some(({ output_type }) => output_type === "display_data"));
    expect(shown).toEqual(cells.filter(({ source }) => /\bdisplay\(/.test(source)));
    const data = (part: string) => bundlesOf(notebook, part)[0] ?? {};
    const mime = (end: string) => Object.keys(data(end));
    expect(mime("\nitems;")).toEqual(expect.arrayContaining(["text/html", "text/plain"]));
    expect(data("\nitems;")["text/plain"]).toContain("VaultItem(team='contoso', name='spy_e1')");
    expect(String(data("\nitem;")["text/html"])).toContain("spy_e1");
    expect(String(data("\nawait item.details;")["text/html"])).toContain("dateAdded");
    expect(String(data("\nmodel;")["text/html"])).toContain("dense_40c93684-299b-41df-b233-912a47954a84_0");
    expect(mime("\nbars;")).toEqual(
      expect.arrayContaining(["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]),
    );
    expect(String(data("\nawait display(model.predict(x));")["text/plain"])).toMatch(
      /^array\(\[\[0\.\d+\]\], dtype=float32\)$/,
    );
    const chart = cells.at(-1)?.outputs.find(isRich)?.data ?? {};
    expect(Object.keys(chart)).toEqual(
      expect.arrayContaining(["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]),
    );
    const layers = cells.find(({ source }) => source === "model.layers;")?.outputs ?? [];
    const text = layers.flatMap((output) => [output.text ?? output.data?.["text/plain"]].flat()).join("");
    expect(text).toContain("<InputLayer name=input_1, built=True>");
    expect(text.match(/<\w+ name=/g)).toHaveLength(11);
  });
});
