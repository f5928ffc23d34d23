import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importModel } from "@litlab/sdk";
import { type CanvasDocument, shapesOf, writeCanvas } from "@litlab/sdk/canvas-core";
import type { CDPSession, Download, Page } from "playwright-core";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DemoLab, startDemoLab } from "../lab.js";
import { complaints, execute, openPage, picture, useTheme } from "../lab-page.js";
import { ROOT } from "../python.js";
import { expectPicture } from "./pictures.js";
import { focusedLabel, nodeOf, openFile, shown, VIEWER } from "./viewer.js";

const HOSTILE = "<img src=x onerror=alert(1)>";
const PAGE = { width: 1300, height: 800 };

const SMALL: CanvasDocument = {
  version: 1,
  nodes: [
    { id: "bars", type: "input", name: "bars", settings: { features: ["100_1_min"] } },
    { id: "rsi", type: "input", name: "strength", settings: { features: ["RSI14TA_day", "20sma_day"] } },
    { id: "memory", type: "lstm", name: "memory", settings: { units: 32 } },
    { id: "norm", type: "layerNormalization", settings: {} },
    { id: "trunk", type: "dense", name: "trunk", settings: { units: 64, layers: 2, activation: "relu" } },
    { id: "drop", type: "dropout", settings: { rate: 0.1 } },
    { id: "wrong", type: "conv1d", name: HOSTILE, settings: { filters: 8 } },
    { id: "up", type: "output", name: "up", settings: { feature: "long_updown", label_index: 0 } },
  ],
  edges: [
    { from: "bars", to: "memory" },
    { from: "memory", to: "norm" },
    { from: "norm", to: "trunk" },
    { from: "rsi", to: "trunk" },
    { from: "trunk", to: "drop" },
    { from: "drop", to: "up" },
    { from: "trunk", to: "wrong" },
  ],
  groups: [{ id: "g", name: "Trunk", nodes: ["trunk", "drop"] }],
};

/** A node with more settings than its card has lines, and a folded group with a name that is wider than its box. */
const CUT: CanvasDocument = {
  version: 1,
  nodes: [
    { id: "bars", type: "input", settings: { features: ["100_1_min"] } },
    {
      id: "conv",
      type: "conv1d",
      settings: {
        filters: 8,
        kernel_size: 3,
        strides: 1,
        padding: "same",
        dilation_rate: 1,
        activation: "relu",
        use_bias: true,
      },
    },
    { id: "flat", type: "flatten", settings: {} },
  ],
  edges: [
    { from: "bars", to: "conv" },
    { from: "conv", to: "flat" },
  ],
  groups: [{ id: "g", name: "What comes behind the convolution", nodes: ["flat"], folded: true }],
};

/** Rows of dense layers, each fed by the row before. */
function largeCanvas(count: number, rows: number): CanvasDocument {
  const nodes: CanvasDocument["nodes"] = [{ id: "in", type: "input", settings: { features: ["100_1_min"] } }];
  const edges: CanvasDocument["edges"] = [];
  for (let i = 1; i < count; i++) {
    nodes.push({
      id: `d${i}`,
      type: "dense",
      name: `dense_${i}`,
      settings: { units: 8 + (i % 50), activation: "relu" },
    });
    edges.push({ from: i > rows ? `d${i - rows}` : "in", to: `d${i}` });
    if (i > rows + 1 && i % 3 === 0) edges.push({ from: `d${i - rows - 1}`, to: `d${i}` });
  }
  return { version: 1, nodes, edges };
}

