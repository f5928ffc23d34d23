import type { Unit } from "../bars/bar-frame.js";
import { barsOf } from "./bar-window.js";
import { countUntil, type Feature } from "./feature.js";

/** TA-Lib takes smaller sums of moves as none. */
const NOTHING = 1e-14;

/**
 * The relative strength index of closes, 0 to 100, as TA-Lib's RSI: Wilder's smoothing, seeded with the mean of the first
 * `period` changes.
 * @returns a value a close; NaN for the first `period`
 */
export function relativeStrength(close: Float64Array, period: number): Float64Array {
  const rsi = new Float64Array(close.length).fill(Number.NaN);
  let gain = 0;
  let loss = 0;
  for (let i = 1; i < close.length; i++) {
    const change = (close[i] as number) - (close[i - 1] as number);
    const [rise, fall] = change < 0 ? [0, -change] : [change, 0];
    if (i <= period) {
      gain += rise / period;
      loss += fall / period;
    } else {
      gain = (gain * (period - 1) + rise) / period;
      loss = (loss * (period - 1) + fall) / period;
    }
    if (i >= period) rsi[i] = gain + loss < NOTHING ? 0 : (100 * gain) / (gain + loss);
  }
  return rsi;
}

/** `RSI14TA_day`, [1]: the RSI of the closes of the bars that are complete at the instant; on day bars, of the days before. */
export function rsi(name: string, period: number, unit: Unit): Feature {
  return {
    name,
    shape: [1],
    columns: null,
    async prepare(source) {
      const bars = await barsOf(source, unit, 1);
      const times = bars.timestamp ?? new Float64Array();
      const values = relativeStrength(bars.close, period);
      return {
        write(instant, out, offset) {
          const value = values[countUntil(times, instant) - 1];
          if (value === undefined || Number.isNaN(value)) return false;
          out[offset] = value;
          return true;
        },
      };
    },
  };
}
