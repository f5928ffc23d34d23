import type { TickFrame } from "../bars/tick-frame.js";
import { SECOND } from "../bars/time-zone.js";
import { countUntil, type Feature } from "./feature.js";

/**
 * `long_updown`, [6]: the move over the horizon, from the last trade before the instant, over the trades from the instant
 * on until before its end.
 *
 * Columns: long (1 if it rose), short (1 if it fell), up (largest rise, %), down (largest fall, %, as a positive number),
 * size (return at its end, %), time (s from the instant to the larger extreme, the first time it was reached).
 */
export function longUpdown(name: string): Feature {
  const columns = ["long", "short", "up", "down", "size", "time"];
  return {
    name,
    shape: [columns.length],
    columns,
    async prepare({ adapter, horizon }) {
      let ticks: TickFrame;
      return {
        async begin(date) {
          ticks = await adapter.getDate(date);
        },
        write(instant, out, offset) {
          const { time, price } = ticks;
          const end = instant + horizon;
          const first = countBefore(time, instant);
          const last = countBefore(time, end);
          const origin = price[first - 1];
          if (origin === undefined || last === first || end > (time.at(-1) ?? 0)) return false;
          let [high, low, highAt, lowAt] = [-Infinity, Infinity, first, first];
          for (let i = first; i < last; i++) {
            const value = price[i] as number;
            if (value > high) {
              high = value;
              highAt = i;
            }
            if (value < low) {
              low = value;
              lowAt = i;
            }
          }
          const percent = (value: number) => 100 * (value / origin - 1);
          const size = percent(price[last - 1] as number);
          const up = Math.max(0, percent(high));
          const down = Math.max(0, -percent(low));
          const reached = time[up >= down ? highAt : lowAt] as number;
          out.set([size > 0 ? 1 : 0, size < 0 ? 1 : 0, up, down, size, (reached - instant) / SECOND], offset);
          return true;
        },
      };
    },
  };
}

const countBefore = (times: Float64Array, instant: number): number => countUntil(times, instant - 0.5);
