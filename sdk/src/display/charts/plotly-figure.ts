import { FALL, INK, lastPrice, MOST_DOTS, type Panel, type Picture, RISE, type Series, SIDES } from "./picture.js";

const SHARES = { price: 4, volume: 1, own: 1.3 } as const;
const GAP = 0.035;
const CLEAR = "rgba(0,0,0,0)";
const GRID = "rgba(123,130,140,0.2)";

/** A figure of Plotly: what `Plotly.newPlot(element, data, layout)` takes. */
export interface PlotlyFigure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/**
 * A picture as a Plotly figure. Its x axis is one of categories, the slots' labels, so hours without trades take no room; of
 * slots of time one of numbers, so a trade lies where its time does. Either way a slot's number is its place. Colours are
 * readable on a light and on a dark page. `meta` goes into `layout.meta`.
 */
export function plotlyFigure(picture: Picture, meta?: object): PlotlyFigure {
  const { title, notes, isTimed, labels, panels, ticks, shades } = picture;
  const placeOf = isTimed ? (slot: number) => Math.round(slot * 1e4) / 1e4 : (slot: number) => labels[slot];
  const total = panels.reduce((sum, { role }) => sum + SHARES[role], 0);
  let top = 1;
  const axes: Record<string, unknown> = {};
  const data = panels.flatMap((panel, i) => {
    const share = (SHARES[panel.role] / total) * (1 - GAP * (panels.length - 1));
    const domain = [Math.max(0, top - share), top];
    top -= share + GAP;
    const axis = i === 0 ? "y" : `y${i + 1}`;
    axes[`yaxis${i === 0 ? "" : i + 1}`] = {
      domain,
      side: "right",
      gridcolor: GRID,
      zeroline: false,
      automargin: true,
      nticks: panel.role === "price" ? 8 : 3,
      fixedrange: false,
      ...(panel.role === "own" && { title: { text: plain(nameOf(panel)), font: { size: 10 } } }),
    };
    return labels.length === 0 ? [] : panel.series.flatMap((series) => traces(series, labels, placeOf, axis));
  });
  const last = lastPrice(panels[0]);
  const lastAxis = panels.length > 1 ? `y${panels.length}` : "y";
  return {
    data,
    layout: {
      title: { text: plain([title, ...notes].join(" · ")), font: { size: 14 }, x: 0.01, xanchor: "left" },
      autosize: true,
      height: 380 + 90 * (panels.length - 1),
      margin: { l: 24, r: 64, t: 64, b: 36 },
      font: { color: INK, size: 11 },
      paper_bgcolor: CLEAR,
      plot_bgcolor: CLEAR,
      hovermode: isTimed ? "x" : "x unified",
      hoverlabel: { bgcolor: "rgba(28,31,36,0.92)", bordercolor: INK, font: { color: "#e6e8eb" } },
      dragmode: "zoom",
      showlegend: data.some(({ showlegend }) => showlegend !== false),
      legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", bgcolor: CLEAR },
      xaxis: {
        type: isTimed ? "linear" : "category",
        tickmode: "array",
        tickvals: ticks.map(({ slot }) => placeOf(slot)),
        ticktext: ticks.map(({ text, isMajor }) => (isMajor ? `<b>${plain(text)}</b>` : plain(text))),
        tickangle: 0,
        ...(labels.length > 0 && { range: [-0.5, labels.length - 0.5] }),
        gridcolor: GRID,
        ...(isTimed && { zeroline: false }),
        rangeslider: { visible: false },
        anchor: lastAxis,
      },
      ...axes,
      shapes: [
        ...shades.map(({ from, to, label }) => ({
          type: "rect",
          xref: "x",
          yref: "paper",
          x0: from - 0.5,
          x1: to - 0.5,
          y0: 0,
          y1: 1,
          fillcolor: INK,
          opacity: 0.09,
          line: { width: 0 },
          layer: "below",
          ...(label !== "" && { label: { text: plain(label), textposition: "top left", font: { size: 10 } } }),
        })),
        ...(last
          ? [
              {
                type: "line",
                xref: "paper",
                yref: "y",
                x0: 0,
                x1: 1,
                y0: last.price,
                y1: last.price,
                line: { color: last.color, width: 1, dash: "dot" },
              },
            ]
          : []),
      ],
      annotations: last
        ? [
            {
              xref: "paper",
              yref: "y",
              x: 1,
              y: last.price,
              xanchor: "left",
              showarrow: false,
              text: last.price.toLocaleString("en-US", { maximumSignificantDigits: 7 }),
              font: { color: "#fff" },
              bgcolor: last.color,
              borderpad: 2,
            },
          ]
        : [],
      ...(meta && { meta }),
    },
  };
}

