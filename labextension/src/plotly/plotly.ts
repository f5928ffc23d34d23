/** What is used of plotly.js. */
export interface Plotly {
  readonly Icons: Readonly<Record<string, object>>;
  readonly Plots: { resize(plot: HTMLElement): Promise<unknown> };
  newPlot(plot: HTMLElement, data: object[], layout: object, config: object): Promise<PlotElement>;
  react(plot: HTMLElement, data: object[], layout: object, config?: object): Promise<PlotElement>;
  purge(plot: HTMLElement): void;
}

/** An element that holds a plot, as Plotly keeps it. */
export interface PlotElement extends HTMLElement {
  readonly data: { readonly name?: unknown; readonly visible?: unknown }[];
  readonly layout: Record<string, unknown>;
  /** Whether the mouse is dragging in it. */
  readonly _dragging?: boolean;
  on(event: "plotly_relayout", listener: (change: Readonly<Record<string, unknown>>) => void): void;
  on(event: "plotly_doubleclick", listener: () => void): void;
}

/** The kinds of traces of Plotly's finance bundle. */
export const TRACE_TYPES: ReadonlySet<unknown> = new Set([
  "bar",
  "candlestick",
  "funnel",
  "funnelarea",
  "histogram",
  "indicator",
  "ohlc",
  "pie",
  "scatter",
  "waterfall",
]);

/** plotly.js, a chunk of its own that the first figure loads. */
export const loadPlotly = async (): Promise<Plotly> => (await import("plotly.js-finance-dist-min")).default;
