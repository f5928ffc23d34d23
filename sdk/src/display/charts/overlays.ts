import type { BarFrame, Unit } from "../../bars/bar-frame.js";
import { STEPS } from "../../bars/date-records.js";
import { bisect } from "../../bars/search.js";
import { checkInstant, DAY, formatInstant } from "../../bars/time-zone.js";
import { LitDataError } from "../../errors.js";

/** Where something is drawn: over the candles, over the volume, in a panel of its own, or with all that name the same panel. */
export type PanelName = "price" | "volume" | "own" | (string & {});

/** Values of bars, such as a moving average. */
export interface Indicator {
  readonly name: string;
  /** One a bar, NaN where there is none. Kept, not copied, if it is a Float64Array. */
  readonly values: ArrayLike<number>;
  /** Default: `price` if most values lie near the bars' prices, else `own`. */
  readonly panel?: PanelName;
  /** Default `line`. */
  readonly kind?: "line" | "step" | "histogram";
  /** A CSS colour. Default one that stands out. */
  readonly color?: string;
}

/** A model's values over time, in a panel below; each is drawn at the last bar that is known at its time. */
export interface PredictionSeries {
  /** µs since the epoch, UTC. */
  readonly time: ArrayLike<number>;
  /** A value a time, NaN where there is none. */
  readonly values: ArrayLike<number>;
  /** Default "predictions". */
  readonly name?: string;
  /** Default `own`. */
  readonly panel?: PanelName;
  readonly color?: string;
}

/** The ground between two lines, over the candles. */
export interface Bands {
  /** µs since the epoch, UTC, of each value. Default: one value a bar. */
  readonly time?: ArrayLike<number>;
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  readonly name: string;
  /** Default `price`. */
  readonly panel?: PanelName;
  readonly color?: string;
}

/** A trade of a strategy, drawn at its price on its bar. */
export interface ChartTrade {
  /** µs since the epoch, UTC. */
  readonly time: number;
  readonly price: number;
  readonly side: "buy" | "sell";
  readonly size?: number;
  /** Stands beside it where there is room. */
  readonly label?: string;
}

/** What a chart shows with its bars. */
export type Overlay = Indicator | PredictionSeries | Bands | readonly ChartTrade[];

/** Makes an overlay of the bars; of bare values an indicator with the function's name. */
export type OverlayOf = (bars: BarFrame) => Overlay | ArrayLike<number>;

interface LayerBase {
  readonly name: string;
  readonly panel: PanelName;
  /** null: the chart chooses. */
  readonly color: string | null;
  /** The bar of each value, ascending; null: one value a bar. */
  readonly rows: Float64Array | null;
  /** How many lie beyond the bars. */
  readonly outside: number;
}

/** An overlay that is checked, each of its values with its bar. */
export type Layer =
  | (LayerBase & { readonly kind: "line" | "step" | "histogram"; readonly values: Float64Array })
  | (LayerBase & { readonly kind: "band"; readonly lower: Float64Array; readonly upper: Float64Array })
  | (LayerBase & { readonly kind: "trades"; readonly trades: readonly ChartTrade[] });