const nameOf = ({ series }: Panel): string =>
  series
    .map(({ name }) => name)
    .join(", ")
    .slice(0, 24);
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
/** Plotly takes some HTML and few entities in texts: nothing that a name holds is any. */
const plain = (text: string): string => text.replace(/[&<>]/g, (char) => ENTITIES[char] ?? char);
const list = (values: Float64Array | readonly number[]): (number | null)[] =>
  Array.from(values, (value) => (Number.isFinite(value) ? value : null));

function traces(
  series: Series,
  labels: readonly string[],
  placeOf: (slot: number) => string | number | undefined,
  yaxis: string,
): Record<string, unknown>[] {
  const name = plain(series.name);
  const x = series.kind === "candles" ? labels : series.slots.map(placeOf);
  const base = { name, x, xaxis: "x", yaxis };
  switch (series.kind) {
    case "candles": {
      const { open, high, low, close } = series;
      const side = (color: string) => ({ line: { color, width: 1 }, fillcolor: color });
      return [
        {
          type: "candlestick",
          ...base,
          open: list(open),
          high: list(high),
          low: list(low),
          close: list(close),
          increasing: side(RISE),
          decreasing: side(FALL),
          showlegend: false,
        },
      ];
    }
    case "columns": {
      const isPlain = typeof series.color !== "string";
      const marker = { color: series.color, opacity: 0.6, line: { width: 0 } };
      const { width, texts } = series;
      const told = texts && { hovertext: texts.map(plain), hoverinfo: "text" };
      const more = { ...(width !== undefined && { width: Math.min(width * 0.8, labels.length / 50) }), ...told };
      return [{ type: "bar", ...base, y: list(series.values), marker, showlegend: !isPlain, ...more }];
    }
    case "prices": {
      const { color, values, spans } = series;
      const reach = (to: readonly number[]) => list(values.map((value, i) => Math.abs((to[i] as number) - value)));
      return [
        {
          type: "scatter",
          mode: spans ? "lines" : "lines+markers",
          ...base,
          y: list(values),
          line: { color, width: 1, shape: "hv" },
          ...(spans
            ? {
                error_y: {
                  type: "data",
                  symmetric: false,
                  array: reach(spans.high),
                  arrayminus: reach(spans.low),
                  color,
                  thickness: 1.5,
                  width: 0,
                },
              }
            : { marker: { color, size: values.length > MOST_DOTS ? 3 : 5 } }),
          hovertext: series.texts.map(plain),
          hoverinfo: "text",
          showlegend: false,
        },
      ];
    }
    case "line":
    case "step": {
      const line = { color: series.color, width: 1.5, ...(series.kind === "step" && { shape: "hv" }) };
      return [{ type: "scatter", mode: "lines", ...base, y: list(series.values), line, connectgaps: false }];
    }
    case "band": {
      const edge = {
        type: "scatter",
        mode: "lines",
        ...base,
        line: { color: series.color, width: 1 },
        legendgroup: name,
      };
      return [
        { ...edge, name: `${name}, lower`, y: list(series.lower), showlegend: false },
        { ...edge, y: list(series.upper), fill: "tonexty", fillcolor: faint(series.color) },
      ];
    }
    case "markers": {
      const color = SIDES[series.side];
      const isLabelled = series.labels.some((label) => label !== "") && series.labels.length <= 40;
      return [
        {
          type: "scatter",
          mode: isLabelled ? "markers+text" : "markers",
          ...base,
          y: list(series.values),
          marker: {
            symbol: `triangle-${series.side === "buy" ? "up" : "down"}`,
            size: 11,
            color,
            line: { color: "#fff", width: 1 },
          },
          hovertext: series.texts.map(plain),
          hoverinfo: "text",
          ...(isLabelled && {
            text: series.labels.map(plain),
            textposition: series.side === "buy" ? "bottom center" : "top center",
            textfont: { color, size: 10 },
          }),
        },
      ];
    }
  }
}

/** A colour that lets through what lies below; one that is no #rrggbb is left to Plotly. */
const faint = (color: string): string | undefined => (/^#[\da-f]{6}$/i.test(color) ? `${color}22` : undefined);