const WRONG: Readonly<Record<string, readonly [text: string, reason: RegExp]>> = {
  "text.canvas.json": ["what is this?", /is not JSON/],
  "list.canvas.json": ["[]", /expected/],
  "version.canvas.json": ['{ "version": 7, "nodes": [], "edges": [] }', /version/],
  "circle.canvas.json": [
    JSON.stringify({
      version: 1,
      nodes: ["a", "b"].map((id) => ({ id, type: "dense", settings: {} })),
      edges: [
        { from: "a", to: "b" },
        { from: "b", to: "a" },
      ],
    }),
    /circle/,
  ],
  "hostile.canvas.json": [
    JSON.stringify({ version: 1, nodes: [{ id: "a", type: HOSTILE, settings: {} }], edges: [] }),
    /img src=x/,
  ],
  "huge.canvas.json": [JSON.stringify(largeCanvas(100_000, 20)), /It has 100,000 nodes; at most 10,000 can be drawn\./],
};

let lab: DemoLab;

beforeAll(async () => {
  lab = await startDemoLab("canvas");
  writeFileSync(join(lab.files, "small.canvas.json"), writeCanvas(SMALL));
  writeFileSync(join(lab.files, "cut.canvas.json"), writeCanvas(CUT));
  writeFileSync(join(lab.files, "n200.canvas.json"), writeCanvas(largeCanvas(200, 8)));
  writeFileSync(join(lab.files, "n1000.canvas.json"), writeCanvas(largeCanvas(1000, 20)));
  for (const [name, [text]] of Object.entries(WRONG)) writeFileSync(join(lab.files, name), text);
  const canvases = join(lab.home, "contoso/canvases");
  mkdirSync(canvases, { recursive: true });
  writeFileSync(join(canvases, "trend.canvas.json"), writeCanvas(SMALL));
  vi.stubEnv("LIT_HOME", lab.home);
  await importModel("contoso", join(ROOT, "cli/demo/spy_e1.keras"), [], "undrawn");
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await lab?.close();
});

async function exported(page: Page, kind: "SVG" | "PNG"): Promise<Buffer> {
  const [file]: [Download, unknown] = await Promise.all([
    page.waitForEvent("download"),
    shown(page)
      .getByRole("button", { name: `Export as ${kind}` })
      .click(),
  ]);
  return readFileSync(await file.path());
}

/** Nodes that are kept although they are no longer on the page, of classes that match. */
async function detachedNodes(tools: CDPSession, classes: RegExp): Promise<string[]> {
  const chunks: string[] = [];
  tools.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => chunks.push(chunk));
  await tools.send("HeapProfiler.takeHeapSnapshot", {});
  const { snapshot, nodes, strings } = JSON.parse(chunks.join("")) as {
    snapshot: { meta: { node_fields: string[] } };
    nodes: number[];
    strings: string[];
  };
  const fields = snapshot.meta.node_fields;
  const [name, detachedness] = [fields.indexOf("name"), fields.indexOf("detachedness")];
  const found: string[] = [];
  for (let i = 0; i < nodes.length; i += fields.length) {
    const text = strings[nodes[i + name] as number] ?? "";
    if (nodes[i + detachedness] === 2 && text.startsWith("<") && classes.test(text)) found.push(text);
  }
  return found;
}

/** An SVG file's size, its texts, and what could run or load anything, as a browser parses it. */
const parsed = (page: Page, svg: string) =>
  page.evaluate((text: string) => {
    const { documentElement: root } = new DOMParser().parseFromString(text, "image/svg+xml");
    const all = [...root.querySelectorAll("*")];
    return {
      root: root.tagName,
      size: [Number(root.getAttribute("width")), Number(root.getAttribute("height"))] as [number, number],
      texts: [...root.querySelectorAll("text")].map(({ textContent }) => textContent),
      paths: root.querySelectorAll("path[marker-end]").length,
      active: all.filter((e) => /^(script|img|image|foreignObject|style|a|use)$/i.test(e.tagName)).length,
      handlers: all.flatMap((e) => e.getAttributeNames()).filter((name) => /^on|href/.test(name)),
    };
  }, svg);

