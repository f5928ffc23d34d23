import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importModel, VaultItem } from "@litlab/sdk";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DemoLab, startDemoLab } from "../lab.js";
import { codeCell, complaints, execute, kernelIdle, openPage, picture, runCell, useTheme } from "../lab-page.js";
import { notebookText } from "../notebook.js";
import { ROOT, runPython } from "../python.js";

const PREVIEW = ".litlab-PreviewTab:not(.lm-mod-hidden)";
const PAGE = { height: 1100 };

/** What a model's file says: its layers, the numbers that it has learned, its bytes. */
const READ_MODEL = `
import sys, json, zipfile, io, os, h5py
file = zipfile.ZipFile(sys.argv[1])
layers = [(l["config"]["name"], l["class_name"]) for l in json.loads(file.read("config.json"))["config"]["layers"]]
counts = []
h5py.File(io.BytesIO(file.read("model.weights.h5"))).visititems(
    lambda path, d: counts.append(d.size) if isinstance(d, h5py.Dataset) and "optimizer" not in path else None)
print(json.dumps({"layers": layers, "parameters": int(sum(counts)), "bytes": os.path.getsize(sys.argv[1])}))
`;

/** What an asset's test file holds, of each dataset its first samples' first values. */
const READ_ASSET = `
import sys, json, h5py
with h5py.File(sys.argv[1]) as f:
    print(json.dumps({name: d[:3].reshape(3, -1)[:, :8].tolist() for name, d in f.items() if not name.startswith("_")}))
`;

let lab: DemoLab;

beforeAll(async () => {
  lab = await startDemoLab("preview");
  vi.stubEnv("LIT_HOME", lab.home);
});

afterAll(async () => {
  await lab?.close();
  vi.unstubAllEnvs();
});

/** What would run a script if a page took it as HTML, or load a picture if it took it as CSS. */
const HOSTILE = `<img src=x onerror="window.hacked=1">`;
const WRITE_HOSTILE = `
import sys, os, sqlite3, h5py, numpy as np
home, text = sys.argv[1:]
os.makedirs(f"{home}/contoso/assets/hostile")
with h5py.File(f"{home}/contoso/assets/hostile/hostile_test.h5", "w") as f:
    f[text] = np.array([[1, np.nan]] * 3, dtype="float32")
    f[text].attrs["columns"] = [text, "b"]
with sqlite3.connect(f"{home}/contoso/catalogue.sqlite") as db:
    db.execute("""update items set host = ?, model = ?, color = 'url(http://127.0.0.1/x)', assets = '["hostile"]'
        where name = 'hostile'""", [text, text])
`;

const tab = (page: Page, name: string) => page.locator("#jp-main-dock-panel").getByRole("tab", { name });

/** A table's rows, as they are read. */
const rowsOf = async (page: Page, name: string): Promise<string[][]> => {
  const rows = await page.getByRole("table", { name, exact: true }).locator("tbody").getByRole("row").all();
  return Promise.all(rows.map((row) => row.getByRole("cell").allTextContents()));
};

/** The tabs of the page's layout, as the server keeps it. */
const savedLayout = (): string => {
  const workspaces = join(lab.folder, "config/lab/workspaces");
  const layouts = readdirSync(workspaces).map(
    (name) => JSON.parse(readFileSync(join(workspaces, name), "utf8")).data["layout-restorer:data"]?.main,
  );
  return JSON.stringify(layouts);
};

/** A cell's source, as the notebook has it. */
const sourceOf = (page: Page, index: number): Promise<string> =>
  page.evaluate(
    `window.jupyterapp.shell.currentWidget.content.widgets[${index}].model.sharedModel.getSource()`,
  ) as Promise<string>;

const themes = ["JupyterLab Dark High Contrast", "JupyterLab Dark", "JupyterLab Light"];

