import { BAR_COLUMNS, type BarFrame } from "../../bars/bar-frame.js";
import { bisect } from "../../bars/search.js";
import { checkInstant, formatInstant } from "../../bars/time-zone.js";
import { LitDataError } from "../../errors.js";
import { formatTable } from "../../text-table.js";
import type { MimeBundle } from "../mime-bundle.js";
import { drawSvg } from "./draw-svg.js";
import { type ChartTrade, type Layer, layerOf, type Overlay, type OverlayOf } from "./overlays.js";
import { type ChartSource, pictureOf, type Window } from "./picture-of.js";
import { plotlyFigure } from "./plotly-figure.js";
import { offer, type PartFigure, partFigure } from "./refine.js";
import type { Shade } from "./time-axis.js";

export interface BarChartOptions {
  /** Default: how many bars of what there are. */
  readonly title?: string;
  /** Stretches of time with a darker ground, such as sessions. Default: extended hours, or every second date. */
  readonly shades?: readonly Shade[];
}

/** Bars as candles above their volume, with what `with` adds. A notebook shows it; it never changes. */
export class BarChart {
  readonly #source: ChartSource;

  /** @internal Use `chart(bars)`. */
  constructor(source: ChartSource) {
    this.#source = source;
  }

  /**
   * The same chart with more in it, each of:
   * - an indicator `{ name, values }`, a value a bar, or a function of the bars that gives one (or just its values);
   * - predictions `{ time, values }`, in a panel below, each at the last bar that is known at its time;
   * - bands `{ name, lower, upper }`, one pair a bar, or with `time` a pair a time;
   * - trades `[{ time, price, side }]`, at their prices.
   * @throws LitDataError that names what is wrong
   * @example chart(bars).with(sma20, { name: "RSI", values: rsi, panel: "own" }).with(trades)
   */
  with(...overlays: readonly (Overlay | OverlayOf)[]): BarChart {
    const { frame, layers } = this.#source;
    return new BarChart({ ...this.#source, layers: [...layers, ...overlays.map((one) => layerOf(one, frame))] });
  }

  /** The bars as a table, a column for each value that lies over them; then the trades. */
  toString(): string {
    const { frame, layers } = this.#source;
    const { timestamp, timeZone } = frame;
    const columns: [name: string, value: (row: number) => string | number | undefined][] = [
      ...(timestamp
        ? [
            ["timestamp", (row: number) => formatInstant(timestamp[row] as number, timeZone)] as [
              string,
              (row: number) => string,
            ],
          ]
        : []),
      ...BAR_COLUMNS.map((name): [string, (row: number) => number | undefined] => [name, (row) => frame[name][row]]),
      ...layers.flatMap(layerColumns),
    ];
    const bars = formatTable(
      columns.map(([name]) => name),
      frame.length,
      columns.map(([, value]) => value),
    );
    const trades = layers.flatMap((layer) => (layer.kind === "trades" ? layer.trades : []));
    return layers.some(({ kind }) => kind === "trades") ? `${bars}\n\n${tradesTable(trades, timeZone)}` : bars;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    return this.bundle();
  }

  /** @internal */
  bundle(): MimeBundle {
    const { frame, layers, title, shades } = this.#source;
    const picture = pictureOf(this.#source);
    const isBare = layers.length === 0 && title === null && shades === null;
    const bytes = layers.reduce(
      (sum, layer) => sum + 8 * (layer.rows?.length ?? frame.length),
      8 * frame.columns.length * frame.length,
    );
    const meta = offer(this, { frame: isBare ? frame : null, length: frame.length, bytes }, picture);
    return {
      "application/vnd.plotly.v1+json": plotlyFigure(picture, meta),
      "image/svg+xml": drawSvg(picture),
      "text/plain": this.toString(),
    };
  }

  /** @internal Some of the bars, for who zooms in. */
  figure(window: Window): PartFigure {
    const { length } = this.#source.frame;
    const from = Math.min(Math.max(0, Math.floor(window.from)), Math.max(0, length - 1));
    const to = Math.max(from + 1, Math.min(length, Math.ceil(window.to)));
    return partFigure(pictureOf(this.#source, { from, to, most: window.most }));
  }
}

/** @throws LitDataError if there is no chart of them */
export function barChart(frame: BarFrame, { title, shades, ...rest }: BarChartOptions = {}): BarChart {
  const [other] = Object.keys(rest);
  if (other !== undefined) throw new LitDataError(`chart: option ${JSON.stringify(other)}, expected title or shades`);
  for (const [i, { from, to }] of (shades ?? []).entries()) {
    checkInstant(from, `chart: shades[${i}].from is`);
    checkInstant(to, `chart: shades[${i}].to is`);
  }
  return new BarChart({ frame, layers: [], title: title ?? null, shades: shades ?? null });
}

/** A layer's values by bar, the last one where a bar has several. */
function layerColumns(layer: Layer): [name: string, value: (row: number) => number | undefined][] {
  const { rows } = layer;
  const at = (values: Float64Array) => (row: number) => {
    const i = rows ? bisect(rows, row, true) - 1 : row;
    return rows && rows[i] !== row ? Number.NaN : values[i];
  };
  switch (layer.kind) {
    case "trades":
      return [];
    case "band":
      return [
        [`${layer.name}, lower`, at(layer.lower)],
        [`${layer.name}, upper`, at(layer.upper)],
      ];
    default:
      return [[layer.name, at(layer.values)]];
  }
}

const tradesTable = (trades: readonly ChartTrade[], timeZone: string): string =>
  formatTable(["time", "side", "price", "size", "label"], trades.length, [
    (i) => formatInstant(trades[i]?.time ?? 0, timeZone),
    (i) => trades[i]?.side,
    (i) => trades[i]?.price,
    (i) => trades[i]?.size,
    (i) => trades[i]?.label,
  ]);
