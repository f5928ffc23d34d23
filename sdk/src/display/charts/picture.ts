/**
 * What a chart shows, apart from how it is drawn: panels over one axis of slots. Of bars a slot is a bar, or as many as are
 * merged for the picture; slots lie side by side, so hours without trades take no room. Of trades a slot is a stretch of
 * time, with or without a trade. Both the SVG and the Plotly figure are made of it.
 */
export interface Picture {
  readonly title: string;
  /** What else is to be said, such as how many bars a candle holds. */
  readonly notes: readonly string[];
  /** Whether slots are stretches of time, all as long: then what is drawn can lie between two of them. */
  readonly isTimed: boolean;
  /** The bars that are drawn, or the µs since the epoch: from `begin` to before `end`, `merged` a slot. */
  readonly begin: number;
  readonly end: number;
  readonly merged: number;
  /** From when to when there is something; null if there is nothing. */
  readonly range: readonly [first: string, last: string] | null;
  /** What each slot is called: its last bar's time in the frame's zone, its own, or its number; no two bars' are equal. */
  readonly labels: readonly string[];
  readonly ticks: readonly AxisTick[];
  /** Stretches of slots with a darker ground. */
  readonly shades: readonly SlotShade[];
  /** From top to bottom; the first is the price. */
  readonly panels: readonly Panel[];
}

/** A label of the time axis. */
export interface AxisTick {
  readonly slot: number;
  readonly text: string;
  /** A date among times, a year among months. */
  readonly isMajor: boolean;
}

/** Slots from `from` to before `to`. */
export interface SlotShade {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface Panel {
  readonly name: string;
  readonly role: "price" | "volume" | "own";
  readonly series: readonly Series[];
}

/** One value a slot, NaN where there is none. */
export interface CandleSeries {
  readonly kind: "candles";
  readonly name: string;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/** Points from left to right; a slot can have two, its least and its greatest value; NaN interrupts the line. */
export interface LineSeries {
  readonly kind: "line" | "step";
  readonly name: string;
  readonly color: string;
  readonly slots: readonly number[];
  readonly values: readonly number[];
}

export interface BandSeries {
  readonly kind: "band";
  readonly name: string;
  readonly color: string;
  readonly slots: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/** Prices of trades, each of which lasts until the next. */
export interface PriceSeries {
  readonly kind: "prices";
  readonly name: string;
  readonly color: string;
  readonly slots: readonly number[];
  /** The first trade's price; NaN if there is none. */
  readonly first: number;
  /** A trade's price, or the last one of several. */
  readonly values: readonly number[];
  /** Between what they lie; null: each is one trade. */
  readonly spans: { readonly low: readonly number[]; readonly high: readonly number[] } | null;
  /** What a reader is told of each. */
  readonly texts: readonly string[];
}

/** Columns from zero. */
export interface ColumnSeries {
  readonly kind: "columns";
  readonly name: string;
  /** Slots that each is wide, around its own. Default 1. */
  readonly width?: number;
  /** What a reader is told of each. Default its value. */
  readonly texts?: readonly string[];
  /** Of each column, or of all. */
  readonly color: string | readonly string[];
  readonly slots: readonly number[];
  readonly values: readonly number[];
}

export interface MarkerSeries {
  readonly kind: "markers";
  readonly name: string;
  readonly side: Side;
  readonly slots: readonly number[];
  readonly values: readonly number[];
  /** What a reader is told of each. */
  readonly texts: readonly string[];
  /** What stands beside each. */
  readonly labels: readonly string[];
}

export type Side = "buy" | "sell";
export type Series = CandleSeries | PriceSeries | LineSeries | BandSeries | ColumnSeries | MarkerSeries;

/** Readable on a light and on a dark page: about as far from white as from black. */
export const INK = "#7b828c";
export const RISE = "#1f9e87";
export const FALL = "#e04f55";
export const SIDES: Readonly<Record<Side, string>> = { buy: "#3577e5", sell: "#c64ba6" };
/** Of more trades the dots are smaller. */
export const MOST_DOTS = 200;
/** What series are drawn in that name no colour. */
export const PALETTE = [
  "#3f7fe8",
  "#d9791f",
  "#9a5fd0",
  "#1590ad",
  "#d6478f",
  "#8a8a1c",
  "#7a6ff0",
  "#a8643c",
] as const;

/** The panel's least and greatest value; null if it has none. */
export function rangeOf({ series, role }: Panel): readonly [low: number, high: number] | null {
  let low = Infinity;
  let high = -Infinity;
  const take = (values: ArrayLike<number>) => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value < low && value > -Infinity) low = value;
      if (value > high && value < Infinity) high = value;
    }
  };
  for (const one of series) {
    if (one.kind === "candles") for (const column of [one.open, one.high, one.low, one.close]) take(column);
    else if (one.kind === "band") for (const column of [one.lower, one.upper]) take(column);
    else take(one.values);
    if (one.kind === "columns") take([0]);
    if (one.kind === "prices" && one.spans) for (const column of [one.spans.low, one.spans.high]) take(column);
  }
  if (role === "volume") low = 0;
  return low <= high ? [low, high] : null;
}

/** The last price that there is, in its candle's colour or that of its trades. */
export function lastPrice(panel: Panel | undefined): { readonly price: number; readonly color: string } | null {
  for (const series of panel?.series ?? []) {
    if (series.kind !== "candles" && series.kind !== "prices") continue;
    const values = series.kind === "candles" ? series.close : series.values;
    const last = values.findLastIndex(Number.isFinite);
    if (last < 0) return null;
    const price = values[last] as number;
    if (series.kind === "prices") return { price, color: series.color };
    return { price, color: price >= (series.open[last] as number) ? RISE : FALL };
  }
  return null;
}
