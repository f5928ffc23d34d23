import { DAY, HOUR, SECOND } from "../../bars/time-zone.js";
import type { Slots } from "./slots.js";

/** As many columns as are told apart by eye. */
const MOST_COLUMNS = 200;
const MINUTE = 60 * SECOND;
const POWERS = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((power) => 10 ** power);
const DECIMAL = [1, 2, 5];
const SIXTY = [1, 2, 5, 10, 15, 20, 30];
/** Round lengths of time, µs. */
export const ROUND_LENGTHS = [
  ...POWERS.slice(0, 6).flatMap((power) => DECIMAL.map((count) => count * power)),
  ...SIXTY.map((count) => count * SECOND),
  ...SIXTY.map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((count) => count * HOUR),
  ...POWERS.flatMap((power) => DECIMAL.map((count) => count * power * DAY)),
];
const UNITS: readonly (readonly [name: string, length: number])[] = [
  ["days", DAY],
  ["h", HOUR],
  ["min", MINUTE],
  ["s", SECOND],
  ["ms", 1000],
  ["µs", 1],
];

/** A picture's slots of time. */
export interface TimeSlots extends Slots {
  /** How long a column of its volume is, µs: as long as several slots. */
  readonly wide: number;
}

/**
 * Slots of a round length for the µs `from` to before `to`, at most `most` (2 or more). They and the columns begin at
 * multiples of their length since the epoch, so one holds the same trades wherever the picture begins.
 */
export function timeSlotsOf(from: number, to: number, most: number): TimeSlots {
  const columns = Math.max(2, Math.min(MOST_COLUMNS, Math.floor(most / 8)));
  const ends = (length: number) => [Math.floor(from / length) * length, Math.ceil(to / length) * length] as const;
  const fits = (length: number, begin: number, end: number, count: number) => (end - begin) / length <= count;
  const wide =
    ROUND_LENGTHS.find((length) => fits(length, ...ends(length), columns)) ?? (ROUND_LENGTHS.at(-1) as number);
  const [begin, end] = ends(wide);
  const merged = ROUND_LENGTHS.find((length) => wide % length === 0 && fits(length, begin, end, most)) ?? wide;
  return { begin, end, merged, wide, count: (end - begin) / merged };
}

/** A round length of time in words: "15 s". */
export function lengthOf(length: number): string {
  const [name, unit] = UNITS.find(([, unit]) => length % unit === 0) ?? ["µs", 1];
  const count = length / unit;
  return `${count.toLocaleString("en-US")} ${count === 1 && name === "days" ? "day" : name}`;
}
