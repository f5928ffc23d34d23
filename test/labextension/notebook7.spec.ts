import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DemoLab, startDemoLab } from "../lab.js";
import { codeCell, complaints, execute, type LabPage, newPage, picture, runCell } from "../lab-page.js";
import { notebookText } from "../notebook.js";
import { ROOT } from "../python.js";
import { chartOf, drag, held } from "./chart.js";
import { nodeOf } from "./viewer.js";

/** 21,000 trades in 7,000 minutes. */
const BARS = `import { MemoryAdapter } from "@litlab/sdk";
const time = Float64Array.from({ length: 21_000 }, (_, i) => ${Date.UTC(2024, 2, 4) * 1000} + i * 20e6);
const adapter = new MemoryAdapter({ time, price: time.map((_, i) => 100 + i / 1000), size: time.map(() => 1) });
await adapter.getBarDaterange([time[0]!, time[0]! + 21_000 * 20e6], "min", 1);`;

let lab: DemoLab;

beforeAll(async () => {
  lab = await startDemoLab("notebook7", "notebook");
  writeFileSync(join(lab.files, "bars.ipynb"), notebookText([BARS]));
  copyFileSync(join(ROOT, "cli/demo/spy_e1.keras"), join(lab.files, "spy_e1.keras"));
  copyFileSync(join(ROOT, "cli/demo/spy_e1.keras"), join(lab.files, "other.keras"));
  const nodes = [
    { id: "a", type: "input", name: "bars", settings: { features: ["100_1_min"] } },
    { id: "b", type: "dense", name: "trunk", settings: { units: 8 } },
  ];
  const canvas = { version: 1, nodes, edges: [{ from: "a", to: "b" }] };
  writeFileSync(join(lab.files, "small.canvas.json"), JSON.stringify(canvas));
});

afterAll(() => lab?.close());

/** A page of Notebook 7, whose shell has neither launcher nor status bar nor tabs. */
const open = (path: string): Promise<LabPage> =>
  newPage({ ...lab, address: new URL(lab.address).origin }, path, { width: 1400, height: 1000 });

/** A page with a notebook, whose kernel answers. */
async function openNotebook(name: string): Promise<LabPage> {
  const opened = await open(`/notebooks/${name}`);
  await codeCell(opened.page, 0).waitFor();
  await opened.page.evaluate(`(async () => {
    const { sessionContext } = window.jupyterapp.shell.currentWidget;
    await sessionContext.ready;
    await sessionContext.session.kernel.info;
  })()`);
  return opened;
}

/** Without an extension Notebook 7.6 has this one as well: it reads settings that it has not yet loaded. */
const ours = (problems: readonly string[]): string[] =>
  problems.filter((problem) => problem !== "TypeError: Cannot read properties of undefined (reading 'schema')");

/** The page that opens in a browser's tab of its own. */
async function opened(page: Page, action: () => Promise<unknown>): Promise<Page> {
  const [other] = await Promise.all([page.waitForEvent("popup"), action()]);
  return other;
}

test("bars are a figure that zooms and is refined; their picture is in the file", { timeout: 120_000 }, async () => {
  const { page, problems } = await openNotebook("bars.ipynb");
  await runCell(page, 0, 1);
  const chart = chartOf(page, 0);
  await expect.poll(async () => (await held(chart)).drawn).toBe(1750);
  const whole = await held(chart);
  await drag(page, chart, 0.4, 0.6);
  // Of a fifth of 7,000 bars every one is shown; before, one candle was four.
  await expect.poll(async () => (await held(chart)).open[1]).toBeCloseTo((whole.open[700] as number) + 0.003, 1);
  const part = await held(chart);
  expect(part.drawn).toBe(part.open.length);
  expect((part.open[1] as number) - (part.open[0] as number)).toBeCloseTo(0.003, 6);
  expect((whole.open[1] as number) - (whole.open[0] as number)).toBeCloseTo(0.012, 6);
  await picture(page, "notebook7-zoomed");

  await page.keyboard.press("Control+s");
  const saved = () =>
    JSON.parse(readFileSync(join(lab.files, "bars.ipynb"), "utf8")) as {
      cells: { outputs: { data: Record<string, unknown> }[] }[];
    };
  await expect
    .poll(() => Object.keys(saved().cells[0]?.outputs[0]?.data ?? {}))
    .toEqual(expect.arrayContaining(["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]));
  expect(ours(problems)).toEqual([]);
});

test("the vault stands beside a notebook, and what it opens too", { timeout: 180_000 }, async () => {
  writeFileSync(join(lab.files, "vault.ipynb"), notebookText([""]));
  const { page, problems } = await openNotebook("vault.ipynb");
  await page.getByRole("menuitem", { name: "View", exact: true }).click();
  await page.getByText("Left Sidebar", { exact: true }).hover();
  await page.getByRole("menuitem", { name: "Show Vault" }).click();
  const item = page.getByRole("tree", { name: "Items" }).getByRole("treeitem", { name: "spy_e1" });
  await item.dblclick();
  const preview = page.locator(".litlab-PreviewTab");
  await preview.getByRole("heading", { name: "spy_e1" }).waitFor();
  await picture(page, "notebook7-vault");
  expect(await complaints(page, "#litlab-vault, .litlab-Preview")).toEqual([]);

  await preview.getByRole("button", { name: "Insert cell" }).click();
  await expect.poll(() => codeCell(page, 1).textContent()).toContain('new VaultItem("contoso", "spy_e1")');
  await preview.getByRole("button", { name: "Open model graph" }).click();
  await page.getByRole("button", { name: "gaussian_noise, GaussianNoise" }).waitFor();
  await picture(page, "notebook7-model-beside");

  const canvas = await opened(page, () => execute(page, "litlab:open-canvas", { team: "contoso", item: "spy_e1" }));
  await canvas.getByRole("button", { name: "Trends, Dense" }).waitFor();
  await canvas.close();
  expect(ours(problems)).toEqual([]);
});

test("canvases and models open in pages of their own, the vault beside the file list", {
  timeout: 120_000,
}, async () => {
  const { page, problems } = await open("/tree");
  const file = (name: string) => page.locator(".jp-DirListing-item", { hasText: name });
  const canvas = await opened(page, () => file("small.canvas.json").dblclick());
  expect(new URL(canvas.url()).pathname).toBe("/edit/small.canvas.json");
  await nodeOf(canvas.locator(".litlab-Viewer"), "trunk, Dense").click();
  await canvas.getByRole("complementary", { name: "Details of trunk" }).getByRole("row", { name: "units 8" }).waitFor();
  await picture(canvas, "notebook7-canvas");
  const editor = await opened(canvas, () => canvas.getByRole("button", { name: "Open with JSON editor" }).click());
  await editor.locator(".jp-FileEditor .cm-content").getByText('"trunk"').first().waitFor();
  const model = await opened(page, () => file("spy_e1.keras").dblclick());
  await model.getByRole("button", { name: "gaussian_noise, GaussianNoise" }).waitFor();
  await model.getByText("12,849 parameters").waitFor();
  await picture(model, "notebook7-model");
  for (const other of [canvas, editor, model]) await other.close();

  await page.keyboard.press("Control+Alt+V");
  const items = page.getByRole("tree", { name: "Items" });
  await items.getByRole("treeitem", { name: "spy_e1" }).waitFor();
  await file("other.keras").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Import into the Vault" }).click();
  await items.getByRole("treeitem", { name: "other" }).waitFor();
  await picture(page, "notebook7-tree");
  expect(ours(problems)).toEqual([]);
});