test("a canvas opens as a graph that is searched, folded, exported and restored", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  const viewer = await openFile(page, "small.canvas.json");
  await nodeOf(viewer, "memory, LSTM").waitFor();
  // Edges carry the shapes of Keras.
  const shapes = shapesOf(SMALL);
  expect(shapes.get("bars")).toEqual({ shape: [100, 8] });
  await viewer
    .getByRole("img", { name: "From bars to memory: 100 × 8", includeHidden: true })
    .waitFor({ state: "attached" });
  await viewer.getByText("100 × 8", { exact: true }).waitFor();
  const graph = viewer.locator(".react-flow");
  await expectPicture(graph, "canvas-light");
  expect(await complaints(page, VIEWER)).toEqual([]);

  // By keyboard: found, gone on from, looked at.
  const find = viewer.getByRole("combobox", { name: "Find a node" });
  await find.fill("lst");
  await viewer.getByRole("option", { name: "memory LSTM" }).waitFor();
  await find.press("Enter");
  await expect.poll(() => focusedLabel(page)).toBe("memory, LSTM");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => focusedLabel(page)).toBe("LayerNormalization, LayerNormalization");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => focusedLabel(page)).toBe("memory, LSTM");
  await page.keyboard.press("Enter");
  const panel = viewer.getByRole("complementary", { name: "Details of memory" });
  await panel.getByRole("row", { name: "units 32" }).waitFor();
  await panel.getByRole("row", { name: "activation tanh" }).waitFor();
  expect(await complaints(page, VIEWER)).toEqual([]);
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  await expect.poll(() => focusedLabel(page)).toBe("memory, LSTM");

  // A problem is where it is.
  await viewer.getByRole("button", { name: "Fit" }).click();
  const wrong = viewer.getByRole("button", { name: `${HOSTILE}, Conv1D` });
  await wrong.click();
  await viewer
    .getByRole("complementary", { name: `Details of ${HOSTILE}` })
    .getByText(/takes \[steps, channels\]/)
    .waitFor();
  await viewer.getByRole("button", { name: "Close the details" }).click();

  await viewer.getByRole("button", { name: "Fold Trunk" }).click();
  await nodeOf(viewer, "Trunk, group of 2").waitFor();
  await nodeOf(viewer, "trunk, Dense").waitFor({ state: "detached" });
  // The focus stays with what is folded and unfolded.
  await expect.poll(() => focusedLabel(page)).toBe("Trunk, group of 2");
  await page.keyboard.press("Space");
  await expect.poll(() => focusedLabel(page)).toBe("Fold Trunk");
  await page.keyboard.press("Space");
  await expect.poll(() => focusedLabel(page)).toBe("Trunk, group of 2");
  await viewer.getByRole("img", { name: "From Trunk to up: 64", includeHidden: true }).waitFor({ state: "attached" });
  // What is found in a folded group unfolds it.
  await find.fill("trunk");
  await find.press("Enter");
  await expect.poll(() => focusedLabel(page)).toBe("trunk, Dense");
  await viewer.getByRole("button", { name: "Fit" }).click();

  const svg = await parsed(page, (await exported(page, "SVG")).toString());
  expect(svg).toMatchObject({ root: "svg", paths: SMALL.edges.length, active: 0, handlers: [] });
  expect(svg.texts).toEqual(expect.arrayContaining(["Trunk", "memory", "LSTM", "units: 32", "100 × 8", "up"]));
  const png = PNG.sync.read(await exported(page, "PNG"));
  expect([png.width, png.height]).toEqual(svg.size.map((side) => 2 * side));
  expect(new Set(new Uint32Array(png.data.buffer, png.data.byteOffset, png.data.length / 4)).size).toBeGreaterThan(20);

  // A picture that the browser cannot make, as when memory is short.
  await page.evaluate(`HTMLCanvasElement.prototype.litlabToBlob = HTMLCanvasElement.prototype.toBlob;
    HTMLCanvasElement.prototype.toBlob = (done) => done(null)`);
  await viewer.getByRole("button", { name: "Export as PNG" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/^The browser cannot paint \d+ × \d+ pixels/).waitFor();
  await dialog.getByRole("button").click();
  await page.evaluate(`HTMLCanvasElement.prototype.toBlob = HTMLCanvasElement.prototype.litlabToBlob`);

  await useTheme(page, "JupyterLab Dark");
  await expectPicture(graph, "canvas-dark");
  expect(await complaints(page, VIEWER)).toEqual([]);
  await useTheme(page, "JupyterLab Dark High Contrast");
  await picture(page, "canvas-high-contrast");
  expect(await complaints(page, VIEWER)).toEqual([]);
  await useTheme(page, "JupyterLab Light");

  // The editor is there, and what is written in it is shown.
  await viewer.getByRole("button", { name: "Open with JSON editor" }).click();
  await page.locator(".jp-FileEditor .cm-content").getByText('"memory"').first().waitFor();
  await execute(page, "docmanager:open", { path: "small.canvas.json", factory: "Canvas" });
  await nodeOf(viewer, "memory, LSTM").waitFor();

  const saved = page.waitForResponse(
    (answer) => /api\/workspaces/.test(answer.url()) && answer.request().method() === "PUT",
  );
  await page.getByRole("main").getByRole("tab", { name: "small.canvas.json" }).last().click();
  await saved;
  await page.goto(lab.address);
  await page.getByRole("main").getByRole("tab", { name: "small.canvas.json" }).first().click();
  await nodeOf(shown(page), "memory, LSTM").waitFor();
  expect(problems).toEqual([]);
});

