import { type ExecFileException, execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { notebookText } from "../notebook.js";
import { ROOT, runPython } from "../python.js";

interface Cell {
  readonly execution_count: number | null;
  readonly outputs: readonly Readonly<Record<string, unknown>>[];
  readonly source: string;
}

const CELLS = ['const symbol: string = "spy";', "console.log(symbol);\nawait Promise.resolve(symbol.length);"];

let folder: string;

beforeAll(() => {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  folder = mkdtempSync(join(ROOT, ".cache/clients-"));
  vi.stubEnv("JUPYTER_PATH", join(ROOT, ".venv/share/jupyter"));
  vi.stubEnv("XDG_STATE_HOME", join(folder, "state"));
  write("plain.ipynb", CELLS);
  write("failing.ipynb", ["const a = 1;", "throw new RangeError('too far');", "a;"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, sources: readonly string[]): void =>
  writeFileSync(join(folder, name), notebookText(sources, ["parameters"]));

const read = (name: string) => readFileSync(join(folder, name), "utf8");
const cellsOf = (name: string) => (JSON.parse(read(name)) as { cells: Cell[] }).cells;

/** Runs a program of a virtual environment in the test's folder; resolves to what it said, also when it failed. */
function run(program: string, args: readonly string[]): Promise<{ readonly code: unknown; readonly said: string }> {
  const options = { cwd: folder, env: process.env, timeout: 120_000 };
  return new Promise((resolve) => {
    execFile(join(ROOT, program), args, options, (error: ExecFileException | null, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, said: stdout + stderr }),
    );
  });
}

const ran = (symbol: string) => [
  { output_type: "stream", name: "stdout", text: [`${symbol}\n`] },
  {
    output_type: "execute_result",
    execution_count: expect.any(Number),
    metadata: {},
    data: { "text/plain": [String(symbol.length)] },
  },
];

describe("jupyter nbconvert", () => {
  test("--execute saves outputs and counts, and --to script gives a TypeScript file", async () => {
    const executed = await run(".venv/bin/jupyter-nbconvert", [
      "--to=notebook",
      "--execute",
      "plain.ipynb",
      "--output=executed",
    ]);
    expect(executed.code, executed.said).toBe(0);
    expect(cellsOf("executed.ipynb").map((cell) => [cell.execution_count, cell.outputs])).toEqual([
      [1, []],
      [2, ran("spy")],
    ]);
    const script = await run(".venv/bin/jupyter-nbconvert", ["--to=script", "executed.ipynb"]);
    expect(script.code, script.said).toBe(0);
    expect(read("executed.ts").split("\n").filter(Boolean)).toEqual(CELLS.join("\n").split("\n"));
  });

  test("stops at a cell that throws and tells its error", async () => {
    const { code, said } = await run(".venv/bin/jupyter-nbconvert", ["--to=notebook", "--execute", "failing.ipynb"]);
    expect(code).toBe(1);
    expect(stripVTControlCharacters(said)).toContain("RangeError: too far\n    at Cell[2]:1:7\n");
  });
});

describe("papermill", () => {
  test("executes a notebook", async () => {
    const { code, said } = await run(".venv-test/bin/papermill", ["plain.ipynb", "run.ipynb"]);
    expect(code, said).toBe(0);
    expect(cellsOf("run.ipynb").map((cell) => [cell.execution_count, cell.outputs])).toEqual([
      [1, []],
      [2, ran("spy")],
    ]);
  });

  test("has no translator for TypeScript's parameters, as docs/kernel.md says", async () => {
    const { code, said } = await run(".venv-test/bin/papermill", ["plain.ipynb", "none.ipynb", "-p", "symbol", "qqq"]);
    expect(code).toBe(1);
    expect(said).toContain("No parameter translator functions specified for kernel 'litlab' or language 'typescript'");
    expect(existsSync(join(folder, "none.ipynb"))).toBe(false);
  });

  test("takes parameters with docs/kernel.md's translator", async () => {
    const program = /```python\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, "docs/kernel.md"), "utf8"))?.[1] ?? "";
    const parameters = { symbol: 'a "b" \\ $\n é 😀', depth: null, on: true, list: [1, { a: 0.5 }] };
    writeFileSync(join(folder, "parameters.json"), JSON.stringify(parameters));
    writeFileSync(join(folder, "translate.py"), program);
    write("parameters.ipynb", [
      'const symbol: string = "spy";\nconst depth: number | null = 5;\nconst on = false;\nconst list = [0];',
      "console.log(JSON.stringify({ symbol, depth, on, list }));",
    ]);
    const { code, said } = await run(".venv-test/bin/python", [
      "translate.py",
      "parameters.ipynb",
      "out.ipynb",
      "parameters.json",
    ]);
    expect(code, said).toBe(0);
    const text = read("out.ipynb");
    const [, injected, result] = cellsOf("out.ipynb");
    expect(injected?.outputs, text).toEqual([]);
    const printed = result?.outputs[0]?.text as string[] | undefined;
    expect(JSON.parse(printed?.join("") ?? "null")).toEqual(parameters);
  });
});

test("jupyter run runs a file; it also hands the file's path to the kernel", async () => {
  writeFileSync(join(folder, "file.ts"), 'const symbol: string = "spy";\nconsole.log(symbol);\n');
  const { code, said } = await run(".venv-test/bin/jupyter-run", ["--kernel=litlab", "file.ts"]);
  expect(code, said).toBe(0);
  expect(said).toBe("spy\n");
});

describe("jupyter console", () => {
  type Lines = Readonly<Record<string, readonly string[]>>;
  let asked: { readonly shown: Lines; readonly colours: Lines; readonly code: number | null };
  let watched: typeof asked;
  let shown: Lines;

  beforeAll(async () => {
    ({ asked, watched } = JSON.parse(await runPython("test/kernel/console_session.py", [folder])));
    shown = asked.shown;
  }, 300_000);

  test("names the kernel", () => {
    expect(shown["the start"]?.join("\n")).toMatch(/TypeScript \(Lit Lab\) \d\S*: TypeScript \S+ on Node \d/);
  });

  test("runs cells and shows the last value", () => {
    expect(shown["a cell"]).toEqual(["In [1]: const price: number = 41 + 1;", "In [2]:"]);
    expect(shown["a value"]).toEqual(["In [2]: price;", "Out[2]: 42", "In [3]:"]);
  });

  test("goes on in another line, indented, until the code is complete", () => {
    expect(shown["a first line"]).toEqual(["In [3]: function twice(x: number) {", "   ...:"]);
    expect(shown["a second line"]).toEqual(["   ...:   return x * 2;", "   ...:"]);
    expect(shown["a last line"]?.at(-1)).toBe("In [4]:");
  });

  test("completes with TAB", () => {
    expect(shown["one completion"]).toEqual(["In [4]: twice(price).toFixed"]);
    expect(shown["the completed cell"]).toEqual(["In [4]: twice(price).toFixed(1)", "Out[4]: '84.0'", "In [5]:"]);
    const [line, ...menu] = shown["several completions"] ?? [];
    expect(line).toBe("In [5]: Math.c");
    expect(menu.join(" ").trim().split(/\s+/).sort()).toEqual(["cbrt", "ceil", "clz32", "cos", "cosh"]);
  });

  test("is interrupted with Ctrl-C and keeps its state", () => {
    expect(watched.shown["an interrupt"]?.join("\n")).toMatch(/^\^C.*Interrupted.*\nIn \[3\]:$/);
    expect(watched.shown["the state"]?.slice(-2)).toEqual(["Out[3]: 43", "In [4]:"]);
  });

  test("prints errors in colour", () => {
    const types = shown["an error in types"]?.join("\n");
    expect(types).toContain(
      "Cell[5]:1:7 - error TS2339: Property 'size' does not exist on type 'number'.\n1 price.size\n        ~~~~",
    );
    expect(shown["an error"]?.slice(1, 3)).toEqual(["RangeError: too far", "    at Cell[6]:1:7"]);
    expect(asked.colours).toEqual({ "Cell[5]": ["cyan", "default", "red", "default"], RangeError: ["red", "default"] });
  });

  test("answers a prompt", () => {
    expect(watched.shown["an answer"]).toEqual(["who? Ada", "Out[4]: 'I am Ada'", "In [5]:"]);
  });

  test("ends with Ctrl-D, and the kernel with it", () => {
    expect([asked.code, watched.code]).toEqual([0, 0]);
  });
});
