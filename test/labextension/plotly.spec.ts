import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FolderLab, startFolderLab } from "../lab.js";
import { execute, kernelIdle, type LabPage, openPage, picture, runCell } from "../lab-page.js";
import { naiveBar } from "../naive-bar.js";
import { notebookText } from "../notebook.js";
import type { Translations } from "../translate.js";
import { chartOf, drag, type Held, held } from "./chart.js";

/** A trade every 20 s for 7,000 minutes; each minute opens at a price of its own. */
const START = Date.UTC(2024, 2, 4) * 1000;
const COUNT = 21_000;
const PRICE = "(i) => 100 + i / 1000 + ((i * 7919) % 101) / 10";
const price = (i: number) => 100 + i / 1000 + ((i * 7919) % 101) / 10;
const prices = Array.from({ length: COUNT }, (_, i) => price(i));

const CELLS = [
  `import { MemoryAdapter } from "@litlab/sdk";
const time = Float64Array.from({ length: ${COUNT} }, (_, i) => ${START} + i * 20e6);
const adapter = new MemoryAdapter({ time, price: time.map((_, i) => (${PRICE})(i)), size: time.map((_, i) => 1 + (i % 9)) });
const range = [${START}, ${START} + ${COUNT} * 20e6] as [number, number];
await adapter.getBarDaterange(range, "min", 1);`,
  'await adapter.getBarDaterange(range, "tick", 1);',
];

/** What would run a script if a page took it as HTML. */
const HOSTILE = `<img src=x onerror="window.hacked=1"><a href="javascript:window.hacked=2">link</a><script>window.hacked=3</script>`;
const HOSTILE_CELL = `await display({ "application/vnd.plotly.v1+json": {
  data: [{ type: "scatter", x: [1, 2], y: [1, 2], mode: "text", name: ${JSON.stringify(HOSTILE)}, text: ${JSON.stringify(HOSTILE)},
    hovertemplate: ${JSON.stringify(HOSTILE)} }],
  layout: { title: { text: ${JSON.stringify(HOSTILE)} }, meta: { litlab: { version: 1, target: "litlab.bars", id: 5 } },
    images: [{ source: "javascript:window.hacked=4" }], showlegend: true },
  config: { plotlyServerURL: "javascript:window.hacked=5" },
}, "text/plain": "hostile" }, { raw: true });
await display({ "application/vnd.plotly.v1+json": { data: 5 }, "text/plain": "broken" }, { raw: true });
await display({ "application/vnd.plotly.v1+json": { data: [{ type: "heatmap" }] }, "text/plain": "foreign" }, { raw: true });`;

const poll = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 });

let lab: FolderLab;

beforeAll(async () => {
  lab = await startFolderLab({ name: "plotly" });
});

afterAll(() => lab?.close());

/** Opens a notebook of cells. */
function open(name: string, cells: readonly string[], translations: Translations = {}): Promise<LabPage> {
  writeFileSync(join(lab.files, name), notebookText(cells));
  return openPage(lab, { notebook: name, height: 1700, translations });
}

async function doubleClick(page: Page, chart: Locator): Promise<void> {
  const box = await chart.locator(".nsewdrag").first().boundingBox();
  if (box) await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
}

/** Candles of `size` trades each, from trade `begin`, by their definition. */
const candles = (begin: number, count: number, size: number) =>
  Array.from({ length: count }, (_, i) => {
    const trades = prices.slice(begin + i * size, Math.min(begin + (i + 1) * size, COUNT));
    return naiveBar(
      trades,
      trades.map(() => 1),
    ).slice(0, 4);
  });

const candlesOf = ({ open, high, low, close }: Held) => open.map((first, i) => [first, high[i], low[i], close[i]]);

/** Waits until a chart holds candles of `size` trades; that they are the true ones from where they begin, and where. */
async function expectCandles(chart: Locator, size: number): Promise<{ begin: number; end: number }> {
  const beginOf = ({ open }: Held) => prices.indexOf(open[0] as number);
  await poll(async () => {
    const { open } = await held(chart);
    return prices.indexOf(open[1] as number) - prices.indexOf(open[0] as number);
  }).toBe(size);
  const now = await held(chart);
  const begin = beginOf(now);
  expect(candlesOf(now)).toEqual(candles(begin, now.open.length, size));
  expect(now.drawn).toBe(now.open.length);
  return { begin, end: begin + now.open.length * size };
}

/** How many charts of a notebook's are open in its kernel; -1 where it has none. */
const commCount = (page: Page, path: string): Promise<number> =>
  page.evaluate(`(async () => {
    const { kernels, sessions } = window.jupyterapp.serviceManager;
    await sessions.refreshRunning();
    const session = await sessions.findByPath(${JSON.stringify(path)});
    if (!session) return -1;
    const kernel = kernels.connectTo({ model: session.kernel, handleComms: false });
    const { content } = await kernel.requestCommInfo({ target_name: "litlab.bars" });
    kernel.dispose();
    return Object.keys(content.comms).length;
  })()`);

