import type { BaseAdapter } from "../bars/base-adapter.js";

/** What features and labels are computed from. */
export interface FeatureSource {
  readonly adapter: BaseAdapter;
  /** The trading dates of the whole range, ascending: those before the first sample are history. */
  readonly dates: readonly string[];
  /** How far labels look ahead, µs. */
  readonly horizon: number;
  /** What bars are divided by, a number a column: the adapter's getMaxValues(), or ones. */
  readonly scale: readonly number[];
}

/** Computes a feature or label sample by sample, in the order of time. */
export interface Sampler {
  /** Comes before the first sample of a date. */
  begin?(date: string): Promise<void>;
  /**
   * Writes the value at an instant (µs since the epoch) to `out` from `offset` on; false if there is none: not enough
   * history, or the horizon passes the date's last trade.
   */
  write(instant: number, out: Float32Array, offset: number): boolean;
}

/** A feature or label by its name. */
export interface Feature {
  readonly name: string;
  /** The shape of one sample. */
  readonly shape: readonly number[];
  /** A label's column names, else null. */
  readonly columns: readonly string[] | null;
  prepare(source: FeatureSource): Promise<Sampler>;
}

/** How many of the ordered times are at or before an instant. */
export function countUntil(times: Float64Array, instant: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
