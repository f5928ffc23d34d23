import { BarFrame } from "../bars/bar-frame.js";
import { checkInstant, checkTimeZone, formatInstant } from "../bars/time-zone.js";
import { LitDataError } from "../errors.js";
import { formatTable } from "../text-table.js";
import { type BarChart, type BarChartOptions, barChart } from "./charts/bar-chart.js";
import type { MimeBundle } from "./mime-bundle.js";

/** A model's predictions beside the price. */
export interface Predictions {
  /** When each was made, µs since the epoch, UTC, ascending. */
  readonly time: ArrayLike<number>;
  /** The price then. */
  readonly close: ArrayLike<number>;
  /** A value a time, such as a probability. */
  readonly predictions: ArrayLike<number>;
  /** The IANA zone of the time axis. Default "UTC". */
  readonly timeZone?: string;
  /** Default: how many predictions there are. */
  readonly title?: string;
}

/** A picture is read, not counted: of more points than this one in n is drawn. */
const MOST_POINTS = 2000;
const TIME_LABELS = 7;
/** With axes and menu, what JupyterLab has room for beside its sidebar in a window of 1280 pixels. */
const WIDTH = 720;
/** Readable on a light and on a dark page. */
const INK = "#7f8790";

/**
 * Predictions below the price, over time. Times lie side by side, so hours without trades take no room.
 * @throws LitDataError if the columns differ in length, a time is no instant, or the zone is none
 * @example chart({ ...(await readTimes(file.path)), predictions: await model.predict(x).data(), timeZone: adapter.timeZone })
 */
export function chart(predictions: Predictions): Chart;
/**
 * Bars as candles above their volume; `with` adds indicators, predictions, bands and trades (docs/charts.md).
 * @throws LitDataError if an option is wrong
 * @example chart(bars).with({ name: "SMA 20", values: sma }, trades)
 */
export function chart(bars: BarFrame, options?: BarChartOptions): BarChart;
export function chart(shown: Predictions | BarFrame, options?: BarChartOptions): Chart | BarChart {
  if (shown instanceof BarFrame) return barChart(shown, options);
  const given: Partial<Predictions> | null | undefined = shown;
  for (const name of ["time", "close", "predictions"] as const)
    if (typeof given?.[name]?.length !== "number")
      throw new LitDataError(`chart: no list ${name}, expected bars, or lists of time, close and predictions`);
  return new Chart(shown);
}

/** A chart that a notebook shows. */
export class Chart {
  readonly #source: Required<Predictions>;

  /** @internal */
  constructor({ time, close, predictions, timeZone = "UTC", title = `${time.length} predictions` }: Predictions) {
    if (time.length !== close.length || time.length !== predictions.length)
      throw new LitDataError(
        `chart: time has ${time.length} values, close ${close.length}, predictions ${predictions.length}, expected as many of each`,
      );
    for (let i = 0; i < time.length; i++) checkInstant(time[i] as number, `chart: time[${i}] is`);
    this.#source = { time, close, predictions, timeZone: checkTimeZone(timeZone), title };
  }

  toString(): string {
    const { time, close, predictions, timeZone } = this.#source;
    return formatTable(["time", "close", "prediction"], time.length, [
      (i) => formatInstant(time[i] as number, timeZone),
      (i) => close[i],
      (i) => predictions[i],
    ]);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    const spec = vegaLite(this.#source);
    const [{ compile }, { parse, View }] = await Promise.all([import("vega-lite"), import("vega")]);
    const view = new View(parse(compile(spec).spec), { renderer: "none" });
    const svg = await view.toSVG();
    view.finalize();
    // As wide as the page, as the candles are.
    const scaled = svg.replace(/ width="([\d.]+)" height="[\d.]+"/, ' style="max-width:$1px"');
    return {
      "application/vnd.vegalite.v5+json": spec,
      "image/svg+xml": scaled,
      "text/plain": this.toString(),
    };
  }
}

/** The price above, the predictions below, over the number of the sample; the axis' labels are times. */
function vegaLite({ time, close, predictions, timeZone, title }: Required<Predictions>) {
  const stride = Math.max(1, Math.ceil(time.length / MOST_POINTS));
  const values = Array.from({ length: Math.ceil(time.length / stride) }, (_, k) => {
    const i = k * stride;
    return { i, time: formatInstant(time[i] as number, timeZone), close: close[i], prediction: predictions[i] };
  });
  const count = Math.min(TIME_LABELS, values.length);
  const marks = Array.from(
    { length: count },
    (_, k) => values[Math.round((k * (values.length - 1)) / (count - 1 || 1))],
  );
  const labels = Object.fromEntries(marks.map((mark) => [mark?.i, mark?.time.slice(5, 16)]));
  const x = (shown: boolean) => ({
    field: "i",
    type: "quantitative" as const,
    scale: { nice: false, zero: false },
    axis: {
      title: shown ? timeZone : null,
      labels: shown,
      grid: false,
      values: marks.map((mark) => mark?.i ?? 0),
      labelExpr: `(${JSON.stringify(labels)})[datum.value]`,
    },
  });
  const panel = (field: "close" | "prediction", height: number, color: string) => ({
    width: WIDTH,
    height,
    mark: { type: "line" as const, strokeWidth: 1, color, tooltip: { content: "data" as const } },
    encoding: {
      x: x(field === "prediction"),
      y: { field, type: "quantitative" as const, scale: { zero: false }, axis: { title: field, gridOpacity: 0.25 } },
    },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json" as const,
    title: stride > 1 ? `${title} (1 in ${stride} drawn)` : title,
    background: "transparent",
    data: { values },
    vconcat: [panel("close", 200, "#3b7dd8"), panel("prediction", 120, "#e07a1f")],
    config: {
      view: { stroke: null },
      title: { color: INK, anchor: "start" as const, fontWeight: "normal" as const },
      axis: { labelColor: INK, titleColor: INK, gridColor: INK, domainColor: INK, tickColor: INK },
    },
  };
}
