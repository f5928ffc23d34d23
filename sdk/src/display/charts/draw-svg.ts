import { escapeHtml } from "../html.js";
import { decimalsOf, formatValue, niceTicks, shortValue } from "./format-value.js";
import {
  FALL,
  INK,
  lastPrice,
  type MarkerSeries,
  MOST_DOTS,
  type Panel,
  type Picture,
  type PriceSeries,
  RISE,
  rangeOf,
  type Series,
  SIDES,
} from "./picture.js";

const WIDTH = 900;
const LEFT = 8;
const TOP = 50;
const GAP = 22;
const HEIGHTS = { price: 280, volume: 64, own: 84 } as const;
/** Roughly a letter of 11 px. */
const LETTER = 6.4;
const MOST_LABELS = 40;

interface Layout {
  readonly right: number;
  readonly slot: number;
  readonly x: (slot: number) => number;
}

interface PlacedPanel {
  readonly panel: Panel;
  readonly top: number;
  readonly bottom: number;
  readonly y: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
  /** A value as the panel's legend writes it. */
  readonly format: (value: number) => string;
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

/**
 * A picture as SVG without script, as wide as the page: JupyterLab shows it as an img, which of one with a width would cut
 * off what does not fit, and which does not know the page's theme, so the colours are readable on a light and on a dark one.
 */
export function drawSvg(picture: Picture): string {
  const count = picture.labels.length;
  let top = TOP;
  const placed = (count > 0 ? picture.panels : []).map((panel) => {
    const bottom = top + HEIGHTS[panel.role];
    const one = place(panel, top, bottom);
    top = bottom + GAP;
    return one;
  });
  const last = lastPrice(picture.panels[0]);
  const widest = placed.flatMap(({ ticks, format }, i) => [
    ...ticks.map(({ text }) => text.length),
    i === 0 && last ? format(last.price).length : 0,
  ]);
  const right = WIDTH - Math.min(140, Math.max(46, Math.max(0, ...widest) * LETTER + 14));
  const slot = (right - LEFT) / Math.max(1, count);
  const layout: Layout = { right, slot, x: (at) => LEFT + (at + 0.5) * slot };
  const bottom = placed.at(-1)?.bottom ?? TOP;
  const height = bottom + (count > 0 ? 24 : 0);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" style="max-width:${WIDTH}px" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="11" fill="${INK}">`,
    `<title>${escapeHtml(picture.title)}</title>`,
    ...drawHead(picture, layout),
    ...drawShades(picture, layout, bottom),
    ...drawTimes(picture, layout, bottom),
    ...placed.flatMap((one, i) => drawPanel(one, i === 0 ? (last?.price ?? null) : null, layout)),
    ...(placed[0] && last ? drawLast(placed[0], last, layout) : []),
    "</svg>",
  ];
  return parts.join("\n");
}

function place(panel: Panel, top: number, bottom: number): PlacedPanel {
  const [low, high] = rangeOf(panel) ?? [0, 1];
  const isVolume = panel.role === "volume";
  // Quarters, since the difference of the largest numbers is none.
  const isFlat = !(high / 4 > low / 4);
  const half = isFlat ? Math.abs(high) / 400 || 0.125 : (high / 4 - low / 4) / 2;
  const middle = low / 8 + high / 8;
  const padding = isFlat || isVolume ? 0 : half * (panel.role === "price" ? 0.06 : 0.1);
  const [from, to] = [isVolume ? low / 4 : middle - half - padding, middle + half + padding];
  const [base, peak] = [from * 4, to * 4];
  const y = (value: number) => bottom - ((value / 4 - from) / (to - from)) * (bottom - top);
  if (isVolume) return { panel, top, bottom, y, ticks: [{ value: high, text: shortValue(high) }], format: shortValue };
  const { values, decimals } = niceTicks(base, peak, (bottom - top) / 32);
  // A legend tells values apart that an axis does not.
  const finer = Math.max(2, Math.min(8, decimalsOf((peak - base) / 100)));
  const format = (value: number) => formatValue(value, Math.max(decimals, Number.isFinite(finer) ? finer : 2));
  const ticks = values.map((value) => ({ value, text: formatValue(value, decimals) }));
  return { panel, top, bottom, y, ticks, format };
}

