import { createRequire } from "node:module";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { chromium, type Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { displayOf } from "../../../../test/display.js";
import { ROOT, runPython } from "../../../../test/python.js";
import { BAR_COLUMNS, type BarColumn, BarFrame } from "../../bars/bar-frame.js";
import { TickFrame } from "../../bars/tick-frame.js";
import { chart } from "../chart.js";
import type { PlotlyFigure } from "./plotly-figure.js";
import type { RefineMeta } from "./refine.js";

const HOST = Symbol.for("Jupyter.comms");
const START = Date.UTC(2024, 2, 8, 14, 30) * 1000;

function barsOf(length: number): BarFrame {
  const close = Float64Array.from({ length }, (_, i) => 100 + Math.sin(i / 50) + (i % 13) / 50);
  const columns = Object.fromEntries(BAR_COLUMNS.map((name) => [name, close])) as Record<BarColumn, Float64Array>;
  const timestamp = close.map((_, i) => START + i * 60e6);
  return new BarFrame({ ...columns, timestamp }, { timeZone: "America/New_York", unit: "min", size: 1 });
}

/** Four trades a second. */
function ticksOf(length: number): TickFrame {
  const time = Float64Array.from({ length }, (_, i) => START + i * 250e3);
  const price = time.map((_, i) => 100 + Math.sin(i / 500) + (i % 13) / 50);
  return new TickFrame({ time, price, size: price }, "America/New_York");
}

interface Comm {
  onMessage: ((event: { data: unknown }) => unknown) | null;
  readonly sent: Record<string, unknown>[];
  readonly closed: unknown[];
  send(data: unknown): void;
  close(data?: unknown): void;
}

type Opened = (comm: Comm, event: { data: unknown }) => Promise<void>;
const targets = new Map<string, Opened>();
const host = { register: (target: string, opened: Opened) => targets.set(target, opened) };

async function open(hello: unknown): Promise<Comm> {
  const [sent, closed]: [Record<string, unknown>[], unknown[]] = [[], []];
  const comm: Comm = {
    onMessage: null,
    sent,
    closed,
    send: (data) => sent.push(data as Record<string, unknown>),
    close: (data) => closed.push(data),
  };
  await targets.get("litlab.bars")?.(comm, { data: hello });
  return comm;
}

const figureOf = async (value: object) =>
  (await displayOf(value))["application/vnd.plotly.v1+json"] as PlotlyFigure & {
    readonly layout: { meta?: RefineMeta };
  };
const metaOf = async (value: object) => (await figureOf(value)).layout.meta?.litlab;

describe("a chart that merges bars", () => {
  beforeEach(() => Object.assign(globalThis, { [HOST]: host }));
  afterEach(() => {
    Reflect.deleteProperty(globalThis, HOST);
  });

  test("is offered to pages where there is a kernel, under one id a frame", async () => {
    const bars = barsOf(5000);
    const meta = await metaOf(bars);
    expect(meta).toMatchObject({ version: 1, target: "litlab.bars", length: 5000, begin: 0, end: 5000, merged: 3 });
    expect(await metaOf(bars)).toEqual(meta);
    expect((await metaOf(chart(bars).with({ name: "a", values: bars.close })))?.id).not.toBe(meta?.id);
    expect(await metaOf(bars.slice(0, 2000))).toBeUndefined();
    Reflect.deleteProperty(globalThis, HOST);
    expect(await metaOf(bars)).toBeUndefined();
  });

  test("answers what is asked before it has been found", async () => {
    const meta = await metaOf(barsOf(5000));
    const [sent, comm] = [[] as unknown[], {} as Comm];
    Object.assign(comm, { sent, closed: [], send: (data: unknown) => sent.push(data), close: () => {} });
    const opening = targets.get("litlab.bars")?.(comm, { data: { version: 1, id: meta?.id } });
    comm.onMessage?.({ data: { request: 1, from: 0, to: 10, width: 10 } });
    await opening;
    expect(sent).toEqual([expect.objectContaining({ request: 1, begin: 0, end: 10, merged: 1 })]);
  });

  test("tells what is wrong with a request, and lives on", async () => {
    const comm = await open({ version: 1, id: (await metaOf(barsOf(5000)))?.id });
    for (const data of [
      null,
      5,
      {},
      { request: 2, from: 1, to: 1, width: 5 },
      { request: 3, from: 0, to: Infinity, width: 5 },
      { request: 4, from: 0, to: 5, width: 0 },
    ])
      comm.onMessage?.({ data });
    expect(comm.sent.map(({ request }) => request)).toEqual([null, null, null, 2, 3, 4]);
    for (const { error } of comm.sent) expect(error).toMatch(/^expected \{ request, from, to, width \}/);
    comm.onMessage?.({ data: { request: 5, from: -1e9, to: 1e9, width: 100 } });
    expect(comm.sent.at(-1)).toMatchObject({ begin: 0, end: 5000, merged: 50 });
  });

  test("is forgotten, unless a page has it open, the notebook holds its frame, or it was shown lately", async () => {
    const shown = await metaOf(barsOf(2001));
    const comm = await open({ version: 1, id: shown?.id });
    const first = await metaOf(barsOf(2001));
    const kept = barsOf(2001);
    const held = await metaOf(kept);
    let latest = first;
    for (let i = 0; i < 40; i++) latest = await metaOf(barsOf(2001));
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    await expect
      .poll(async () => {
        gc();
        return (await open({ version: 1, id: first?.id })).closed;
      })
      .toEqual([{ error: "this chart is no longer in the kernel's memory: run its cell again" }]);
    expect((await open({ version: 1, id: held?.id })).closed).toEqual([]);
    expect((await open({ version: 1, id: latest?.id })).closed).toEqual([]);
    comm.onMessage?.({ data: { request: 1, from: 0, to: 10, width: 10 } });
    expect([comm.sent.length, kept.length]).toEqual([1, 2001]);
  });

  test("shows more when a page zooms in", { timeout: 120_000 }, async () => {
    const bars = barsOf(20_000);
    const source = chart(bars).with({ name: "same", values: bars.close }, [
      { time: START + 5000 * 60e6, price: 100, side: "buy" },
    ]);
    const figure = await figureOf(source);
    const meta = figure.layout.meta?.litlab;
    const comm = await open({ version: 1, id: meta?.id });
    await inPage(async (page) => {
      await page.exposeFunction("ask", (request: unknown) => {
        comm.onMessage?.({ data: request });
        return comm.sent.at(-1);
      });
      // What docs/charts.md tells a renderer to do.
      const zoomed = await page.evaluate(
        `(async ({ figure, meta }) => {
          let shown = meta;
          await Plotly.newPlot("plot", figure.data, figure.layout);
          const plot = document.getElementById("plot");
          const wholeCount = plot.data[0].x.length;
          const refined = new Promise((resolve) => plot.once("plotly_relayout", async (change) => {
            const rows = [change["xaxis.range[0]"], change["xaxis.range[1]"]].map((slot) => shown.begin + (slot + 0.5) * shown.merged);
            shown = await ask({ request: 1, from: rows[0], to: rows[1], width: 2000 });
            await Plotly.react(plot, shown.data, { ...shown.layout, meta: figure.layout.meta });
            resolve(rows);
          }));
          Plotly.relayout(plot, { "xaxis.range[0]": 499.5, "xaxis.range[1]": 549.5 });
          const rows = await refined;
          return { wholeCount, rows, count: plot.data[0].x.length, first: plot.data[0].x[0], begin: shown.begin, merged: shown.merged,
            range: plot._fullLayout.xaxis.range, drawn: plot.querySelectorAll(".boxes path").length };
        })(${JSON.stringify({ figure, meta })})`,
      );
      const [first = {}] = (await figureOf(bars.slice(5000, 5500))).data;
      expect(zoomed).toEqual({
        wholeCount: 2000,
        rows: [5000, 5500],
        count: 500,
        first: (first.x as string[])[0],
        begin: 5000,
        merged: 1,
        range: [-0.5, 499.5],
        drawn: 500,
      });
    });
  });

  test("shows trades each at its time when a page zooms into a frame of many", { timeout: 120_000 }, async () => {
    const ticks = ticksOf(20_000);
    const figure = await figureOf(ticks);
    const meta = figure.layout.meta?.litlab;
    expect(meta?.length).toBe((ticks.time.at(-1) as number) + 1);
    expect(await metaOf(ticks)).toEqual(meta);
    expect(await metaOf(ticks.slice(0, 2000))).toBeUndefined();
    const comm = await open({ version: 1, id: meta?.id });
    await inPage(async (page) => {
      await page.exposeFunction("ask", (request: unknown) => {
        comm.onMessage?.({ data: request });
        return comm.sent.at(-1);
      });
      // As of bars, and what the axis says where a trade is drawn.
      const zoomed = (await page.evaluate(
        `(async ({ figure, meta, from, to }) => {
          await Plotly.newPlot("plot", figure.data, figure.layout);
          const plot = document.getElementById("plot");
          const slotOf = (row, { begin, merged }) => (row - begin) / merged - 0.5;
          const range = [from, to].map((row) => slotOf(row, meta));
          const whole = { marks: plot.data[0].x.length, strokes: plot.querySelectorAll(".yerror").length };
          await Plotly.relayout(plot, { "xaxis.range": range });
          const [a, b] = plot._fullLayout.xaxis.range.map((slot) => meta.begin + (slot + 0.5) * meta.merged);
          const shown = await ask({ request: 1, from: a, to: b, width: 2000 });
          const layout = { ...shown.layout, meta: figure.layout.meta };
          layout.xaxis.range = [from, to].map((row) => slotOf(row, shown));
          await Plotly.react(plot, shown.data, layout);
          const axis = plot._fullLayout.xaxis;
          return { whole, width: axis._length, dots: plot.querySelectorAll(".scatterlayer .points path").length,
            places: shown.data[0].x.map((x) => axis.c2p(x)), prices: shown.data[0].y, strokes: plot.querySelectorAll(".yerror").length };
        })(${JSON.stringify({ figure, meta, from: ticks.time[5000], to: ticks.time[5400] })})`,
      )) as Record<"whole" | "places" | "prices", number[]> & Record<"width" | "dots" | "strokes", number>;
      const slots = (figure.data[0] as { x: number[] }).x.length;
      expect(zoomed.whole).toEqual({ marks: slots, strokes: slots });
      expect([slots <= 2000, zoomed.strokes]).toEqual([true, 0]);
      // A few more than asked for, up to the next round time.
      const first = ticks.price.findIndex((price, i) => price === zoomed.prices[0] && i > 4900);
      expect(zoomed.prices).toEqual(Array.from(ticks.price.slice(first, first + zoomed.prices.length)));
      expect(zoomed.dots).toBe(zoomed.prices.length);
      for (const [i, place] of zoomed.places.entries())
        expect(place).toBeCloseTo(((first + i - 5000) / 400) * zoomed.width, 1);
    });
  });

  test("every figure is one to Plotly", { timeout: 120_000 }, async () => {
    const bars = barsOf(300);
    const { close, timestamp = new Float64Array() } = bars;
    const hole = close.map((value, i) => (i % 50 < 10 ? Number.NaN : value));
    const name = `<b>"&" %{meta}</b>`;
    const figures = await Promise.all(
      [
        barsOf(0),
        barsOf(1),
        barsOf(2500),
        ticksOf(0),
        ticksOf(1),
        ticksOf(300),
        ticksOf(2500),
        chart(bars, { title: name, shades: [{ from: START, to: START + 60e8, label: name }] }).with(
          { name, values: hole, color: "teal" },
          { name: "step", values: hole, kind: "step", panel: "own", color: "rgb(1, 2, 3)" },
          { name: "histogram", values: hole, kind: "histogram" },
          { name: "bands", lower: hole, upper: close },
          { time: timestamp, values: close },
          [
            { time: START, price: 100, side: "buy", label: name },
            { time: START + 60e6, price: 101, side: "sell", size: 2 },
          ],
        ),
      ].map(async (value) => JSON.parse(JSON.stringify(await figureOf(value))) as PlotlyFigure),
    );
    await inPage(async (page) => {
      for (const figure of figures) {
        // Plotly's own validator throws on any `layout.legend`: that one is compared with what it makes of it.
        const seen = await page.evaluate(
          `(async ({ data, layout: { legend, ...layout } }) => {
            const problems = (Plotly.validate(structuredClone(data), structuredClone(layout)) ?? []).map(({ msg }) => msg);
            await Plotly.newPlot("plot", data, { legend, ...layout });
            const plot = document.getElementById("plot");
            const full = plot._fullLayout.legend;
            return {
              problems,
              legend: !full || Object.entries(legend).every(([key, value]) => full[key] === value),
              traces: plot.calcdata.length,
              texts: [...plot.querySelectorAll(".gtitle, .legendtext, .annotation-text")].map((text) => text.textContent),
            };
          })(${JSON.stringify(figure)})`,
        );
        expect(seen).toMatchObject({ problems: [], legend: true, traces: figure.data.length });
        if (figure === figures.at(-1))
          expect((seen as { texts: string[] }).texts).toEqual(expect.arrayContaining([name]));
      }
    });
  });
});

async function inPage(use: (page: Page) => Promise<void>): Promise<void> {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    await page.setContent(`<!doctype html><div id="plot"></div>`);
    const { resolve } = createRequire(join(ROOT, "test/package.json"));
    await page.addScriptTag({ path: resolve("plotly.js-finance-dist-min") });
    await use(page);
  } finally {
    await browser.close();
  }
}

test("zooming works through a real kernel, and gives pandas' candles", { timeout: 180_000 }, async () => {
  vi.stubEnv("JUPYTER_PATH", join(ROOT, ".venv/share/jupyter"));
  const told = await runPython("sdk/src/display/charts/refine.oracle.py", [process.env.LITLAB_SDK ?? "@litlab/sdk"]);
  vi.unstubAllEnvs();
  expect(told).toBe("");
});