test("charts of many bars are refined by their kernel", { timeout: 120_000 }, async () => {
  const { page, problems } = await open("charts.ipynb", CELLS);
  await runCell(page, 0, 1);
  await runCell(page, 1, 2);
  const [minutes, trades] = [chartOf(page, 0), chartOf(page, 1)];
  await expectCandles(minutes, 12);
  await expectCandles(trades, 11);
  const whole = await held(minutes);
  await picture(page, "plotly-light");

  // Both are zoomed into, each on its own.
  await drag(page, minutes, 0.4, 0.6);
  const part = await expectCandles(minutes, 3);
  expect(part.begin / COUNT).toBeCloseTo(0.4, 2);
  expect(part.end / COUNT).toBeCloseTo(0.6, 2);
  const zoomed = await held(minutes);
  expect(zoomed.range[1] - zoomed.range[0]).toBeCloseTo(zoomed.open.length, -1);
  await picture(page, "plotly-zoomed");
  await drag(page, trades, 0.5, 0.9);
  await expectCandles(trades, 5);
  await drag(page, trades, 0.5, 0.6);
  await expectCandles(trades, 1);
  expect(await held(minutes)).toEqual(zoomed);
  expect(await commCount(page, "charts.ipynb")).toBe(2);

  await doubleClick(page, minutes);
  await poll(() => held(minutes)).toEqual(whole);
  await expectCandles(trades, 1);

  // Colours are the theme's, and what is shown stays.
  const before = await held(trades);
  const ink = () =>
    trades
      .locator(".ytick text")
      .first()
      .evaluate(({ style }: { style: { fill?: string } }) => style.fill);
  const light = await ink();
  await execute(page, "apputils:change-theme", { theme: "JupyterLab Dark" });
  await poll(ink).not.toBe(light);
  expect(await held(trades)).toEqual(before);
  await picture(page, "plotly-dark");

  // The panel's width is the chart's.
  const width = () =>
    trades
      .locator(".main-svg")
      .first()
      .evaluate(({ clientWidth }: { clientWidth: number }) => clientWidth);
  const wide = await width();
  await page.setViewportSize({ width: 1100, height: 1700 });
  await poll(width).toBeLessThan(wide - 200);

  await execute(page, "docmanager:save");
  const saved = () =>
    JSON.parse(readFileSync(join(lab.files, "charts.ipynb"), "utf8")) as {
      cells: { outputs: { data: Record<string, unknown> }[] }[];
    };
  expect(Object.keys(saved().cells[0]?.outputs[0]?.data ?? {})).toEqual(
    expect.arrayContaining(["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]),
  );

  await page.evaluate(`window.jupyterapp.shell.currentWidget.close()`);
  await page.locator(".jp-NotebookPanel").waitFor({ state: "detached" });
  await poll(() => commCount(page, "charts.ipynb")).toBe(0);
  expect(problems).toEqual([]);
});

test("a chart stays when its kernel is restarted or gone", { timeout: 120_000 }, async () => {
  const { page, problems } = await open("restart.ipynb", CELLS.slice(0, 1));
  const chart = chartOf(page, 0);
  await runCell(page, 0, 1);
  await expectCandles(chart, 12);
  await drag(page, chart, 0.2, 0.4);
  await expectCandles(chart, 3);
  const before = candlesOf(await held(chart));

  await page.getByRole("menuitem", { name: "Kernel", exact: true }).click();
  await page.getByRole("menuitem", { name: /^Restart Kernel…/ }).click();
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await page.locator(".jp-Dialog").waitFor({ state: "detached" });
  await kernelIdle(page);
  // All of it is in the page, what is asked of the kernel finds nothing.
  await doubleClick(page, chart);
  await expectCandles(chart, 12);
  await drag(page, chart, 0.2, 0.4);
  const range = async () => (await held(chart)).range;
  await poll(async () => Math.round((await range())[0] / 10)).toBe(35);
  await poll(() => commCount(page, "restart.ipynb")).toBe(0);
  await expectCandles(chart, 12);
  expect(before.length).toBeGreaterThan(1000);

  await page.evaluate(`window.jupyterapp.serviceManager.sessions.shutdownAll()`);
  await page.locator("#jp-main-statusbar").getByText("No Kernel").first().waitFor();
  await doubleClick(page, chart);
  await poll(async () => Math.round((await range())[0])).toBeCloseTo(0);
  await drag(page, chart, 0.6, 0.8);
  await poll(async () => Math.round((await range())[0] / 10)).toBe(105);
  await expectCandles(chart, 12);
  expect(problems).toEqual([]);
});

test("a figure runs no script, and one that is none says so in the page's language", { timeout: 60_000 }, async () => {
  const { page } = await open("hostile.ipynb", [HOSTILE_CELL], {
    "This is no figure of Plotly.": "Das ist keine Figur von Plotly.",
    "Lit Lab draws no figures with %1.": "Lit Lab zeichnet keine Figuren mit %1.",
  });
  await runCell(page, 0, 1);
  await page.getByRole("figure", { name: "link" }).locator(".main-svg").first().waitFor();
  await page.getByText("Das ist keine Figur von Plotly.").waitFor();
  await page.getByText("Lit Lab zeichnet keine Figuren mit heatmap.").waitFor();
  await page.getByRole("figure", { name: "link" }).locator(".nsewdrag").first().hover();
  const found = await page.evaluate(`(() => {
    const figure = document.querySelector(".litlab-Plotly");
    const links = [...figure.querySelectorAll("a")].map((a) => a.getAttribute("href") ?? a.getAttribute("xlink:href") ?? "");
    return [window.hacked, figure.querySelectorAll("img, script, [onerror]").length, links.filter((to) => /script/.test(to))];
  })()`);
  expect(found).toEqual([undefined, 0, []]);
});
