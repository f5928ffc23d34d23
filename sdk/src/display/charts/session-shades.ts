import { dateOfInstant, nextDate } from "../../bars/time-zone.js";
import { regularHours, tradingDay } from "../../bars/trading-day.js";
import type { Shade } from "./time-axis.js";

/** Of more stretches than these the next longer ones alternate. */
export const MOST_STRETCHES = 45;

/** The hours before and after a zone's regular ones, on the dates from one instant to another; none where they are not known. */
export function sessionShades(from: number, to: number, timeZone: string): Shade[] {
  const regular = regularHours(timeZone);
  if (!regular) return [];
  const last = dateOfInstant(to, timeZone);
  const shades: Shade[] = [];
  for (let date = dateOfInstant(from, timeZone); date <= last; date = nextDate(date)) {
    if (shades.length > 2 * MOST_STRETCHES) return [];
    const { day, windows } = tradingDay(date, timeZone, regular);
    let begin = day.from;
    for (const window of [...windows, { from: day.to, to: day.to }]) {
      shades.push({ from: begin, to: window.from });
      begin = window.to;
    }
  }
  return shades;
}
