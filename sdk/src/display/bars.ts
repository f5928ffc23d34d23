import type { BarFrame } from "../bars/bar-frame.js";
import type { TickFrame } from "../bars/tick-frame.js";
import { barChart } from "./charts/bar-chart.js";
import type { MimeBundle } from "./mime-bundle.js";

/** Bars as Plotly candles with volume, as SVG, and as a text table. */
export function barsBundle(frame: BarFrame): MimeBundle {
  return barChart(frame).bundle();
}

/** Trades as a text table. */
export function ticksBundle(frame: TickFrame): MimeBundle {
  return { "text/plain": frame.toString() };
}