const text = (x: number, y: number, content: string, attributes = ""): string =>
  `<text x="${round(x)}" y="${round(y)}"${attributes}>${escapeHtml(content)}</text>`;
const line = (x1: number, y1: number, x2: number, y2: number, opacity: number, more = ""): string =>
  `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${INK}" stroke-opacity="${opacity}"${more}/>`;
const cut = (content: string, letters: number): string =>
  content.length > letters ? `${content.slice(0, Math.max(1, letters - 1))}…` : content;

function drawHead({ title, notes, range, isTimed }: Picture, { right }: Layout): string[] {
  const [first, last] = range ?? [isTimed ? "no trades" : "no bars", ""];
  const isSpan = range && first !== last;
  const ends = isSpan ? `${first} – ${last.startsWith(first.slice(0, 10)) ? last.slice(11) || last : last}` : first;
  const end = [...(range ? notes : []), ends].filter((part) => part !== "").join(" · ");
  const own = cut(end, 90);
  const room = Math.floor((right - LEFT - own.length * LETTER - 20) / 7.2);
  return [
    text(LEFT, 18, cut(title, Math.max(12, room)), ` font-size="13" font-weight="600"`),
    text(right, 18, own, ` text-anchor="end"`),
  ];
}

function drawShades({ shades }: Picture, { right, slot, x }: Layout, bottom: number): string[] {
  return shades.flatMap(({ from, to, label }) => {
    const [begin, end] = [x(from) - slot / 2, Math.min(right, x(to) - slot / 2)];
    const area = `<path d="M${round(begin)} ${TOP}H${round(end)}V${bottom}H${round(begin)}z" fill-opacity="0.09"/>`;
    const fits = label.length > 0 && label.length * LETTER + 8 < end - begin;
    return fits ? [area, text(begin + 4, TOP + 12, label, ` font-size="10"`)] : [area];
  });
}

function drawTimes({ ticks }: Picture, { x }: Layout, bottom: number): string[] {
  return ticks.flatMap(({ slot, text: content, isMajor }) => {
    const half = (content.length * LETTER) / 2;
    const at = x(slot);
    const grid = line(at, TOP, at, bottom, 0.13);
    return [
      grid,
      text(
        Math.min(Math.max(at, half), WIDTH - half),
        bottom + 17,
        content,
        ` text-anchor="middle"${isMajor ? ` font-weight="700"` : ""}`,
      ),
    ];
  });
}

/** @param marked a value of the axis that has a label of its own */
function drawPanel(
  { panel, top, bottom, y, ticks, format }: PlacedPanel,
  marked: number | null,
  layout: Layout,
): string[] {
  const { right } = layout;
  const grid = ticks.flatMap(({ value, text: content }) => {
    const at = panel.role === "volume" ? top + 9 : y(value) + 4;
    const rule = panel.role === "volume" ? [] : [line(LEFT, y(value), right, y(value), 0.16)];
    const isFree = marked === null || Math.abs(y(marked) - y(value)) > 14;
    return isFree ? [...rule, text(right + 6, at, content)] : rule;
  });
  return [
    ...grid,
    line(LEFT, bottom, right, bottom, 0.4),
    ...panel.series.flatMap((series) => draw(series, y, layout)),
    ...legend(panel, panel.role === "price" ? 37 : top - 6, format, layout),
  ];
}

/** How wide a candle or column is of so many px. */
const bodyOf = (width: number): number => Math.max(0.7, Math.min(13, width * 0.72));

