import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { displayOf } from "../../../test/display.js";
import { ROOT } from "../../../test/python.js";
import { Canvas } from "../../dist/canvas/canvas.js";
import { listCanvases } from "../../dist/canvas/list-canvases.js";
import { type CanvasDocument, COMPONENTS, parseCanvas, writeCanvas } from "../../dist/canvas-core/index.js";
import { LitModelError, LitVaultError } from "../../dist/errors.js";
import { asUser } from "../vault/vault.oracle.js";

let home: string;
const folder = () => join(home, "contoso/canvases");
const fileOf = (name: string) => join(folder(), `${name}.canvas.json`);

/** The reference's example: five inputs, one output. */
const document: CanvasDocument = {
  version: 1,
  nodes: [
    ...["90_1daybar_lp%", "RSI14TA_day", "vwap2060_day", "20sma_day", "ATR14_day"].map((feature, i) => ({
      id: `in${i}`,
      type: "input" as const,
      settings: { features: [feature] },
    })),
    { id: "d", type: "dense", settings: { units: 8 } },
    {
      id: "out",
      type: "output",
      settings: { label_index: 4, gaussian_noise: 0.5, dropout: 0.5, feature: "long_updown" },
    },
  ],
  edges: [...[0, 1, 2, 3, 4].map((i) => ({ from: `in${i}`, to: "d" })), { from: "d", to: "out" }],
};

