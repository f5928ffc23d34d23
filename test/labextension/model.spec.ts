import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import Database from "libsql";
import type { Download, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DemoLab, startDemoLab } from "../lab.js";
import { complaints, execute, openPage, picture, useTheme } from "../lab-page.js";
import { ROOT } from "../python.js";
import { expectPicture } from "./pictures.js";
import { focusedLabel, nodeOf, openFile, shown, VIEWER } from "./viewer.js";

const PAGE = { width: 1300, height: 800 };

let lab: DemoLab;

beforeAll(async () => {
  lab = await startDemoLab("model");
  copyFileSync(join(ROOT, "cli/demo/spy_e1.keras"), join(lab.files, "spy_e1.keras"));
  writeFileSync(join(lab.files, "bad.keras"), "no model");
  writeFileSync(join(lab.files, "bad.h5"), "no model");
  await tf.ready();
  const inner = tf.sequential({
    name: "inner",
    layers: [
      tf.layers.dense({ name: "inner_a", units: 5, inputShape: [3] }),
      tf.layers.dense({ name: "inner_b", units: 2, biasInitializer: "ones" }),
    ],
  });
  const input = tf.input({ name: "in", shape: [3] });
  const output = tf.layers.dense({ name: "out", units: 1 }).apply(inner.apply(input)) as tf.SymbolicTensor;
  await saveKeras(tf.model({ name: "outer", inputs: input, outputs: output }), join(lab.files, "nested.keras"));
});

afterAll(() => lab?.close());

/** What the nodes are called. */
const nodesOf = (page: Page) =>
  shown(page)
    .locator(".litlab-Graph-node")
    .evaluateAll((nodes) => nodes.map((node) => node.getAttribute("aria-label")));

test("a model's file opens as a graph with its summary, weights and histograms", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  const viewer = await openFile(page, "spy_e1.keras");
  await viewer.getByRole("button", { name: /, InputLayer$/ }).waitFor({ timeout: 60_000 });
  expect(await nodesOf(page)).toHaveLength(11);
  await viewer.getByText("(None, 16)", { exact: true }).first().waitFor();
  await viewer.getByText("12,849 parameters").waitFor();
  const graph = viewer.locator(".react-flow");
  await expectPicture(graph, "model-light");
  expect(await complaints(page, VIEWER)).toEqual([]);

  const dense = (await nodesOf(page)).find((name) => name?.endsWith("_0, Dense"));
  await nodeOf(viewer, dense ?? "").click();
  const panel = viewer.getByRole("complementary", { name: /^Details of dense/ });
  await panel.getByRole("row", { name: "units 16" }).waitFor();
  await panel.getByText("(801, 16)").waitFor();
  await panel.getByRole("button", { name: "Histogram of kernel" }).click();
  const bars = panel.getByRole("img", { name: /^Values of .* from -.* to / });
  await bars.waitFor();
  const heights = await bars
    .locator("rect")
    .evaluateAll((rects) => rects.map((rect) => Number(rect.getAttribute("height"))));
  expect(Math.max(...heights)).toBe(72);
  const counts = await bars.locator("title").allTextContents();
  expect(counts.map((text) => Number(/: (\d+) value/.exec(text)?.[1])).reduce((sum, count) => sum + count)).toBe(
    801 * 16,
  );
  await viewer.getByRole("button", { name: "Summary" }).click();
  await viewer
    .getByRole("region", { name: "Summary of spy_e1.keras" })
    .getByText(/Total params: 12,849/)
    .waitFor();
  await picture(page, "model-panel");
  expect(await complaints(page, VIEWER)).toEqual([]);
  await useTheme(page, "JupyterLab Dark");
  await expectPicture(graph, "model-dark");
  expect(await complaints(page, VIEWER)).toEqual([]);
  await useTheme(page, "JupyterLab Light");
  await page.keyboard.press("Control+s");
  await page.getByText("spy_e1.keras is read-only").waitFor();
  expect(await page.locator(".jp-Dialog").count()).toBe(0);

  const [file]: [Download, unknown] = await Promise.all([
    page.waitForEvent("download"),
    viewer.getByRole("button", { name: "Export as SVG" }).click(),
  ]);
  const svg = readFileSync(await file.path(), "utf8");
  expect(svg.match(/marker-end/g)).toHaveLength(11);
  // Looking at a file copies nothing beside it.
  const copies = readdirSync(lab.files, { recursive: true, encoding: "utf8" });
  expect(copies.filter((name) => /spy_e1.+checkpoint/.test(name))).toEqual([]);
  expect(problems).toEqual([]);
});

