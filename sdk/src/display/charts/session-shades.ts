import type { BarFrame } from "../../bars/bar-frame.js";
import { dateOfInstant, nextDate } from "../../bars/time-zone.js";
import { regularHours, tradingDay } from "../../bars/trading-day.js";
import type { Shade } from "./time-axis.js";

/** Of more stretches than these the next longer ones alternate. */
export const MOST_STRETCHES = 45;

/** The hours before and after a zone's regular ones, of bars shorter than a day; none where they are not known. */
export function sessionShades({ timestamp, unit, timeZone, future }: BarFrame): Shade[] {
  const regular = regularHours(timeZone);
  if (!timestamp || timestamp.length === 0 || unit === "day" || !regular) return [];
  const dateOf = (stamp: number) => dateOfInstant(future ? stamp : stamp - 1, timeZone);
  const last = dateOf(timestamp.at(-1) as number);
  const shades: Shade[] = [];
  for (let date = dateOf(timestamp[0] as number); date <= last; date = nextDate(date)) {
    if (shades.length > 2 * MOST_STRETCHES) return [];
    const { day, windows } = tradingDay(date, timeZone, regular);
    let { from } = day;
    for (const window of [...windows, { from: day.to, to: day.to }]) {
      shades.push({ from, to: window.from });
      from = window.to;
    }
  }
  return shades;
}