/** A Node process on the built SDK that sees `Canvas`, `document` and `args`; resolves to what it printed. */
const startNode = (code: string, ...args: string[]) => {
  const program = `
    const { Canvas } = await import(${JSON.stringify(`file://${ROOT}/sdk/dist/canvas/canvas.js`)});
    const document = ${JSON.stringify(document)};
    const args = process.argv.slice(1);
    ${code}`;
  return promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, ...args], {
    env: { ...process.env, LIT_HOME: home },
  });
};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "litlab-canvas-"));
  chmodSync(home, 0o755);
  vi.stubEnv("LIT_HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

describe("Canvas", () => {
  test("has the reference's inputs and outputs", async () => {
    const canvas = new Canvas("contoso", "demo");
    await canvas.save(document);
    expect([canvas.team, canvas.name, canvas.path]).toEqual(["contoso", "demo", fileOf("demo")]);
    expect([String(canvas), inspect(canvas)]).toEqual(Array(2).fill("Canvas(team='contoso', name='demo')"));
    expect(await canvas.inputs).toEqual([
      ["90_1daybar_lp%"],
      ["RSI14TA_day"],
      ["vwap2060_day"],
      ["20sma_day"],
      ["ATR14_day"],
    ]);
    const [output, ...others] = await canvas.outputs;
    expect(others).toEqual([]);
    expect(Object.entries(output ?? {})).toEqual(
      Object.entries({
        component_name: "",
        label_index: 4,
        gaussian_noise: 0.5,
        dropout: 0.5,
        class_weighting: 1,
        activation: "auto",
        feature: "long_updown",
      }),
    );
    expect(await canvas.document).toEqual(document);
    expect(await canvas.getAvailableComponents()).toEqual(COMPONENTS);
  });

  test("duplicates as demo_copy, then demo_copy_2, and removes", async () => {
    const canvas = new Canvas("contoso", "demo");
    await canvas.save(document);
    writeFileSync(fileOf("DEMO_copy_2"), writeCanvas(document));
    const copies = [await canvas.duplicate(), await canvas.duplicate()];
    expect(copies.map(({ name }) => name)).toEqual(["demo_copy", "demo_copy_3"]);
    expect(await copies[1]?.document).toEqual(document);
    expect((await listCanvases("contoso")).map(({ name }) => name)).toEqual([
      "DEMO_copy_2",
      "demo",
      "demo_copy",
      "demo_copy_3",
    ]);
    await canvas.remove();
    expect(existsSync(canvas.path)).toBe(false);
    for (const call of [() => canvas.remove(), () => canvas.document, () => canvas.inputs, () => canvas.duplicate()]) {
      await expect(call()).rejects.toThrow(`there is no canvas demo of the team contoso, expected ${fileOf("demo")}`);
      await expect(call()).rejects.toBeInstanceOf(LitModelError);
    }
    expect(await copies[0]?.document).toEqual(document);
  });

  test("a copy of a canvas with the longest name has a name as well", async () => {
    const canvas = new Canvas("contoso", "x".repeat(128));
    await canvas.save(document);
    expect((await canvas.duplicate()).name).toBe(`${"x".repeat(123)}_copy`);
    expect((await canvas.duplicate()).name).toBe(`${"x".repeat(121)}_copy_2`);
  });

  test("a file elsewhere is read, copied into the team, and never written", async () => {
    const path = join(home, "mine.canvas.json");
    writeFileSync(path, JSON.stringify(document));
    const canvas = new Canvas("contoso", null, path);
    expect([canvas.name, canvas.path]).toEqual(["mine", path]);
    expect(await canvas.document).toEqual(document);
    for (const call of [() => canvas.save(document), () => canvas.remove()])
      await expect(call()).rejects.toMatchObject({ code: "READ_ONLY", message: expect.stringContaining(path) });
    expect(readFileSync(path, "utf8")).toBe(JSON.stringify(document));
    const copy = await canvas.duplicate();
    expect([copy.name, copy.path, await copy.document]).toEqual(["mine_copy", fileOf("mine_copy"), document]);
    expect(new Canvas("contoso", "other", path).name).toBe("other");
    // The team's own file by its path is the team's own.
    await new Canvas("contoso", null, copy.path).remove();
    expect(readdirSync(folder())).toEqual([]);
  });

  test.each([["../demo"], [""], [".demo"], ["a/b"], ["demo."], ["x".repeat(129)]])("refuses the name %j", (name) => {
    expect(() => new Canvas("contoso", name)).toThrow(name ? LitVaultError : LitModelError);
    expect(() => new Canvas(name, "demo")).toThrow(LitVaultError);
  });

  test("refuses a team beside one of the same name in another case, to save as to copy into", async () => {
    await new Canvas("contoso", "demo").save(document);
    const path = join(home, "mine.canvas.json");
    writeFileSync(path, JSON.stringify(document));
    for (const call of [
      () => new Canvas("Contoso", "demo").save(document),
      () => new Canvas("Contoso", "", path).duplicate(),
    ])
      await expect(call()).rejects.toMatchObject({
        name: "LitVaultError",
        code: "NAME_EXISTS",
        message: "team 'Contoso' cannot be made beside 'contoso': names are unique ignoring case",
      });
    expect(readdirSync(home).sort()).toEqual(["contoso", "mine.canvas.json"]);
  });

  test("refuses a name that exists in another case, and a document that is not valid; the file stays", async () => {
    await new Canvas("contoso", "demo").save(document);
    const other = new Canvas("contoso", "Demo").save(document);
    await expect(other).rejects.toMatchObject({
      code: "NAME_EXISTS",
      message: "name already exists: there is a canvas demo",
    });
    const circle = { ...document, edges: [...document.edges, { from: "out", to: "d" }] };
    const invalid = new Canvas("contoso", "demo").save(circle);
    await expect(invalid).rejects.toThrow("the canvas demo: its nodes lead in a circle, d → out → d");
    expect(readdirSync(folder())).toEqual(["demo.canvas.json"]);
    expect(await new Canvas("contoso", "demo").document).toEqual(document);
  });

  test.each<[string, (path: string) => void, string]>([
    ["what is no JSON", (path) => writeFileSync(path, "{"), "is not JSON"],
    ["what is no text", (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x7b])), "is no canvas"],
    ["a newer version", (path) => writeFileSync(path, '{"version":9}'), "has version 9, this Lit Lab reads version 1"],
    [
      "17 MiB",
      (path) => writeFileSync(path, " ".repeat(17 * 2 ** 20)),
      "has 17825792 bytes, expected at most 16777216",
    ],
    ["a folder", (path) => mkdirSync(path), "not a file"],
    ["a pipe", (path) => execFileSync("mkfifo", [path]), "not a file"],
  ])("refuses %s by its path", async (_, make, message) => {
    mkdirSync(folder(), { recursive: true });
    make(fileOf("demo"));
    const read = new Canvas("contoso", "demo").document;
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toThrow(fileOf("demo"));
    await expect(read).rejects.toBeInstanceOf(LitModelError);
  });

  test("a read-only home is read; writing says that it cannot be", async () => {
    const canvas = new Canvas("contoso", "demo");
    await canvas.save(document);
    chmodSync(folder(), 0o555);
    await asUser(async () => {
      expect(await canvas.document).toEqual(document);
      for (const call of [() => canvas.save(document), () => canvas.remove(), () => canvas.duplicate()]) {
        const refused = call();
        await expect(refused).rejects.toThrow(/cannot be (written|removed): .*permission denied/);
        await expect(refused).rejects.toBeInstanceOf(LitModelError);
      }
    });
    expect(readdirSync(folder())).toEqual(["demo.canvas.json"]);
  });

  test("lists none of a team that is not there, and nothing but canvases", async () => {
    expect(await listCanvases("contoso")).toEqual([]);
    mkdirSync(folder(), { recursive: true });
    for (const name of [".canvas.json", "notes.txt", "..canvas.json", ".x.canvas.json"])
      writeFileSync(join(folder(), name), "");
    expect(await listCanvases("contoso")).toEqual([]);
  });
});

describe("its card", () => {
  const cardOf = async (shown: CanvasDocument) => {
    const canvas = new Canvas("contoso", "demo");
    await canvas.save(shown);
    const bundle = await displayOf(canvas);
    return { html: String(bundle["text/html"]), text: String(bundle["text/plain"]) };
  };

  test("shows the nodes with settings and shapes, as a table and as a graph", async () => {
    const { html, text } = await cardOf(document);
    expect(text.split("\n").map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        "Canvas(team='contoso', name='demo')",
        expect.stringMatching(/^in0 +Input +90_1daybar_lp% +\(None, 90, 4\)$/),
        expect.stringMatching(/^d +Dense +units: 8 +\(None, 8\)$/),
      ]),
    );
    expect(html.match(/<rect /g)).toHaveLength(document.nodes.length);
    expect(html).toContain('role="img" aria-label="Graph of the canvas demo"');
  });

  test("escapes names, and runs nothing", async () => {
    const name = "<img src=x onerror=alert(1)>";
    const nodes = document.nodes.map((node) => ({ ...node, name }));
    const { html } = await cardOf({ ...document, nodes });
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(html).not.toMatch(/<img|<script|javascript:/);
  });

  test("tells what does not fit, and stays short for 5,000 nodes", async () => {
    const nodes = Array.from({ length: 5000 }, (_, i) => ({ id: `n${i}`, type: "lstm" as const, settings: {} }));
    const { html, text } = await cardOf({ version: 1, nodes, edges: [] });
    expect(text).toContain('LSTM "n0" has 0 inputs, expected 1');
    expect(text).toContain("4600 more nodes");
    expect(html.length).toBeLessThan(200_000);
    expect(html).not.toContain("<svg");
  });
});

describe("several processes", () => {
  test("that duplicate at once give every copy a name of its own", async () => {
    await new Canvas("contoso", "demo").save(document);
    const code = `for (let i = 0; i < 5; i++) console.log((await new Canvas("contoso", "demo").duplicate()).name);`;
    const runs = await Promise.all([0, 1, 2].map(() => startNode(code)));
    const said = runs.flatMap(({ stdout }) => stdout.trim().split("\n"));
    const expected = ["demo_copy", ...Array.from({ length: 14 }, (_, i) => `demo_copy_${i + 2}`)];
    expect(said.sort()).toEqual(expected.sort());
    expect(readdirSync(folder()).sort()).toEqual(["demo", ...expected].map((name) => `${name}.canvas.json`).sort());
  });

  test("one that is killed in the middle of saving leaves a whole file, and the next writer clears up", async () => {
    const canvas = new Canvas("contoso", "demo");
    await canvas.save(document);
    const code = `
      const big = { ...document, groups: [] };
      for (let i = 0; i < 5000; i++) big.groups.push({ id: "g" + i, name: "group", nodes: [] });
      for (let i = 0; ; i++) {
        await new Canvas("contoso", "demo").save(i % 2 ? document : big);
        if (i === 3) console.log("going");
      }`;
    for (let round = 0; round < 6; round++) {
      const run = startNode(code);
      await new Promise((resolve) => run.child.stdout?.once("data", resolve));
      // In the middle: while what it writes lies beside the file.
      while (!readdirSync(folder()).some((name) => name.endsWith(".tmp"))) await new Promise(setImmediate);
      run.child.kill("SIGKILL");
      await expect(run).rejects.toMatchObject({ signal: "SIGKILL" });
      const text = readFileSync(canvas.path, "utf8");
      expect(writeCanvas(parseCanvas(text))).toBe(text);
    }
    await canvas.save(document);
    expect(readdirSync(folder())).toEqual(["demo.canvas.json"]);
  });
});