test("a nested model is unfolded", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  const viewer = await openFile(page, "nested.keras");
  await viewer.getByRole("button", { name: /^inner, / }).waitFor({ timeout: 60_000 });
  expect((await nodesOf(page)).join()).not.toContain("inner_a");
  await viewer.getByRole("button", { name: "Unfold inner" }).click();
  await nodeOf(viewer, "inner_a, Dense").waitFor();
  await nodeOf(viewer, "inner_b, Dense").waitFor();
  await expect.poll(() => focusedLabel(page)).toBe("Fold inner");
  // The frame lies behind what is in it.
  const layer = viewer.locator(".react-flow__node-frame").evaluate((frame) => getComputedStyle(frame).zIndex);
  expect(Number(await layer)).toBeLessThan(0);
  await picture(page, "model-nested");
  expect(await complaints(page, VIEWER)).toEqual([]);
  await viewer.getByRole("button", { name: "Fold inner" }).click();
  await nodeOf(viewer, "inner_a, Dense").waitFor({ state: "detached" });
  // Found where it is folded away.
  const find = viewer.getByRole("combobox", { name: "Find a node" });
  await find.fill("inner_b");
  await find.press("Enter");
  await expect.poll(() => focusedLabel(page)).toBe("inner_b, Dense");
  // An open model is found too: its frame is shown, once, and keys go on from there.
  await find.fill("inner");
  await viewer.getByRole("option", { name: /^inner Functional|^inner Sequential/ }).click();
  await expect.poll(() => focusedLabel(page)).toBe("Fold inner");
  await page.keyboard.press("Home");
  await expect.poll(() => focusedLabel(page)).toBe("in, InputLayer");
  // Only what is in view is on the page.
  await viewer.getByRole("button", { name: "Fit" }).click();
  await nodeOf(viewer, "out, Dense").click();
  const panel = viewer.getByRole("complementary");
  await panel.getByRole("button", { name: "inner", exact: true }).click();
  await expect.poll(() => focusedLabel(page)).toBe("Fold inner");
  await panel.getByRole("button", { name: "Close the details" }).click();
  await expect.poll(() => focusedLabel(page)).toBe("Fold inner");
  expect(problems).toEqual([]);
});

test("a vault item's model opens and comes back after a reload", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  const stored = page.waitForResponse(
    (answer) =>
      /api\/workspaces/.test(answer.url()) &&
      answer.request().method() === "PUT" &&
      (answer.request().postData() ?? "").includes("litlab-model-item"),
  );
  await execute(page, "litlab:open-model", { team: "contoso", item: "spy_e1" });
  await shown(page)
    .getByRole("button", { name: /, InputLayer$/ })
    .waitFor({ timeout: 60_000 });
  await stored;
  await page.goto(lab.address);
  await page.getByRole("main").getByRole("tab", { name: "spy_e1" }).click();
  await shown(page)
    .getByRole("button", { name: /, InputLayer$/ })
    .waitFor({ timeout: 60_000 });
  expect(await nodesOf(page)).toHaveLength(11);
  expect(problems).toEqual([]);
});

test("a model of another drive is not looked for on the server", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab);
  await page.evaluate(`(() => {
    const { contents } = window.jupyterapp.serviceManager;
    contents.addDrive(new contents.defaultDrive.constructor({ name: "other" }));
  })()`);
  await execute(page, "docmanager:open", { path: "other:spy_e1.keras" });
  const alert = shown(page).getByRole("alert");
  await alert.getByText("It lies in another drive").waitFor();
  await picture(page, "model-elsewhere");
  expect(await complaints(page, VIEWER)).toEqual([]);
  // The page can read it, so it is imported as a file of this computer is.
  await execute(page, "litlab:import-model", { path: "other:nested.keras" });
  await page
    .getByRole("tree", { name: "Items" })
    .getByRole("treeitem", { name: "nested" })
    .waitFor({ timeout: 60_000 });
  const listed = new Database(join(lab.home, "contoso/catalogue.sqlite"));
  const row = listed.prepare("select blob from items where name = 'nested'").get() as { readonly blob: string };
  listed.close();
  expect(row.blob).toBe(
    createHash("sha256")
      .update(readFileSync(join(lab.files, "nested.keras")))
      .digest("hex"),
  );
  expect(problems).toEqual([]);
});

test("a file that is no model says so in its tab", { timeout: 240_000 }, async () => {
  const { page, problems } = await openPage(lab, PAGE);
  for (const name of ["bad.keras", "bad.h5"]) {
    const viewer = await openFile(page, name);
    const alert = viewer.getByRole("alert");
    await alert.waitFor({ timeout: 60_000 });
    expect(await alert.textContent()).toMatch(new RegExp(name.replace(".", "\\.")));
    await alert.getByRole("button", { name: "Retry" }).waitFor();
    await picture(page, `model-${name}`);
  }
  expect(await complaints(page, VIEWER)).toEqual([]);
  expect(problems).toEqual([]);
});
