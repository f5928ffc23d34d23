import { LitDataError } from "../../errors.js";
import type { TickColumns } from "../tick-frame.js";

const NEWLINE = 10;
const RETURN = 13;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const MS_A_DAY = 86_400_000;
/** Digits that a Float64 holds exactly. */
const DIGITS = 15;

/**
 * Parses LEAN's trade ticks: lines of `time,price,size,…` with the time in ms since midnight (it may have a fraction) and
 * the price in 1/10000 of the currency.
 * @param midnight what times are added to, µs
 * @returns time in µs, price in the currency, size
 * @throws LitDataError that names the line and what was found there
 */
export function parseLeanTicks(bytes: Uint8Array, midnight: number, where: string): TickColumns {
  let lines = 0;
  for (let i = bytes.indexOf(NEWLINE); i >= 0; i = bytes.indexOf(NEWLINE, i + 1)) lines++;
  if (bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE) lines++;
  const time = new Float64Array(lines);
  const price = new Float64Array(lines);
  const size = new Float64Array(lines);
  const { length } = bytes;
  let at = 0;
  let line = 0;
  let count = 0;
  let start = 0;

  const fail = (what: string): LitDataError => {
    let end = bytes.indexOf(NEWLINE, start);
    if (end < 0) end = length;
    const text = Buffer.from(bytes.subarray(start, Math.min(end, start + 80))).toString("latin1");
    return new LitDataError(
      `${where}, line ${line}: ${what} in ${JSON.stringify(text)}, expected "time,price,size,…"`,
      {
        code: "INVALID_TICK",
      },
    );
  };

  /** The number up to the next comma or the line's end, times 1 / scale; exact to the nearest Float64. */
  const number = (name: string, scale: number): number => {
    let mantissa = 0;
    let digits = 0;
    let divisor = scale;
    let fraction = false;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    for (; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + (byte - ZERO);
        digits++;
        if (fraction) divisor *= 10;
      } else if (byte === POINT && !fraction) fraction = true;
      else break;
    }
    const byte = bytes[at];
    const ended = at === length || byte === COMMA || byte === NEWLINE || byte === RETURN;
    if (digits === 0 || digits > DIGITS || !ended) throw fail(`the ${name} is no number`);
    return (negative ? -mantissa : mantissa) / divisor;
  };

  while (at < length) {
    start = at;
    line++;
    if (bytes[at] === NEWLINE || (bytes[at] === RETURN && bytes[at + 1] === NEWLINE)) {
      at = bytes.indexOf(NEWLINE, at) + 1;
      continue;
    }
    const t = number("time", 0.001);
    if (t < 0 || t >= MS_A_DAY * 1000) throw fail("the time is not within a day");
    if (bytes[at++] !== COMMA) throw fail("there is no price");
    price[count] = number("price", 10_000);
    if (bytes[at++] !== COMMA) throw fail("there is no size");
    size[count] = number("size", 1);
    time[count++] = midnight + Math.round(t);
    const end = bytes.indexOf(NEWLINE, at);
    at = end < 0 ? length : end + 1;
  }
  return { time: time.subarray(0, count), price: price.subarray(0, count), size: size.subarray(0, count) };
}
