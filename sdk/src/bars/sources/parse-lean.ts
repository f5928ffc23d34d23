import { LitDataError } from "../../errors.js";
import type { Columns } from "../date-runs.js";

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
/** "YYYYMMDD HH:MM" */
const DATE_TIME = /^(\d{4})(\d\d)(\d\d) (\d\d):(\d\d)$/;

/** A field of LEAN's lines, after the time. */
export interface LeanField {
  readonly name: string;
  /**
   * number: a decimal; price: a decimal that may be missing, NaN then; hex: a bit mask, 0 where the line has ended;
   * flag: 0 or 1, 0 where the line has ended; skip: passed over.
   */
  readonly type: "number" | "price" | "hex" | "flag" | "skip";
  /** What the number is divided by. Default 1. */
  readonly scale?: number;
}

/**
 * Parses lines of LEAN's CSV: a time and the fields, more of which are passed over.
 * @param midnight the date of the lines, µs, whose times are ms since midnight and may have a fraction; null where they
 * are "YYYYMMDD HH:MM"
 * @returns `time` in µs by the source's clock, and the fields but those that are passed over
 * @throws LitDataError that names the line and what was found there
 */
export function parseLean(
  bytes: Uint8Array,
  fields: readonly LeanField[],
  midnight: number | null,
  where: string,
): Columns {
  let lines = 0;
  for (let i = bytes.indexOf(NEWLINE); i >= 0; i = bytes.indexOf(NEWLINE, i + 1)) lines++;
  if (bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE) lines++;
  const time = new Float64Array(lines);
  const columns = fields.map(({ type }) => (type === "skip" ? null : new Float64Array(lines)));
  const { length } = bytes;
  let at = 0;
  let line = 0;
  let count = 0;
  let start = 0;

  const textOf = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString("latin1");
  const lineEnd = (from: number) => {
    const end = bytes.indexOf(NEWLINE, from);
    return end < 0 ? length : end;
  };
  const fail = (what: string): LitDataError => {
    const text = textOf(start, Math.min(lineEnd(start), start + 80));
    const expected = ["time", ...fields.map(({ name }) => name)].join(",");
    return new LitDataError(`${where}, line ${line}: ${what} in ${JSON.stringify(text)}, expected "${expected},…"`, {
      code: "INVALID_TICK",
    });
  };
  const hasEnded = () => {
    const byte = bytes[at];
    return at >= length || byte === COMMA || byte === NEWLINE || byte === RETURN;
  };

  /** The number up to the next comma or the line's end, times 1 / scale; exact to the nearest Float64. */
  const number = (name: string, scale: number): number => {
    const from = at;
    let mantissa = 0;
    let digits = 0;
    let decimals = 0;
    let divisor = scale;
    let fraction = false;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    for (; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + (byte - ZERO);
        digits++;
        if (fraction) {
          divisor *= 10;
          decimals++;
        }
      } else if (byte === POINT && !fraction) fraction = true;
      else break;
    }
    if (digits === 0 || digits - decimals > DIGITS || !hasEnded()) throw fail(`the ${name} is no number`);
    if (digits > DIGITS) return Number(textOf(from, at)) / scale;
    return (negative ? -mantissa : mantissa) / divisor;
  };
  const hex = (name: string): number => {
    let value = 0;
    for (; !hasEnded(); at++) {
      const digit = Number.parseInt(String.fromCharCode(bytes[at] as number), 16);
      value = value * 16 + digit;
      if (!(value <= Number.MAX_SAFE_INTEGER)) throw fail(`the ${name} is no hexadecimal number`);
    }
    return value;
  };
  const dateTime = (): number => {
    const from = at;
    while (!hasEnded()) at++;
    const [, year, month, day, hour, minute] = (DATE_TIME.exec(textOf(from, at)) ?? []).map(Number);
    const ms = Date.UTC(year ?? Number.NaN, (month ?? 0) - 1, day, hour, minute);
    const found = new Date(ms);
    if (!(found.getUTCDate() === day && found.getUTCHours() === hour && found.getUTCMinutes() === minute))
      throw fail('the time is not "YYYYMMDD HH:MM"');
    return ms * 1000;
  };
  const milliseconds = (midnight: number): number => {
    const t = number("time", 0.001);
    if (t < 0 || t >= MS_A_DAY * 1000) throw fail("the time is not within a day");
    return midnight + Math.round(t);
  };
  const field = ({ name, type, scale = 1 }: LeanField): number => {
    if (bytes[at] !== COMMA) {
      if (type === "number" || type === "price") throw fail(`there is no ${name}`);
      return 0;
    }
    at++;
    if (type === "hex") return hex(name);
    if (type === "number" || type === "flag") return number(name, scale);
    if (type === "price" && !hasEnded()) return number(name, scale);
    while (!hasEnded()) at++;
    return Number.NaN;
  };

  while (at < length) {
    start = at;
    line++;
    if (bytes[at] === NEWLINE || (bytes[at] === RETURN && bytes[at + 1] === NEWLINE)) {
      at = bytes.indexOf(NEWLINE, at) + 1;
      continue;
    }
    time[count] = midnight === null ? dateTime() : milliseconds(midnight);
    for (let i = 0; i < fields.length; i++) {
      const value = field(fields[i] as LeanField);
      const column = columns[i];
      if (column) column[count] = value;
    }
    count++;
    at = lineEnd(at) + 1;
  }
  const found = fields.flatMap(({ name }, i) => {
    const column = columns[i];
    return column ? [[name, column.subarray(0, count)] as const] : [];
  });
  return { ...Object.fromEntries(found), time: time.subarray(0, count) };
}