test("an item opens from the palette, its asset from there; both are what the files say", {
  timeout: 180_000,
}, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  await expect(page.locator("#jp-main-statusbar").getByText("Lit Lab: ").isVisible()).resolves.toBe(false);
  await page.getByRole("menuitem", { name: "View", exact: true }).click();
  await page.getByRole("menuitem", { name: /^Activate Command Palette/ }).click();
  await page.locator(".lm-CommandPalette-input").fill("open vault item");
  await page.locator('.lm-CommandPalette-item[data-command="litlab:open-item"]').click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox").selectOption("contoso/spy_e1");
  await dialog.getByRole("button", { name: "Ok" }).click();
  await tab(page, "spy_e1").locator('[data-icon="litlab:model"]').waitFor();
  await page.getByRole("heading", { name: "spy_e1" }).waitFor();
  await picture(page, "preview-item");

  const details = await new VaultItem("contoso", "spy_e1").details;
  const record = page.getByRole("region", { name: "Record" });
  expect(await record.getByRole("term").allTextContents()).toEqual(Object.keys(details ?? {}));
  expect(await record.getByRole("definition").allTextContents()).toEqual(
    Object.values(details ?? {}).map((value) => (typeof value === "string" ? value : JSON.stringify(value))),
  );
  expect(await rowsOf(page, "Inputs")).toEqual([["input_1", "(None, 801)", "100_1_min, RSI14TA_day"]]);
  expect((await rowsOf(page, "Outputs")).map((row) => row.slice(1))).toEqual([["(None, 1)", "long_updown[0]"]]);
  const file = page.getByRole("region", { name: "Model file" });
  const path = await file.getByText(lab.home).textContent();
  const model = JSON.parse(await runPython(READ_MODEL, [path ?? ""])) as {
    layers: [string, string][];
    parameters: number;
    bytes: number;
  };
  expect((await rowsOf(page, "Layers")).map(([name, type]) => [name, type])).toEqual(model.layers);
  await page.getByText(`${model.parameters.toLocaleString("en-US")} parameters in all`).waitFor();
  await file.getByText(`spy_e1.keras, ${model.bytes.toLocaleString("en-US")} bytes`).waitFor();
  await page.getByRole("region", { name: "History" }).getByText("imported from spy_e1.keras").waitFor();

  await page.getByRole("button", { name: "Open canvas" }).click();
  await tab(page, "spy_e1.canvas.json").waitFor();
  await tab(page, "spy_e1").first().click();
  await page.getByRole("button", { name: "Open model graph" }).click();
  await page.locator(".react-flow__node").getByText("gaussian_noise", { exact: true }).waitFor();
  await tab(page, "spy_e1").first().click();

  // The asset by keyboard: the first link below the tables.
  await page.getByRole("button", { name: "schema_demo" }).focus();
  await page.keyboard.press("Enter");
  await tab(page, "schema_demo").locator('[data-icon="litlab:asset"]').waitFor();
  await page.getByRole("heading", { name: "First samples" }).waitFor();
  await picture(page, "preview-asset");
  const asset = JSON.parse(
    await runPython(READ_ASSET, [join(lab.home, "contoso/assets/schema_demo/schema_demo_test.h5")]),
  ) as Record<string, number[][]>;
  expect((await rowsOf(page, "Datasets")).map(([name]) => name).sort()).toEqual(Object.keys(asset).sort());
  for (const [name, samples] of Object.entries(asset)) {
    const shown = (await rowsOf(page, `First samples of ${name}`)).slice(0, samples.length);
    for (const [sample, values] of samples.entries())
      for (const [i, value] of values.entries())
        expect(Number(shown[sample]?.[i + 1]?.replaceAll(",", ""))).toBe(Number(value.toPrecision(6)));
  }
  const columns = page.getByRole("table", { name: "First samples of long_updown" }).getByRole("columnheader");
  expect(await columns.allTextContents()).toEqual(["Sample", "long", "short", "up", "down", "size", "time"]);
  expect(await rowsOf(page, "Files")).toEqual([
    ["schema_demo_test.h5", "test", "360"],
    ["schema_demo_train_0.h5", "train", "1,440"],
  ]);
  const status = page.locator("#jp-main-statusbar").getByText(/^Lit Lab: \S+$/);
  await status.waitFor();
  expect(await status.getAttribute("title")).toContain(lab.home);

  for (const theme of themes) {
    await useTheme(page, theme);
    expect(await complaints(page, PREVIEW)).toEqual([]);
    await picture(page, `preview-${theme.replaceAll(" ", "-")}`);
  }

  // Both are there again after a reload; the one that is in front loads.
  await expect.poll(savedLayout, { timeout: 15_000 }).toContain("litlab-asset:contoso/schema_demo");
  expect(savedLayout()).toContain("litlab-item:contoso/spy_e1");
  await page.goto(lab.address);
  await page.getByRole("heading", { name: "First samples" }).waitFor();
  await tab(page, "spy_e1").first().click();
  await page.getByRole("heading", { name: "spy_e1" }).waitFor();
  expect(problems).toEqual([]);
});

