/** Our bars in plain JavaScript, without WebAssembly SIMD. */
import { BAR_COLUMNS } from "@litlab/sdk";
import { tickBounds, timeBounds } from "../../sdk/dist/bars/bounds.js";

const DAY = 86_400_000_000;
const STEPS = { sec: 1_000_000, min: 60_000_000, hour: 3_600_000_000, day: DAY };

/** A function (unit, size) => columns of one symbol's trades. */
export function plainBars({ time, price, size }) {
  const days = [];
  for (let begin = 0, end = 0; begin < time.length; begin = end) {
    const from = Math.floor(time[begin] / DAY) * DAY;
    while (end < time.length && time[end] < from + DAY) end++;
    days.push({ from, begin, times: time.subarray(begin, end) });
  }
  return (unit, count) => {
    const parts = days.map(({ from, begin, times }) => ({
      begin,
      ...(unit === "tick"
        ? tickBounds(times, count, false)
        : timeBounds(times, [{ from, to: from + DAY }], STEPS[unit] * count, false)),
    }));
    const length = parts.reduce((sum, { stamps }) => sum + stamps.length, 0);
    const columns = Object.fromEntries(BAR_COLUMNS.map((name) => [name, new Float64Array(length)]));
    let done = 0;
    for (const { begin, starts, stamps } of parts) {
      addBars(price.subarray(begin), size.subarray(begin), starts, stamps.length, columns, done);
      done += stamps.length;
    }
    return { length, ...columns };
  };
}

function addBars(price, size, starts, bars, columns, first) {
  const { open, high, low, close, tradeCount, volSum, volMean, volMax } = columns;
  for (let k = 0, at = first; k < bars; k++, at++) {
    const begin = starts[k];
    const end = starts[k + 1];
    // Two accumulators a value: the loop's comparisons do not wait for each other.
    let max1 = price[begin];
    let min1 = max1;
    let sum1 = 0;
    let vol1 = size[begin];
    let max2 = max1;
    let min2 = max1;
    let sum2 = 0;
    let vol2 = vol1;
    open[at] = max1;
    let i = begin;
    for (const last = end - 1; i < last; i += 2) {
      const p = price[i];
      const q = price[i + 1];
      const v = size[i];
      const w = size[i + 1];
      if (p > max1) max1 = p;
      if (p < min1) min1 = p;
      if (q > max2) max2 = q;
      if (q < min2) min2 = q;
      if (v > vol1) vol1 = v;
      if (w > vol2) vol2 = w;
      sum1 += v;
      sum2 += w;
    }
    if (i < end) {
      const p = price[i];
      const v = size[i];
      if (p > max1) max1 = p;
      if (p < min1) min1 = p;
      if (v > vol1) vol1 = v;
      sum1 += v;
    }
    const sum = sum1 + sum2;
    high[at] = max1 > max2 ? max1 : max2;
    low[at] = min1 < min2 ? min1 : min2;
    close[at] = price[end - 1];
    tradeCount[at] = end - begin;
    volSum[at] = sum;
    volMean[at] = sum / (end - begin);
    volMax[at] = vol1 > vol2 ? vol1 : vol2;
  }
}
