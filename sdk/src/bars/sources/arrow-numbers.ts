/** Arrow's numbers that JavaScript has no array of. */
import type { Data, DataType, Decimal } from "apache-arrow";
import type { TimeUnit } from "./time-units.js";

/** Powers of ten that make a unit's times µs. */
const POWERS: Readonly<Record<TimeUnit, number>> = { s: 6, ms: 3, us: 0, ns: -3 };
/** Digits that a decimal may have, and the largest power of ten that is a double. */
const [DIGITS, EXACT] = [76, 22];

/** A number of 16 bits (IEEE 754 binary16). */
export function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits >> 15 ? -1 : 1;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24);
}

export function isDecimal(arrow: typeof import("apache-arrow"), data: Data): data is Data<Decimal> {
  const type: DataType = data.type;
  return arrow.DataType.isDecimal(type) && [32, 64, 128, 256].includes(type.bitWidth) && Math.abs(type.scale) <= DIGITS;
}

/** The double that is nearest to each decimal. */
export function decimals(data: Data<Decimal>): Float64Array {
  const { scale } = data.type;
  const { words, stride, length } = wordsOf(data);
  const divisor = Number(`1e${scale}`);
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const at = i * stride;
    const low = words[at] as number;
    const high = stride === 1 ? low >> 31 : (words[at + 1] as number);
    const value = high * 2 ** 32 + (low >>> 0);
    // One division of two doubles that are exact is rounded once.
    let isExact = scale >= 0 && scale <= EXACT && Number.isSafeInteger(value);
    for (let k = 2; k < stride; k++) isExact &&= words[at + k] === high >> 31;
    out[i] = isExact ? value / divisor : Number(`${unscaled(words, at, stride)}e${-scale}`);
  }
  return out;
}

/** Decimals that count a unit since the epoch, in µs, cut below one. */
export function decimalTimes(data: Data<Decimal>, unit: TimeUnit): Float64Array {
  const { words, stride, length } = wordsOf(data);
  const power = POWERS[unit] - data.type.scale;
  const [factor, divisor] = [10n ** BigInt(Math.max(power, 0)), 10n ** BigInt(Math.max(-power, 0))];
  return Float64Array.from({ length }, (_, i) => {
    const value = unscaled(words, i * stride, stride) * factor;
    const quotient = value / divisor;
    return Number(quotient * divisor > value ? quotient - 1n : quotient);
  });
}

/** A decimal without its scale, from its words of 32 bits. */
function unscaled(words: Int32Array, at: number, stride: number): bigint {
  let value = BigInt(words[at + stride - 1] as number);
  for (let k = stride - 2; k >= 0; k--) value = (value << 32n) | BigInt((words[at + k] as number) >>> 0);
  return value;
}

function wordsOf({ values, type }: Data<Decimal>) {
  const stride = type.bitWidth / 32;
  const words = new Int32Array(values.buffer, values.byteOffset, values.length);
  return { words, stride, length: Math.floor(words.length / stride) };
}