test("what another process renames is followed; what is not there says so", { timeout: 120_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  await execute(page, "litlab:open-item", { team: "contoso", name: "later" });
  await page.getByRole("alert").getByText("item later not found").waitFor();
  await picture(page, "preview-problem");
  expect(await complaints(page, PREVIEW)).toEqual([]);
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("alert").getByText("item later not found").waitFor();
  const item = new VaultItem("contoso", "spy_e1");
  await item.rename("later");
  await page.getByRole("heading", { name: "later" }).waitFor();
  await item.rename("spy_e1");
  await page.getByRole("alert").waitFor();
  expect(problems).toEqual([]);
});

test("tabs follow a rename, in other pages too, and come back after a reload", { timeout: 180_000 }, async () => {
  const { page: other } = await openPage(lab, PAGE);
  await execute(other, "litlab:open-item", { team: "contoso", name: "spy_e1" });
  await execute(other, "litlab:open-canvas", { team: "contoso", canvas: "demo" });
  const { page, problems } = await openPage(lab, PAGE);
  const show = (command: string, args: Record<string, string>) => execute(page, command, { team: "contoso", ...args });
  await show("litlab:open-canvas", { canvas: "demo" });
  await show("litlab:open-canvas", { item: "spy_e1" });
  await show("litlab:open-model", { item: "spy_e1" });
  await show("litlab:open-item", { name: "spy_e1" });
  await page.getByRole("heading", { name: "spy_e1" }).waitFor();

  await page.getByRole("tab", { name: "Vault" }).click();
  for (const [tree, name, newName] of [
    ["Items", "spy_e1", "followed"],
    ["Canvases", "demo", "drawn"],
  ] as const) {
    const rows = page.getByRole("tree", { name: tree });
    await rows.getByRole("treeitem", { name }).click();
    await page.keyboard.press("F2");
    await page.keyboard.type(newName);
    await page.keyboard.press("Enter");
    await rows.getByRole("treeitem", { name: newName }).waitFor();
  }
  const titles = (of: Page) =>
    of.locator("#jp-main-dock-panel").getByRole("tab").locator(".lm-TabBar-tabLabel").allTextContents();
  const followed = ["drawn.canvas.json", "followed.canvas.json", "followed: layers", "followed"];
  await expect.poll(() => titles(page)).toEqual(expect.arrayContaining(followed));
  await expect.poll(() => titles(other)).toEqual(expect.arrayContaining(["followed", "drawn.canvas.json"]));
  // Both pages keep their tabs in one place, and the last to do so has it.
  await other.close();
  expect((await titles(page)).join()).not.toMatch(/spy_e1|demo/);
  await page.getByRole("heading", { name: "followed" }).waitFor();
  await picture(page, "preview-followed");

  // What the tab's buttons open is what it shows.
  await page.getByRole("button", { name: "Insert cell" }).click();
  await expect.poll(() => sourceOf(page, 0)).toContain(`new VaultItem("contoso", "followed")`);
  await expect.poll(savedLayout, { timeout: 15_000 }).toContain("litlab-item:contoso/followed");
  await expect.poll(savedLayout).toContain("litlab-canvas:lit:contoso/canvases/drawn.canvas.json");
  await expect.poll(savedLayout).toContain("litlab-model-item:contoso/followed");
  await page.goto(lab.address);
  for (const name of ["drawn.canvas.json", "followed.canvas.json", "followed: layers"]) {
    await tab(page, name).click();
    await page.locator(".litlab-Viewer:visible .react-flow__node").first().waitFor();
  }
  await page.locator("#jp-main-dock-panel").getByRole("tab", { name: "followed", exact: true }).click();
  await page.getByRole("heading", { name: "followed" }).waitFor();
  await new VaultItem("contoso", "followed").rename("spy_e1");
  renameSync(
    ...(["drawn", "demo"].map((name) => join(lab.home, `contoso/canvases/${name}.canvas.json`)) as [string, string]),
  );
  expect(problems).toEqual([]);
});