function draw(series: Series, y: (value: number) => number, layout: Layout): string[] {
  const { slot, x } = layout;
  const body = bodyOf(slot);
  switch (series.kind) {
    case "candles":
      return [true, false].flatMap((rises) => {
        let [wicks, bodies] = ["", ""];
        for (const [i, close] of series.close.entries()) {
          const open = series.open[i] as number;
          if (!Number.isFinite(open) || !Number.isFinite(close) || close >= open !== rises) continue;
          const [high, low] = [series.high[i] as number, series.low[i] as number];
          if (Number.isFinite(high - low)) wicks += `M${round(x(i))} ${round(y(high))}V${round(y(low))}`;
          const top = y(Math.max(open, close));
          const height = Math.max(1, y(Math.min(open, close)) - top);
          bodies += `M${round(x(i) - body / 2)} ${round(top)}h${round(body)}v${round(height)}h${round(-body)}z`;
        }
        const color = rises ? RISE : FALL;
        return [
          `<path d="${wicks}" stroke="${color}" stroke-width="${round(Math.min(1, body))}" fill="none"/>`,
          `<path d="${bodies}" fill="${color}"/>`,
        ];
      });
    case "columns": {
      const paths = new Map<string, string>();
      const wide = series.width === undefined ? body : bodyOf(slot * series.width);
      for (const [i, value] of series.values.entries()) {
        if (!Number.isFinite(value) || value === 0) continue;
        const color = typeof series.color === "string" ? series.color : (series.color[i] ?? INK);
        const at = x(series.slots[i] as number) - wide / 2;
        const column = `M${round(at)} ${round(y(0))}V${round(y(value))}h${round(wide)}V${round(y(0))}z`;
        paths.set(color, `${paths.get(color) ?? ""}${column}`);
      }
      return [...paths].map(([color, path]) => `<path d="${path}" fill="${color}" fill-opacity="0.6"/>`);
    }
    case "line":
    case "step": {
      let path = "";
      let isOpen = false;
      for (const [i, value] of series.values.entries()) {
        const at = round(x(series.slots[i] as number));
        if (!Number.isFinite(value)) isOpen = false;
        else {
          const height = round(y(value));
          path += !isOpen ? `M${at} ${height}` : series.kind === "step" ? `H${at}V${height}` : `L${at} ${height}`;
          // A value between two that are none is seen, too.
          if (!isOpen && !Number.isFinite(series.values[i + 1] ?? Number.NaN)) path += "h0.01";
          isOpen = true;
        }
      }
      return [
        `<path d="${path}" fill="none" stroke="${series.color}" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round"/>`,
      ];
    }
    case "prices":
      return drawPrices(series, y, layout);
    case "band":
      return bandPath(series, y, x);
    case "markers":
      return drawMarkers(series, y, layout);
  }
}

function bandPath(
  { slots, lower, upper, color }: Extract<Series, { kind: "band" }>,
  y: (value: number) => number,
  x: (slot: number) => number,
): string[] {
  let [area, edges] = ["", ""];
  for (let from = 0, i = 0; i <= slots.length; i++) {
    if (i < slots.length && Number.isFinite(lower[i]) && Number.isFinite(upper[i])) continue;
    const points = (values: readonly number[]) =>
      slots.slice(from, i).map((slot, k) => `${round(x(slot))} ${round(y(values[from + k] as number))}`);
    if (i > from) {
      const [above, below] = [points(upper), points(lower)];
      area += `M${[...above, ...below.reverse()].join("L")}z`;
      edges += `M${points(upper).join("L")}M${points(lower).join("L")}`;
    }
    from = i + 1;
  }
  return [
    `<path d="${area}" fill="${color}" fill-opacity="0.13"/>`,
    `<path d="${edges}" fill="none" stroke="${color}" stroke-opacity="0.75"/>`,
  ];
}

/** A dot a trade, or a stroke from the lowest to the highest price of several; a line that stays at each price until the next. */
function drawPrices(
  { slots, values, spans, color }: PriceSeries,
  y: (value: number) => number,
  { slot, x }: Layout,
): string[] {
  let [path, marks] = ["", ""];
  for (const [i, value] of values.entries()) {
    if (!Number.isFinite(value)) continue;
    const [at, height] = [round(x(slots[i] as number)), round(y(value))];
    path += path === "" ? `M${at} ${height}` : `H${at}V${height}`;
    if (!spans) marks += `M${at} ${height}h0.01`;
    else marks += `M${at} ${round(y(spans.high[i] as number) - 0.5)}V${round(y(spans.low[i] as number) + 0.5)}`;
  }
  const stroke = spans
    ? `stroke-width="${round(Math.max(1, slot))}"`
    : `stroke-width="${values.length > MOST_DOTS ? 2.8 : 4.4}" stroke-linecap="round"`;
  return [
    `<path d="${path}" fill="none" stroke="${color}" stroke-opacity="0.5"/>`,
    `<path d="${marks}" fill="none" stroke="${color}" ${stroke}/>`,
  ];
}

