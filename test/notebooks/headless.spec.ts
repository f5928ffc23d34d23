import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDemoHome } from "../demo-home.js";
import { ROOT } from "../python.js";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Cell {
  readonly cell_type: string;
  readonly source: string;
  readonly outputs: readonly Output[];
}

let demo: Awaited<ReturnType<typeof makeDemoHome>>;
beforeAll(async () => {
  demo = await makeDemoHome();
});
afterAll(() => demo.remove());

async function run(name: string): Promise<readonly Cell[]> {
  const { stdout } = await promisify(execFile)(
    join(ROOT, ".venv-test/bin/python"),
    [join(ROOT, "test/notebooks/run-notebook.py"), join(ROOT, "notebooks", name)],
    {
      maxBuffer: 2 ** 28,
      env: { ...process.env, LIT_HOME: demo.home, JUPYTER_PATH: join(ROOT, ".venv/share/jupyter") },
    },
  );
  return (JSON.parse(stdout) as { cells: Cell[] }).cells;
}

describe("notebooks run headless", () => {
  const notebooks = readdirSync(join(ROOT, "notebooks")).filter((name) => name.endsWith(".ipynb"));

  test.each(notebooks)("%s runs top to bottom without an error", { timeout: 300_000 }, async (name) => {
    const cells = await run(name);
    for (const { source, outputs } of cells.filter((cell) => cell.cell_type === "code"))
      for (const output of outputs)
        expect([output.output_type, output.name === "stderr" ? output.text : ""], source).toEqual([
          expect.stringMatching(/^(stream|display_data|execute_result)$/),
          "",
        ]);
  });

  test("01-first-look.ipynb shows cards, candles, the prediction and the chart", {
    timeout: 300_000,
  }, async () => {
    const cells = await run("01-first-look.ipynb");
    const isRich = ({ output_type }: Output) => /^(display_data|execute_result)$/.test(output_type);
    const data = (part: string) => {
      const cell = cells.find(({ source }) => `\n${source}`.includes(part));
      return cell?.outputs.find(isRich)?.data ?? {};
    };
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
