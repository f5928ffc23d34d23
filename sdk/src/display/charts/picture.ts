/**
 * What a chart shows, apart from how it is drawn: panels over one axis of slots. A slot is a bar, or as many as are merged
 * for the picture; slots lie side by side, so hours without trades take no room. Both the SVG and the Plotly figure are
 * made of it.
 */
export interface Picture {
  readonly title: string;
  /** What else is to be said, such as how many bars a candle holds. */
  readonly notes: readonly string[];
  /** The bars that are drawn: from `begin` to before `end`, `merged` a slot. */
  readonly begin: number;
  readonly end: number;
  readonly merged: number;
  /** What each slot is called: its last bar's time in the frame's zone, or its number; no two are equal. */
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

/** Columns from zero. */
export interface ColumnSeries {
  readonly kind: "columns";
  readonly name: string;
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
export type Series = CandleSeries | LineSeries | BandSeries | ColumnSeries | MarkerSeries;

/** Readable on a light and on a dark page: about as far from white as from black. */
export const INK = "#7b828c";
export const RISE = "#1f9e87";
export const FALL = "#e04f55";
export const SIDES: Readonly<Record<Side, string>> = { buy: "#3577e5", sell: "#c64ba6" };
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
  }
  if (role === "volume") low = 0;
  return low <= high ? [low, high] : null;
}

/** The last close that there is, and whether its candle rose. */
export function lastClose(panel: Panel | undefined): { readonly close: number; readonly rises: boolean } | null {
  const candles = panel?.series.find((series) => series.kind === "candles");
  const last = candles?.close.findLastIndex(Number.isFinite) ?? -1;
  if (!candles || last < 0) return null;
  const close = candles.close[last] as number;
  return { close, rises: close >= (candles.open[last] as number) };
}
