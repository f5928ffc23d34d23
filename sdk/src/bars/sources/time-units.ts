/** What whole numbers in a column of times count since the epoch. */
export const TIME_UNITS = ["s", "ms", "us", "ns"] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** Units a µs, or µs a unit. */
const FACTORS = { s: 1_000_000, ms: 1000, us: 1, ns: 1000 };
const WORD = 2 ** 32;
/** NumPy's and pandas' "not a time". */
const NAT = -(2 ** 31) * WORD;

/**
 * Times in µs: whole numbers exactly, cut below a µs; others rounded to a µs where they count more than that.
 * 64-bit integers are read by their halves, which is faster than BigInt.
 */
export function toMicroseconds(times: BigInt64Array | Float64Array, unit: TimeUnit): Float64Array {
  const factor = FACTORS[unit];
  const out = new Float64Array(times.length);
  if (times instanceof Float64Array) {
    for (let i = 0; i < out.length; i++) {
      const time = times[i] as number;
      out[i] = unit === "ns" ? Math.floor(time / factor) : Math.round(time * factor);
    }
    return out;
  }
  const words = new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
  for (let i = 0; i < out.length; i++) {
    const high = words[2 * i + 1] as number;
    const low = (words[2 * i] as number) >>> 0;
    if (high * WORD + low === NAT) out[i] = Number.NaN;
    else if (unit === "ns") {
      const quotient = Math.floor(high / factor);
      out[i] = quotient * WORD + Math.floor(((high - quotient * factor) * WORD + low) / factor);
    } else out[i] = (high * WORD + low) * factor;
  }
  return out;
}
