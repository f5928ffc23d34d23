import type { BarFrame } from "../bars/bar-frame.js";
import type { TickFrame } from "../bars/tick-frame.js";
import { candlesOf, candlesSvg, titleOf } from "./candles.js";
import type { MimeBundle } from "./mime-bundle.js";

/** Bars as Plotly candles with volume, as SVG, and as a text table. */
export function barsBundle(frame: BarFrame): MimeBundle {
  return {
    "application/vnd.plotly.v1+json": plotlyFigure(frame),
    "image/svg+xml": candlesSvg(frame),
    "text/plain": frame.toString(),
  };
}

/** Trades as a text table. */
export function ticksBundle(frame: TickFrame): MimeBundle {
  return { "text/plain": frame.toString() };
}

/** A Plotly figure: the x axis is a category axis, so hours without trades take no room. */
function plotlyFigure(frame: BarFrame): object {
  const { candles, merged } = candlesOf(frame);
  const x = candles.map(({ label }) => label);
  const column = (name: "open" | "high" | "low" | "close") => candles.map((candle) => candle[name]);
  return {
    data: [
      {
        type: "candlestick",
        name: "price",
        x,
        open: column("open"),
        high: column("high"),
        low: column("low"),
        close: column("close"),
      },
      { type: "bar", name: "volume", x, y: candles.map(({ volume }) => volume), yaxis: "y2", marker: { opacity: 0.6 } },
    ],
    layout: {
      title: { text: titleOf(frame, merged) },
      autosize: true,
      height: 420,
      showlegend: false,
      xaxis: { type: "category", nticks: 6, rangeslider: { visible: false }, anchor: "y2" },
      yaxis: { domain: [0.28, 1], side: "right" },
      yaxis2: { domain: [0, 0.22], side: "right" },
    },
  };
}