test("what a file or a record says is text", { timeout: 120_000 }, async () => {
  const model = join(ROOT, "cli/demo/spy_e1.keras");
  await importModel("contoso", model, ["100_1_min", HOSTILE], "hostile");
  await runPython(WRITE_HOSTILE, [lab.home, HOSTILE]);
  const { page } = await openPage(lab, PAGE);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await execute(page, "litlab:open-item", { team: "contoso", name: "hostile" });
  await page.getByRole("region", { name: "Record" }).getByText(HOSTILE).first().waitFor();
  expect(await rowsOf(page, "Inputs")).toEqual([["input_1", "(None, 801)", `100_1_min, ${HOSTILE}`]]);
  await picture(page, "preview-hostile-item");
  await page.getByRole("button", { name: "hostile", exact: true }).click();
  await page.getByRole("heading", { name: HOSTILE }).waitFor();
  expect(await rowsOf(page, `First samples of ${HOSTILE}`)).toEqual([0, 1, 2].map((i) => [String(i), "1", "–"]));
  await picture(page, "preview-hostile-asset");
  expect(await page.evaluate("window.hacked")).toBeUndefined();
  expect(requests.filter((url) => url.endsWith("/x"))).toEqual([]);
});

test("a drag into a notebook and a command insert cells that run, also twice", { timeout: 240_000 }, async () => {
  writeFileSync(join(lab.files, "cells.ipynb"), notebookText(["const item = 1;", "item;"]));
  const { page, problems } = await openPage(lab, { ...PAGE, notebook: "cells.ipynb" });
  await page.evaluate(`window.jupyterapp.commands.execute("litlab:open-item", { team: "contoso", name: "spy_e1" })
    .then((widget) => window.jupyterapp.shell.add(widget, "main", { mode: "split-right" }))`);
  await runCell(page, 0, 1);

  await page.getByRole("heading", { name: "spy_e1" }).hover();
  await page.mouse.down();
  const below = await codeCell(page, 1).boundingBox();
  if (!below) throw new Error("the notebook has no second cell");
  await page.mouse.move(below.x + below.width / 2, below.y + below.height / 2, { steps: 8 });
  await page.locator(".litlab-DragImage").getByText("spy_e1").waitFor();
  await picture(page, "preview-drag");
  await page.mouse.up();
  await page.locator(".litlab-DragImage").waitFor({ state: "detached" });
  await expect.poll(() => page.locator(".jp-NotebookPanel .jp-CodeCell").count()).toBe(3);
  await runCell(page, 1, 2);
  expect(await sourceOf(page, 1)).toContain(`new VaultItem("contoso", "spy_e1")`);
  await codeCell(page, 1).getByText("Model spy_e1: 11 layers").waitFor();

  // By the tab's button, below the active cell.
  await codeCell(page, 1).locator(".jp-InputPrompt").click();
  await page.getByRole("button", { name: "Insert cell" }).click();
  await expect.poll(() => page.locator(".jp-NotebookPanel .jp-CodeCell").count()).toBe(4);
  expect(await sourceOf(page, 2)).toBe(await sourceOf(page, 1));
  await runCell(page, 2, 3);
  await codeCell(page, 2).getByText("Model spy_e1: 11 layers").waitFor();
  await runCell(page, 3, 4);
  expect(await codeCell(page, 3).locator(".jp-OutputArea-output").allTextContents()).toEqual(["1"]);
  await picture(page, "preview-cells");
  expect(problems).toEqual([]);
  await execute(page, "docmanager:save");
});