/** Triangles whose tips are at the prices: those of buys below, those of sells above. */
function drawMarkers(
  { side, slots, values, labels }: MarkerSeries,
  y: (value: number) => number,
  { right, x }: Layout,
): string[] {
  const sign = side === "buy" ? 1 : -1;
  const path = slots.map((slot, i) => `M${round(x(slot))} ${round(y(values[i] as number))}l5.5 ${sign * 10}h-11z`);
  const shown = labels.filter((label) => label !== "").length <= MOST_LABELS ? labels : [];
  return [
    `<path d="${path.join("")}" fill="${SIDES[side]}" stroke="#fff" stroke-width="0.8" stroke-linejoin="round"/>`,
    ...shown.flatMap((label, i) => {
      if (label === "") return [];
      const name = cut(label, 24);
      const half = (name.length * LETTER) / 2;
      const at = Math.min(Math.max(x(slots[i] as number), half), right - half);
      const height = y(values[i] as number) + sign * 10 + (sign > 0 ? 11 : -4);
      return [text(at, height, name, ` font-size="10" text-anchor="middle" fill="${SIDES[side]}"`)];
    }),
  ];
}

/** What the panel's series are, with their last values. */
function legend({ series, role }: Panel, y: number, format: (value: number) => string, { right }: Layout): string[] {
  const entries: {
    readonly label: string;
    readonly value: string;
    readonly color: string;
    readonly isPlain: boolean;
  }[] = [];
  for (const one of series) {
    if (one.kind === "candles") {
      const i = one.close.findLastIndex(Number.isFinite);
      if (i < 0) continue;
      const [open, high, low, close] = [one.open, one.high, one.low, one.close].map(
        (column) => column[i] as number,
      ) as [number, number, number, number];
      const color = close >= open ? RISE : FALL;
      for (const [label, value] of Object.entries({ O: open, H: high, L: low, C: close }))
        entries.push({ label, value: format(value), color, isPlain: true });
    } else if (one.kind === "markers")
      entries.push({
        label: `${one.side === "buy" ? "▲" : "▼"} ${one.name}`,
        value: String(one.slots.length),
        color: SIDES[one.side],
        isPlain: false,
      });
    else if (one.kind === "prices") {
      const [low, high] = rangeOf({ name: "", role: "price", series: [one] }) ?? [Number.NaN, Number.NaN];
      const last = one.values.findLast(Number.isFinite) ?? Number.NaN;
      for (const [label, value] of Object.entries({ first: one.first, high, low, last }))
        if (Number.isFinite(value)) entries.push({ label, value: format(value), color: one.color, isPlain: true });
    } else {
      const last = (values: readonly number[]) => {
        const value = values.findLast(Number.isFinite);
        return value === undefined ? "" : format(value);
      };
      const value =
        one.kind === "band" ? [one.lower, one.upper].map(last).filter(Boolean).join(" – ") : last(one.values);
      entries.push({
        label: one.name,
        value,
        color: typeof one.color === "string" ? one.color : INK,
        isPlain: role === "volume" && typeof one.color !== "string",
      });
    }
  }
  const parts: string[] = [];
  let x = LEFT;
  for (const [i, { label, value, color, isPlain }] of entries.entries()) {
    const name = cut(label, 48);
    const width = (name.length + value.length + 1) * LETTER + 14;
    if (i > 0 && x + width > right - (i < entries.length - 1 ? 50 : 0)) {
      parts.push(text(x, y, `+${entries.length - i} more`));
      break;
    }
    const [labelColor, valueColor] = isPlain ? [INK, color] : [color, color];
    parts.push(
      `<text x="${round(x)}" y="${y}" fill="${labelColor}">${escapeHtml(name)} <tspan fill="${valueColor}">${escapeHtml(value)}</tspan></text>`,
    );
    x += width;
  }
  return parts;
}

/** The last price: a dotted line, and a label on the axis. */
function drawLast(
  { y, format }: PlacedPanel,
  { price, color }: { price: number; color: string },
  { right }: Layout,
): string[] {
  const at = y(price);
  return [
    `<path d="M${LEFT} ${round(at)}H${round(right)}" stroke="${color}" stroke-opacity="0.8" stroke-dasharray="2 3"/>`,
    `<path d="M${round(right)} ${round(at - 8)}H${WIDTH}V${round(at + 8)}H${round(right)}z" fill="${color}"/>`,
    text(right + 6, at + 4, format(price), ` fill="#fff" font-weight="600"`),
  ];
}
