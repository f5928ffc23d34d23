import type { BarFrame } from "../bars/bar-frame.js";
import type { TickFrame } from "../bars/tick-frame.js";
import { barChart } from "./charts/bar-chart.js";
import { TickChart } from "./charts/tick-chart.js";
import type { MimeBundle } from "./mime-bundle.js";

/** Bars as Plotly candles with volume, as SVG, and as a text table. */
export function barsBundle(frame: BarFrame): MimeBundle {
  return barChart(frame).bundle();
}

/** Trades as prices over time with volume, in Plotly and SVG, and as a table of the first and last. */
export function ticksBundle(frame: TickFrame): MimeBundle {
  return new TickChart(frame).bundle();
}