test("a canvas that cannot be shown says why", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  for (const [name, [, reason]] of Object.entries(WRONG)) {
    const viewer = await openFile(page, name);
    const alert = viewer.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(reason);
    await alert.getByRole("button", { name: "Open with JSON editor" }).waitFor();
  }
  await picture(page, "canvas-refused");
  expect(await complaints(page, VIEWER)).toEqual([]);
  await openFile(page, "text.canvas.json");
  await shown(page).getByRole("button", { name: "Open with JSON editor" }).click();
  await page.locator(".jp-FileEditor .cm-content").getByText("what is this?").waitFor();
  expect(problems).toEqual([]);
});

test("a card ends with … where something is left out of it", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  const viewer = await openFile(page, "cut.canvas.json");
  const lines = nodeOf(viewer, "Conv1D, Conv1D").locator(".litlab-Graph-lines > div");
  await expect
    .poll(() => lines.allTextContents())
    .toEqual([
      "filters: 8",
      "kernel_size: 3",
      "strides: 1",
      "padding: same",
      "dilation_rate: 1",
      "activation: relu, …",
    ]);
  expect((await parsed(page, (await exported(page, "SVG")).toString())).texts).toContain("activation: relu, …");
  await picture(page, "canvas-cut");
  expect(problems).toEqual([]);
});

test("a folded group's long name ends before its button", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  const viewer = await openFile(page, "cut.canvas.json");
  const [title, button] = await Promise.all([
    viewer.getByText("What comes behind the convolution").boundingBox(),
    viewer.getByRole("button", { name: "Unfold What comes behind the convolution" }).boundingBox(),
  ]);
  if (!title || !button) throw new Error("the group's name or button is not there");
  expect(title.x + title.width).toBeLessThan(button.x);
  expect(problems).toEqual([]);
});

test("a node that a reload removes is let go of", { timeout: 240_000 }, async () => {
  writeFileSync(join(lab.files, "shrinks.canvas.json"), writeCanvas(SMALL));
  const { page, problems } = await openPage(lab, PAGE);
  const viewer = await openFile(page, "shrinks.canvas.json");
  await nodeOf(viewer, "strength, Input").click();
  const panel = viewer.getByRole("complementary", { name: "Details of strength" });
  await panel.waitFor();
  const kept = {
    nodes: SMALL.nodes.filter(({ id }) => id !== "rsi"),
    edges: SMALL.edges.filter(({ from }) => from !== "rsi"),
  };
  writeFileSync(join(lab.files, "shrinks.canvas.json"), writeCanvas({ ...SMALL, ...kept }));
  await execute(page, "docmanager:reload");
  await nodeOf(viewer, "strength, Input").waitFor({ state: "detached" });
  await panel.waitFor({ state: "detached" });
  const area = viewer.locator(".litlab-Graph-area");
  await area.press("Escape");
  expect(await area.evaluate((element) => element === document.activeElement)).toBe(true);
  // It is not laid out again and again: nothing is drawn in the next frames.
  const drawn = await area.evaluate(async (element) => {
    let changes = 0;
    const observer = new MutationObserver((records) => {
      changes += records.length;
    });
    observer.observe(element, { subtree: true, childList: true, attributes: true });
    for (let i = 0; i < 30; i++) await new Promise(requestAnimationFrame);
    observer.disconnect();
    return changes;
  });
  expect(drawn).toBe(0);
  await page.keyboard.press("Home");
  await expect.poll(() => focusedLabel(page)).toMatch(/./);
  expect(problems).toEqual([]);
});

