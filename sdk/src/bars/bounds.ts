import { LitDataError } from "../errors.js";
import { bisect } from "./search.js";
import type { TickColumns } from "./tick-frame.js";
import type { Window } from "./trading-day.js";

/**
 * Where bars begin: bar `k` holds the trades `starts[k]` to `starts[k + 1] - 1`, and is stamped with `stamps[k]`
 * (µs since the epoch).
 */
export interface BarBounds {
  /** One more than bars: the last is the end of the last bar. */
  readonly starts: Int32Array;
  readonly stamps: Float64Array;
  /** Of Renko bricks: where each begins and ends, in the price's currency. */
  readonly bricks?: { readonly open: Float64Array; readonly close: Float64Array };
}

/** Trades that are looked at one by one before the search leaps. */
const NEAR = 16;

/**
 * Bins of `step` µs that begin at a window's start and end with it at the latest; a bin without a trade makes no bar. The
 * ends of bins of many trades are found by galloping.
 * @param time ordered, all within the windows
 * @param future stamp with the bin's start instead of its end
 */
export function timeBounds(time: Float64Array, windows: readonly Window[], step: number, future: boolean): BarBounds {
  const length = time.length;
  const bins = windows.reduce((sum, { from, to }) => sum + Math.ceil((to - from) / step), 0);
  const capacity = Math.min(length, bins);
  const starts = new Int32Array(capacity + 1);
  const stamps = new Float64Array(capacity);
  let bars = 0;
  let i = 0;
  for (const { from, to } of windows) {
    let end = from;
    for (; i < length && (time[i] as number) < to; bars++) {
      const t = time[i] as number;
      const start = t < end + step ? end : from + Math.floor((t - from) / step) * step;
      end = start + step;
      const limit = end < to ? end : to;
      starts[bars] = i;
      stamps[bars] = future ? start : limit;
      const near = Math.min(length, i + NEAR);
      for (i++; i < near && (time[i] as number) < limit; i++);
      if (i === near) i = gallop(time, limit, i);
    }
  }
  starts[bars] = length;
  return { starts: starts.subarray(0, bars + 1), stamps: stamps.subarray(0, bars) };
}

/** The first of `time` from a position on that is not before `end`, by leaps. */
function gallop(time: Float64Array, end: number, begin: number): number {
  let low = begin;
  let high = begin;
  for (let leap = NEAR; high < time.length && (time[high] as number) < end; leap *= 2) {
    low = high + 1;
    high += leap;
  }
  return bisect(time, end, false, low, Math.min(high, time.length));
}

/** Groups of `size` trades, stamped with the last (future: the first) trade's time; an incomplete last one is dropped. */
export function tickBounds(time: Float64Array, size: number, future: boolean): BarBounds {
  const bars = Math.floor(time.length / size);
  const starts = Int32Array.from({ length: bars + 1 }, (_, k) => k * size);
  const stamps = Float64Array.from({ length: bars }, (_, k) => time[k * size + (future ? 0 : size - 1)] ?? 0);
  return { starts, stamps };
}

/**
 * Bars that end with the trade at which what they gather reaches `size`: volume, price times volume, or the imbalance of
 * ticks, |Σ b|, where b is 1 after a rise, -1 after a fall, and the one before at an equal price (0 before the first change).
 * The date's last bar ends with the date. Stamped with the last (future: the first) trade's time.
 * Source: López de Prado, Advances in Financial Machine Learning, 2.3; the imbalance's threshold is fixed.
 */
export function thresholdBounds(
  { time, price, size: volume }: TickColumns,
  unit: "volume" | "dollar" | "imbalance",
  size: number,
  future: boolean,
): BarBounds {
  const { length } = time;
  const starts = [0];
  let gathered = 0;
  let sign = 0;
  for (let i = 0; i < length; i++) {
    const p = price[i] as number;
    if (unit === "imbalance") {
      if (i > 0) sign = Math.sign(p - (price[i - 1] as number)) || sign;
      gathered += sign;
    } else gathered += unit === "dollar" ? Math.abs(p) * (volume[i] as number) : (volume[i] as number);
    if (Math.abs(gathered) < size) continue;
    starts.push(i + 1);
    gathered = 0;
  }
  if (starts.at(-1) !== length) starts.push(length);
  return withStamps(time, starts, future);
}

/** What rounding may take from a brick, as a share of it. */
const ROUNDING = 1e-9;

/**
 * Renko bricks of `size` in price: one more in the same direction when the price has moved by a brick beyond the last one's
 * edge, one in the other when it has moved by a brick beyond the other edge. They begin at the date's first price. The first
 * brick that a trade completes holds the trades up to it; further ones of the same trade hold none. Trades after the last
 * brick make no bar.
 */
export function brickBounds({ time, price }: TickColumns, size: number, future: boolean): BarBounds {
  const first = price[0] ?? 0;
  const starts = [0];
  const open: number[] = [];
  const close: number[] = [];
  const stamps: number[] = [];
  // The last brick's edges, in bricks from the first price.
  let low = 0;
  let high = 0;
  for (let i = 1; i < time.length; i++) {
    const level = ((price[i] as number) - first) / size;
    const rises = level >= high + 1 - ROUNDING;
    if (!rises && level > low - 1 + ROUNDING) continue;
    const begin = starts.at(-1) as number;
    const bricks = Math.floor((rises ? level - high : low - level) + ROUNDING);
    if (bricks + starts.length > MOST_BRICKS)
      throw new LitDataError(`bricks of ${size}: more than ${MOST_BRICKS} on one date, expected larger ones`);
    for (let k = 0; k < bricks; k++) {
      const from = rises ? high : low;
      [low, high] = rises ? [high, high + 1] : [low - 1, low];
      open.push(first + from * size);
      close.push(first + (rises ? high : low) * size);
      starts.push(i + 1);
      stamps.push(time[future && k === 0 ? begin : i] as number);
    }
  }
  return {
    starts: Int32Array.from(starts),
    stamps: Float64Array.from(stamps),
    bricks: { open: Float64Array.from(open), close: Float64Array.from(close) },
  };
}

const MOST_BRICKS = 10_000_000;

function withStamps(time: Float64Array, starts: readonly number[], future: boolean): BarBounds {
  const stamps = Float64Array.from({ length: starts.length - 1 }, (_, k) => {
    const at = future ? starts[k] : (starts[k + 1] as number) - 1;
    return time[at as number] as number;
  });
  return { starts: Int32Array.from(starts), stamps };
}