test("items whose names differ little get variables of their own", { timeout: 180_000 }, async () => {
  const model = join(ROOT, "cli/demo/spy_e1.keras");
  for (const name of ["a-b", "a_b", "a.b"]) await importModel("contoso", model, [], name);
  writeFileSync(join(lab.files, "names.ipynb"), notebookText([""]));
  const { page, problems } = await openPage(lab, { ...PAGE, notebook: "names.ipynb" });
  await execute(page, "litlab:insert-cell", { kind: "item", team: "contoso", name: "a-b" });
  await page.getByRole("tab", { name: "Vault" }).click();
  for (const [name, cells] of [
    ["a_b", 3],
    ["a.b", 4],
    ["a_b", 5],
  ] as const) {
    const row = page.getByRole("tree", { name: "Items" }).getByRole("treeitem", { name });
    await row.hover();
    await page.mouse.down();
    const first = await codeCell(page, 0).boundingBox();
    if (!first) throw new Error("the notebook has no cell");
    await page.mouse.move(first.x + first.width / 2, first.y + first.height / 2, { steps: 8 });
    await page.locator(".litlab-DragImage").getByText(name).waitFor();
    await page.mouse.up();
    await expect.poll(() => page.locator(".jp-NotebookPanel .jp-CodeCell").count()).toBe(cells);
  }
  // Each is dropped above those before it; an item that is there already keeps its variables.
  const sources = await Promise.all([0, 1, 2, 3].map((index) => sourceOf(page, index)));
  expect(sources[0]).toBe(sources[2]);
  for (const [count, index] of [4, 2, 1].entries()) await runCell(page, index, count + 1);
  await codeCell(page, 3).locator(".cm-content").fill("[itemAB.name, itemAB_2.name, itemAB_3.name].join(' ')");
  await runCell(page, 3, 4);
  await codeCell(page, 3).locator(".jp-OutputArea-output").getByText("a-b a_b a.b").waitFor();
  await picture(page, "preview-names");
  expect(problems).toEqual([]);
  await execute(page, "docmanager:save");
});

test("without a notebook a new one is made", { timeout: 120_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  await execute(page, "litlab:insert-cell", { kind: "asset", team: "contoso", name: "schema_demo" });
  await kernelIdle(page);
  expect(await sourceOf(page, 0)).toContain(`new Asset("contoso", "schema_demo")`);
  await runCell(page, 0, 1);
  await codeCell(page, 0).getByText("Asset schema_demo").waitFor();
  await codeCell(page, 0).getByText("Float32Array").first().waitFor();
  await codeCell(page, 0).locator(".jp-InputPrompt").click();
  await execute(page, "litlab:insert-cell", { kind: "canvas", team: "contoso", name: "demo" });
  await runCell(page, 1, 2);
  await codeCell(page, 1).locator(".jp-OutputArea-output").getByRole("img").waitFor();
  await picture(page, "preview-canvas-cell");
  expect(problems).toEqual([]);
});