test("a canvas of 1,000 nodes pans, zooms and is searched", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  const viewer = await openFile(page, "n1000.canvas.json");
  await viewer.locator(".react-flow__viewport").waitFor({ timeout: 60_000 });
  const place = () =>
    viewer.locator(".react-flow__viewport").evaluate((element) => (element as HTMLElement).style.transform);
  await expect.poll(() => viewer.locator(".litlab-Graph-node").count()).toBe(1000);
  // All are there at once in a plain layout; ELK's takes its place, and is in view as a whole.
  await viewer.locator('.litlab-Graph-area[aria-busy="false"]').waitFor({ timeout: 60_000 });
  await expect.poll(() => viewer.locator(".litlab-Graph-node").count()).toBe(1000);
  await picture(page, "canvas-1000");
  const box = await viewer.locator(".react-flow__pane").boundingBox();
  if (!box) throw new Error("the graph has no place");
  const [x, y] = [box.x + box.width / 2, box.y + 20];
  const before = await place();
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 100, y + 60, { steps: 10 });
  await page.mouse.up();
  const shift = async () => {
    const [from = [], to = []] = [before, await place()].map((text) => text.match(/-?[\d.]+/g)?.map(Number));
    return [0, 1].map((axis) => Math.round((to[axis] ?? 0) - (from[axis] ?? 0)));
  };
  await expect.poll(shift).toEqual([100, 60]);

  const find = viewer.getByRole("combobox", { name: "Find a node" });
  await find.fill("dense_777");
  await find.press("Enter");
  await expect.poll(() => focusedLabel(page)).toBe("dense_777, Dense");
  // An export looks each colour up once, not for each node.
  await viewer.locator(".litlab-Graph-area").evaluate((area) => {
    new MutationObserver((records) => {
      area.setAttribute("data-lookups", String(records.flatMap(({ addedNodes }) => [...addedNodes]).length));
    }).observe(area, { childList: true });
  });
  expect((await exported(page, "SVG")).length).toBeGreaterThan(100_000);
  const lookups = Number(await viewer.locator(".litlab-Graph-area").getAttribute("data-lookups"));
  expect(lookups).toBeGreaterThan(0);
  expect(lookups).toBeLessThan(30);
  // Only what is in view is on the page.
  await expect.poll(() => viewer.locator(".litlab-Graph-node").count()).toBeLessThan(100);
  expect(problems).toEqual([]);
});

test("a canvas whose better layout takes too long keeps the plain one, and says so", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  // ELK never hears that there is something to do.
  await page.evaluate("Worker.prototype.postMessage = () => {}");
  const viewer = await openFile(page, "n200.canvas.json");
  await viewer.getByRole("status").getByText("Laying out…").waitFor();
  await viewer.getByRole("status").getByText("Simple layout: a better one took longer than 10 s").waitFor();
  await expect.poll(() => viewer.locator(".litlab-Graph-node").count()).toBe(200);
  expect(await complaints(page, VIEWER)).toEqual([]);
  await picture(page, "canvas-simple");
  expect(problems).toEqual([]);
});

