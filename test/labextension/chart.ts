import type { Locator, Page } from "playwright-core";
import { codeCell } from "../lab-page.js";

/** The chart that a notebook's cell shows of bars. */
export const chartOf = (page: Page, index: number): Locator =>
  codeCell(page, index).getByRole("figure", { name: / bars of 1 (min|tick), UTC/ });

export interface Held {
  readonly open: number[];
  readonly high: number[];
  readonly low: number[];
  readonly close: number[];
  readonly range: [number, number];
  readonly drawn: number;
}

/** The candles that a chart holds, its range, and how many of them are drawn. */
export const held = (chart: Locator): Promise<Held> =>
  chart.locator(".js-plotly-plot").evaluate((plot: unknown) => {
    const { data, layout, querySelectorAll } = plot as {
      data: [Held];
      layout: { xaxis: { range: [number, number] } };
      querySelectorAll: (selector: string) => { length: number };
    };
    const { open, high, low, close } = data[0];
    const [from, to] = layout.xaxis.range;
    const drawn = querySelectorAll.call(plot, ".boxlayer .trace path.box").length;
    return { open, high, low, close, range: [Number(from), Number(to)] as [number, number], drawn };
  });

/** Draws the mouse over a chart's candles, between two shares of their width. */
export async function drag(page: Page, chart: Locator, from: number, to: number): Promise<void> {
  const box = await chart.locator(".nsewdrag").first().boundingBox();
  if (!box) throw new Error("the chart has no place to drag");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + from * box.width, y);
  await page.mouse.down();
  await page.mouse.move(box.x + to * box.width, y, { steps: 4 });
  await page.mouse.up();
}
