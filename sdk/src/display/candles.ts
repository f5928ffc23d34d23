import type { BarFrame } from "../bars/bar-frame.js";
import { formatInstant } from "../bars/time-zone.js";
import { formatCell } from "../text-table.js";
import { escapeHtml } from "./html.js";

/** A picture is read, not counted: more bars than this are merged for it. */
const MOST_CANDLES = 2000;
const WIDTH = 900;
const HEIGHT = 420;
const PLOT = { left: 12, right: WIDTH - 64, top: 34, bottom: 296 };
const VOLUME = { top: 314, bottom: 384 };
const RISE = "#2a9d6f";
const FALL = "#d1495b";
/** Readable on a light and on a dark page. */
const INK = "#7f8790";

interface Candle {
  readonly label: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** At most 2,000 candles of a frame; more bars are merged by equal counts. Labels are times in the frame's zone. */
export function candlesOf(frame: BarFrame): { readonly candles: readonly Candle[]; readonly merged: number } {
  const merged = Math.max(1, Math.ceil(frame.length / MOST_CANDLES));
  const candles: Candle[] = [];
  for (let begin = 0; begin < frame.length; begin += merged) {
    const last = Math.min(begin + merged, frame.length) - 1;
    let [high, low, volume] = [-Infinity, Infinity, 0];
    for (let i = begin; i <= last; i++) {
      high = Math.max(high, frame.high[i] as number);
      low = Math.min(low, frame.low[i] as number);
      volume += frame.volSum[i] as number;
    }
    const stamp = frame.timestamp?.[last];
    const label = stamp === undefined ? String(last) : formatInstant(stamp, frame.timeZone);
    candles.push({ label, open: frame.open[begin] as number, high, low, close: frame.close[last] as number, volume });
  }
  return { candles, merged };
}

/** What a frame shows, in words: "390 bars of 1 min, America/New_York". */
export const titleOf = ({ length, size, unit, timeZone }: BarFrame, merged: number): string =>
  `${length} bars of ${size} ${unit}, ${timeZone}${merged > 1 ? ` (${merged} bars a candle)` : ""}`;

/**
 * Candles above volume as an SVG without script, as wide as the page: JupyterLab shows it as an img, which of one with a
 * width would cut off what does not fit. Bars lie side by side, so hours without trades take no room.
 */
export function candlesSvg(frame: BarFrame): string {
  const { candles, merged } = candlesOf(frame);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" style="max-width:${WIDTH}px" font-family="system-ui, sans-serif" font-size="11" fill="${INK}">`,
    `<text x="${PLOT.left}" y="20" font-size="13">${escapeHtml(titleOf(frame, merged))}</text>`,
  ];
  if (candles.length > 0) parts.push(...drawPrices(candles), ...drawVolume(candles), ...drawTimes(candles));
  return `${parts.join("\n")}\n</svg>`;
}

const slot = (candles: readonly Candle[]): number => (PLOT.right - PLOT.left) / candles.length;
const middle = (candles: readonly Candle[], i: number): number => PLOT.left + (i + 0.5) * slot(candles);
const round = (value: number): string => String(Number(value.toFixed(2)));
const line = (x1: number, y1: number, x2: number, y2: number): string =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${INK}" stroke-opacity="0.25"/>`;

function drawPrices(candles: readonly Candle[]): string[] {
  const lowest = candles.reduce((least, { low }) => Math.min(least, low), Infinity);
  const highest = candles.reduce((most, { high }) => Math.max(most, high), -Infinity);
  const span = highest - lowest || Math.abs(highest) || 1;
  const y = (price: number) =>
    highest === lowest
      ? (PLOT.top + PLOT.bottom) / 2
      : PLOT.bottom - ((price - lowest) / span) * (PLOT.bottom - PLOT.top);
  const ticks = niceTicks(lowest, highest, 6);
  const grid = ticks.flatMap((price) => [
    line(PLOT.left, y(price), PLOT.right, y(price)),
    `<text x="${PLOT.right + 6}" y="${round(y(price) + 4)}">${formatCell(price)}</text>`,
  ]);
  const body = Math.max(0.5, Math.min(12, slot(candles) * 0.7));
  const shape = (rises: boolean) => {
    const wicks: string[] = [];
    const bodies: string[] = [];
    for (const [i, { open, high, low, close }] of candles.entries()) {
      if (close >= open !== rises) continue;
      const x = middle(candles, i);
      wicks.push(`M${round(x)} ${round(y(high))}V${round(y(low))}`);
      const top = y(Math.max(open, close));
      const height = Math.max(0.8, y(Math.min(open, close)) - top);
      bodies.push(`M${round(x - body / 2)} ${round(top)}h${round(body)}v${round(height)}h${round(-body)}z`);
    }
    const colour = rises ? RISE : FALL;
    return `<path d="${wicks.join("")}" stroke="${colour}" stroke-width="${round(Math.min(1, body))}" fill="none"/><path d="${bodies.join("")}" fill="${colour}"/>`;
  };
  return [...grid, shape(true), shape(false)];
}

function drawVolume(candles: readonly Candle[]): string[] {
  const most = candles.reduce((max, { volume }) => Math.max(max, volume), 0) || 1;
  const body = Math.max(0.5, Math.min(12, slot(candles) * 0.7));
  const bars = candles.map(({ volume }, i) => {
    const height = (Math.max(0, volume) / most) * (VOLUME.bottom - VOLUME.top);
    return `M${round(middle(candles, i) - body / 2)} ${VOLUME.bottom}v${round(-height)}h${round(body)}v${round(height)}z`;
  });
  return [
    line(PLOT.left, VOLUME.bottom, PLOT.right, VOLUME.bottom),
    `<path d="${bars.join("")}" fill="${INK}" fill-opacity="0.6"/>`,
    `<text x="${PLOT.right + 6}" y="${VOLUME.top + 8}">${shortNumber(most)}</text>`,
    `<text x="${PLOT.right + 6}" y="${VOLUME.bottom}">volume</text>`,
  ];
}

function drawTimes(candles: readonly Candle[]): string[] {
  const shown = Math.min(6, candles.length);
  const days = new Set(candles.map(({ label }) => label.slice(0, 10)));
  return Array.from({ length: shown }, (_, k) => {
    const i = shown === 1 ? 0 : Math.round((k * (candles.length - 1)) / (shown - 1));
    const label = candles[i]?.label ?? "";
    const anchor = k === 0 ? "start" : k === shown - 1 ? "end" : "middle";
    const text = days.size > 2 || k === 0 ? label.slice(0, 16) : label.slice(11, 19) || label;
    return `<text x="${round(middle(candles, i))}" y="${VOLUME.bottom + 18}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;
  });
}

/** Round values between two, about `count` of them. */
function niceTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => (first + k) * step);
}

const shortNumber = (value: number): string =>
  new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 }).format(value);