test("a canvas that is opened and closed 100 times leaves nothing", { timeout: 600_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  const tools = await page.context().newCDPSession(page);
  const counted = async () => {
    await tools.send("HeapProfiler.collectGarbage");
    return tools.send("Memory.getDOMCounters");
  };
  const openAndClose = async () => {
    await execute(page, "docmanager:open", { path: "small.canvas.json" });
    await nodeOf(shown(page), "memory, LSTM").waitFor();
    await page.evaluate(`window.jupyterapp.shell.currentWidget.close()`);
    await page.locator(".litlab-Viewer").waitFor({ state: "detached" });
  };
  for (let i = 0; i < 5; i++) await openAndClose();
  const before = await counted();
  for (let i = 0; i < 100; i++) await openAndClose();
  // JupyterLab's menus keep a few nodes each time; a canvas has hundreds, of which none may stay.
  const after = await counted();
  expect((after.nodes - before.nodes) / 100).toBeLessThan(10);
  expect(await detachedNodes(tools, /litlab-|react-flow/)).toEqual([]);
  expect(problems).toEqual([]);
});

test("of the team's canvases those that are open are read again when something changes", {
  timeout: 240_000,
}, async () => {
  const { page, problems } = await openPage(lab);
  const read = new Set<string>();
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      const [, canvas] = /canvases\.read.*canvas[\\"]+:[\\"]+(\w+)/.exec(String(payload)) ?? [];
      if (canvas) read.add(canvas);
    }),
  );
  const canvases = join(lab.home, "contoso/canvases");
  for (const name of ["closed", "stays"]) {
    writeFileSync(join(canvases, `${name}.canvas.json`), writeCanvas(SMALL));
    await execute(page, "litlab:open-canvas", { team: "contoso", canvas: name });
    await nodeOf(shown(page), "memory, LSTM").waitFor();
    if (name === "closed") await page.evaluate(`window.jupyterapp.shell.currentWidget.close()`);
  }
  expect([...read]).toEqual(["closed", "stays"]);
  // Whoever else looks at the canvas, as JupyterLab's checkpoints do, keeps its document from nothing.
  await page.evaluate(`setInterval(() =>
    window.jupyterapp.serviceManager.contents.get("lit:contoso/canvases/stays.canvas.json", { content: false }), 5)`);
  read.clear();
  const renamed = SMALL.nodes.map((node) => (node.id === "memory" ? { ...node, name: "recollection" } : node));
  for (const name of ["closed", "stays"])
    writeFileSync(join(canvases, `${name}.canvas.json`), writeCanvas({ ...SMALL, nodes: renamed }));
  await nodeOf(shown(page), "recollection, LSTM").waitFor();
  expect([...read]).toEqual(["stays"]);
  expect(problems).toEqual([]);
  await page.close();
});