const KINDS = ["line", "step", "histogram"] as const;
const COLOR = /^(#([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})|[a-z]{3,30}|(rgb|hsl)a?\([\d\s.,%/]{1,60}\))$/i;
const LONGEST_NAME = 80;
/** How long a bar is; the others have no length in time. */
const BINS: Readonly<Partial<Record<Unit, number>>> = { ...STEPS, day: DAY };

const refuse = (message: string, cause?: unknown): never => {
  throw new LitDataError(`chart: ${message}`, { cause });
};

/** Checks an overlay and finds the bars of its values. @throws LitDataError */
export function layerOf(overlay: Overlay | OverlayOf, bars: BarFrame): Layer {
  if (typeof overlay === "function") {
    const name = overlay.name || "indicator";
    const made = overlay(bars);
    return layerOf(isNumbers(made) ? { name, values: made } : made, bars);
  }
  if (Array.isArray(overlay)) return tradesLayer(overlay, bars);
  if (typeof overlay !== "object" || overlay === null)
    return refuse(`with(${describe(overlay)}), expected an indicator, predictions, bands, or an array of trades`);
  if ("lower" in overlay || "upper" in overlay) return bandLayer(overlay as Bands, bars);
  if ("time" in overlay) return predictionLayer(overlay as PredictionSeries, bars);
  if ("values" in overlay) return indicatorLayer(overlay as Indicator, bars);
  return refuse(
    `with({ ${Object.keys(overlay).slice(0, 8).join(", ")} }), expected { name, values }, { time, values }, { name, lower, upper }, or an array of trades`,
  );
}

const isNumbers = (made: Overlay | ArrayLike<number>): made is ArrayLike<number> =>
  ArrayBuffer.isView(made) || (Array.isArray(made) && typeof made[0] === "number");

const describe = (value: unknown): string =>
  typeof value === "string"
    ? JSON.stringify(value.slice(0, 40))
    : typeof value === "object" && value
      ? "an object"
      : String(value);

function indicatorLayer(indicator: Indicator, bars: BarFrame): Layer {
  const what = `indicator ${checkName(indicator.name, "an indicator")}`;
  checkKeys(indicator, what, ["name", "values", "panel", "kind", "color"]);
  const { kind = "line" } = indicator;
  if (!KINDS.includes(kind)) return refuse(`${what}: kind ${describe(kind)}, expected one of ${KINDS.join(", ")}`);
  const values = numbers(indicator.values, `${what}: values`, [bars.length, "bars"]);
  const panel = indicator.panel ?? (kind !== "histogram" && liesAtPrices(values, bars) ? "price" : "own");
  return { kind, values, rows: null, outside: 0, ...look(indicator, what, panel) };
}

function predictionLayer(predictions: PredictionSeries, bars: BarFrame): Layer {
  const { name = "predictions" } = predictions;
  const what = `predictions ${checkName(name, "predictions")}`;
  checkKeys(predictions, what, ["name", "time", "values", "panel", "color"]);
  const all = numbers(predictions.values, `${what}: values`);
  const { rows, order, outside } = align(predictions.time, all.length, bars, what, false);
  const values = Float64Array.from(order, (i) => all[i] as number);
  return { kind: "line", values, rows, outside, ...look({ ...predictions, name }, what, "own") };
}

function bandLayer(bands: Bands, bars: BarFrame): Layer {
  const what = `bands ${checkName(bands.name, "bands")}`;
  checkKeys(bands, what, ["name", "time", "lower", "upper", "panel", "color"]);
  const expected = bands.time ? undefined : ([bars.length, "bars"] as const);
  const lower = numbers(bands.lower, `${what}: lower`, expected);
  const upper = numbers(bands.upper, `${what}: upper`, expected ?? [lower.length, "values of lower"]);
  const style = look(bands, what, "price");
  if (!bands.time) return { kind: "band", lower, upper, rows: null, outside: 0, ...style };
  const { rows, order, outside } = align(bands.time, lower.length, bars, what, false);
  const pick = (values: Float64Array) => Float64Array.from(order, (i) => values[i] as number);
  return { kind: "band", lower: pick(lower), upper: pick(upper), rows, outside, ...style };
}

function tradesLayer(given: readonly ChartTrade[], bars: BarFrame): Layer {
  const trades = Array.from(given, (trade, i): ChartTrade => {
    const what = `trade ${i}`;
    if (typeof trade !== "object" || trade === null)
      return refuse(`${what} is ${describe(trade)}, expected { time, price, side }`);
    checkKeys(trade, what, ["time", "price", "side", "size", "label"]);
    const { time, price, side, size, label } = trade;
    if (side !== "buy" && side !== "sell") refuse(`${what}: side ${describe(side)}, expected "buy" or "sell"`);
    if (!Number.isFinite(price)) refuse(`${what}: price ${describe(price)}, expected a number`);
    if (size !== undefined && !Number.isFinite(size)) refuse(`${what}: size ${describe(size)}, expected a number`);
    return { time, price, side, ...(size !== undefined && { size }), ...(label && { label: plain(label) }) };
  });
  const times = trades.map(({ time }) => time);
  const { rows, order, outside } = align(times, trades.length, bars, "trades", !bars.future);
  const kept = Array.from(order, (i) => trades[i] as ChartTrade);
  return { kind: "trades", name: "trades", panel: "price", color: null, rows, outside, trades: kept };
}

/**
 * The bar of each time, in the bars' order: the last one that is stamped then or before, or with `within` the first one
 * that is stamped then or later, in which a trade lies.
 */
function align(time: ArrayLike<number>, length: number, bars: BarFrame, what: string, within: boolean) {
  const { timestamp, unit, size, timeZone } = bars;
  if (!timestamp) return refuse(`${what}: these bars have no timestamp to find times by, as those of dates have`);
  const times = numbers(time, `${what}: time`, [length, "values"]);
  for (const [i, one] of times.entries()) checkInstant(one, `chart: ${what}: time[${i}] is`);
  const bin = (BINS[unit] ?? 0) * size;
  const [first, last] = [timestamp[0] as number, timestamp.at(-1) as number];
  const isInside = (one: number) =>
    within ? one <= last && (one > first - bin || one === first) : one >= first && (one < last + bin || one === last);
  const inside: number[] = [];
  for (let i = 0; i < length; i++) if (isInside(times[i] as number)) inside.push(i);
  if (inside.length === 0 && length > 0 && bars.length > 0)
    refuse(
      `${what}: none of ${length} times lies within the bars, from ${formatInstant(first, timeZone)} to ${formatInstant(last, timeZone)}; the first is ${formatInstant(times[0] as number, timeZone)}. Times are µs since the epoch`,
    );
  const order = inside.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const rows = Float64Array.from(order, (i) =>
    within ? bisect(timestamp, times[i] as number) : bisect(timestamp, times[i] as number, true) - 1,
  );
  return { rows, order, outside: length - inside.length };
}

/** Checked numbers; those of a Float64Array are taken as they are. */
function numbers(
  values: ArrayLike<number>,
  what: string,
  expected?: readonly [length: number, of: string],
): Float64Array {
  if (typeof values !== "object" || values === null || !Number.isInteger(values.length))
    return refuse(`${what} is ${describe(values)}, expected numbers`);
  if (expected && values.length !== expected[0])
    refuse(`${what}: ${values.length} values, expected ${expected[0]}, as there are ${expected[1]}`);
  if (values instanceof Float64Array) return values;
  return Float64Array.from(values, (value: unknown, i) =>
    typeof value === "number"
      ? value
      : refuse(`${what}[${i}] is ${describe(value)}, expected a number, NaN where there is none`),
  );
}

/** Text of one line, without control characters. */
const plain = (text: unknown): string =>
  String(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .slice(0, LONGEST_NAME);

function checkName(name: unknown, what: string): string {
  if (typeof name !== "string" || name.trim() === "") return refuse(`${what}: name ${describe(name)}, expected a text`);
  return JSON.stringify(plain(name));
}

function checkKeys(given: object, what: string, keys: readonly string[]): void {
  const other = Object.keys(given).find((key) => !keys.includes(key));
  if (other !== undefined) refuse(`${what}: ${describe(other)} is unknown, expected ${keys.join(", ")}`);
}

function look(
  { name, panel, color }: { readonly name: string; readonly panel?: PanelName; readonly color?: string },
  what: string,
  byDefault: PanelName,
) {
  if (panel !== undefined) checkName(panel, `${what}: panel`);
  if (color !== undefined && !(typeof color === "string" && COLOR.test(color)))
    refuse(`${what}: color ${describe(color)}, expected a CSS colour such as "#3f7fe8" or "teal"`);
  return { name: plain(name), panel: plain(panel ?? byDefault), color: color ?? null };
}

/** Whether most values lie between the lowest and the highest price, or as far from them again. */
function liesAtPrices(values: Float64Array, { low, high }: BarFrame): boolean {
  let [lowest, highest] = [Infinity, -Infinity];
  for (let i = 0; i < low.length; i++) {
    if ((low[i] as number) < lowest) lowest = low[i] as number;
    if ((high[i] as number) > highest) highest = high[i] as number;
  }
  const span = highest - lowest;
  let [count, near] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count++;
    if (value >= lowest - span && value <= highest + span) near++;
  }
  return near * 2 > count;
}