test("the drive lit: has the teams' canvases", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  const contents = (call: string) =>
    page.evaluate(`window.jupyterapp.serviceManager.contents.${call}.then(
      (model) => model && ({ path: model.path, writable: model.writable, hash: model.hash,
        content: Array.isArray(model.content) ? model.content.map(({ path, writable }) => [path, writable]) : model.content }),
      ({ name, code, response, message }) => ({ error: { name, code, status: response?.status, message } }))`);
  expect(await contents(`get("lit:")`)).toMatchObject({ content: [["lit:contoso", false]] });
  expect(await contents(`get("lit:contoso")`)).toMatchObject({
    content: [
      ["lit:contoso/canvases", true],
      ["lit:contoso/vaulted", false],
    ],
  });
  const trend = "lit:contoso/canvases/trend.canvas.json";
  expect(await contents(`get("lit:contoso/canvases")`)).toMatchObject({
    content: expect.arrayContaining([[trend, true]]),
  });
  expect(await contents(`get("lit:contoso/vaulted")`)).toMatchObject({
    content: [["lit:contoso/vaulted/spy_e1.canvas.json", false]],
  });
  expect(await contents(`get("lit:contoso/canvases/none.canvas.json")`)).toMatchObject({ error: { status: 404 } });
  expect(await contents(`get("lit:contoso/../../etc/passwd")`)).toMatchObject({ error: { status: 404 } });

  await execute(page, "litlab:open-canvas", { team: "contoso", canvas: "trend" });
  await nodeOf(shown(page), "memory, LSTM").waitFor();
  // What another program writes is shown.
  const path = join(lab.home, "contoso/canvases/trend.canvas.json");
  const renamed = SMALL.nodes.map((node) => (node.id === "memory" ? { ...node, name: "recollection" } : node));
  writeFileSync(path, writeCanvas({ ...SMALL, nodes: renamed }));
  await nodeOf(shown(page), "recollection, LSTM").waitFor();

  // Saved over the version that was read; over another one it is refused.
  const text = JSON.stringify(writeCanvas({ ...SMALL, nodes: SMALL.nodes.slice(0, 2), edges: [], groups: [] }));
  const save = (to: string) =>
    contents(`save(${JSON.stringify(to)}, { type: "file", format: "text", content: ${text} })`);
  expect(await save(trend)).toMatchObject({ path: trend });
  expect(JSON.parse(readFileSync(path, "utf8")).nodes).toHaveLength(2);
  writeFileSync(path, writeCanvas(SMALL));
  expect(await save(trend)).toMatchObject({ error: { name: "ServiceError", code: "CONFLICT" } });
  expect(readFileSync(path, "utf8")).toBe(writeCanvas(SMALL));
  expect(await save("lit:contoso/vaulted/spy_e1.canvas.json")).toMatchObject({ error: { code: "READ_ONLY" } });

  const fresh = "lit:contoso/canvases/fresh.canvas.json";
  expect(await save(fresh)).toMatchObject({ path: fresh });
  const copy = "lit:contoso/canvases/fresh_copy.canvas.json";
  expect(await contents(`copy(${JSON.stringify(fresh)}, "lit:contoso/canvases")`)).toMatchObject({ path: copy });
  const other = "lit:contoso/canvases/other.canvas.json";
  expect(await contents(`rename(${JSON.stringify(copy)}, ${JSON.stringify(other)})`)).toMatchObject({ path: other });
  expect(await contents(`delete(${JSON.stringify(other)})`)).toBeUndefined();
  expect(await contents(`get(${JSON.stringify(other)})`)).toMatchObject({ error: { status: 404 } });

  // What is gone, or larger than is sent, says so where it is opened; an open one would say so too, as it is read again.
  await page.evaluate(`jupyterapp.shell.currentWidget?.close()`);
  await shown(page).waitFor({ state: "detached" });
  writeFileSync(path, " ".repeat(17 * 2 ** 20));
  for (const [canvas, reason] of [
    ["other", /other/],
    ["trend", /trend\.canvas\.json has 17825792 bytes/],
  ] as const) {
    await page.evaluate(
      `void jupyterapp.commands.execute("litlab:open-canvas", { team: "contoso", canvas: "${canvas}" })`,
    );
    const dialog = page.getByRole("dialog");
    await dialog.getByText(reason).first().waitFor();
    await dialog.getByRole("button").last().click();
    await dialog.waitFor({ state: "detached" });
  }

  // A list is as high as its rows while there is room.
  const names = ["one", "two", "three"];
  for (const name of names) writeFileSync(join(lab.home, `contoso/canvases/${name}.canvas.json`), writeCanvas(SMALL));
  await page.setViewportSize({ ...PAGE, height: 1100 });
  await page.getByRole("tab", { name: "Vault" }).click();
  const list = page.getByRole("tree", { name: "Canvases" });
  await list.getByRole("treeitem", { name: /^three/ }).waitFor();
  await expect.poll(() => list.evaluate(({ clientHeight, scrollHeight }) => scrollHeight - clientHeight)).toBe(0);

  // Jupyter's own answers to what is not there are no faults of the page.
  expect(problems.filter((problem) => !/404/.test(problem))).toEqual([]);
});
