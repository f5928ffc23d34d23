import type { BarFrame } from "../../bars/bar-frame.js";
import { bisect } from "../../bars/search.js";
import {
  DAY,
  dateOfInstant,
  dayNumber,
  formatInstant,
  HOUR,
  midnightOf,
  SECOND,
  wallToInstant,
} from "../../bars/time-zone.js";
import type { AxisTick, SlotShade } from "./picture.js";
import { MOST_STRETCHES, sessionShades } from "./session-shades.js";
import type { Slots } from "./slots.js";
import { ROUND_LENGTHS } from "./time-slots.js";

/** A stretch of time that a chart shades, such as a session; µs since the epoch, UTC. */
export interface Shade {
  readonly from: number;
  readonly to: number;
  /** Stands at its top where there is room. Default none. */
  readonly label?: string;
}

/** What the axis of a picture says. */
export interface TimeAxis {
  readonly labels: readonly string[];
  readonly ticks: readonly AxisTick[];
  readonly shades: readonly SlotShade[];
}

const MINUTE = 60_000;
/** Steps of a day, in ms, coarse to fine. */
const STEPS = [720, 360, 180, 60, 30, 15, 5, 1, 0.5, 0.25, 1 / 12, 1 / 60].map((minutes) => minutes * MINUTE);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** As wide as a picture's plot is taken to be, and a letter of its labels, px. */
const WIDTH = 820;
const LETTER = 6.3;
const GAP = 18;
/** With so many labels an axis can be read. */
const FEW = 4;

/**
 * The axis of a frame's slots; `shades` null shades extended hours, or lets trading dates, or longer stretches where there
 * are many, alternate.
 */
export function timeAxis(frame: BarFrame, slots: Slots, shades: readonly Shade[] | null): TimeAxis {
  const { timestamp } = frame;
  if (!timestamp) return rowAxis(slots);
  const { begin, end, merged, count } = slots;
  const stamps = Array.from(
    { length: count },
    (_, slot) => timestamp[Math.min(begin + (slot + 1) * merged, end) - 1] as number,
  );
  // A bar that ends at midnight is of the date before.
  const dates = stamps.map((stamp) => dateOfInstant(frame.future ? stamp : stamp - 1, frame.timeZone));
  const times = stamps.map((stamp) => formatInstant(stamp, frame.timeZone));
  const isDaily = frame.unit === "day";
  const given = (shades ?? extendedHours(frame, timestamp)).flatMap((shade) =>
    slotShade(frame, timestamp, slots, shade),
  );
  return {
    labels: distinct(isDaily ? dates : times.map(withoutSeconds)),
    ticks: timeTicks(dates, isDaily ? null : times),
    shades: shades || given.length > 0 ? given : alternating(dates),
  };
}

/** The axis of slots of time, from the first trade to the last; extended hours are shaded. */
export function instantAxis(timeZone: string, slots: Slots, first: number, last: number): TimeAxis {
  const { begin, merged, count } = slots;
  const times = Array.from({ length: count }, (_, slot) => formatInstant(begin + slot * merged, timeZone));
  const edge = (time: number) => Math.min(Math.max(0, (time - begin) / merged), count);
  const shades = sessionShades(first, last, timeZone).map(({ from, to }) => ({
    from: edge(from),
    to: edge(to),
    label: "",
  }));
  return {
    labels: times.map(withoutSeconds),
    ticks: instantTicks(timeZone, slots, times),
    shades: shades.filter(({ from, to }) => from < to),
  };
}

/** A label at every round step of the clock, as many as find room; of a time that holds many dates, as bars have them. */
function instantTicks(timeZone: string, slots: Slots, times: readonly string[]): AxisTick[] {
  const { begin, end, count } = slots;
  if (count === 1) return [{ slot: 0, text: withoutSeconds(clockOf(times[0] ?? "")), isMajor: false }];
  const width = WIDTH / (end - begin);
  const step = ROUND_LENGTHS.find((length) => length * width > clockLetters(length) * LETTER + GAP) ?? DAY;
  if (step >= DAY) return timeTicks(times.map(dateOf), times);
  const date = dateOfInstant(begin, timeZone);
  const midnight = midnightOf(date, timeZone);
  const hours = (count: number) => wallToInstant(dayNumber(date) * DAY + count * step, timeZone);
  // Hours are the clock's, also after it is set; of an hour that it shows twice both have labels.
  const stepAt = (count: number) => (step < HOUR ? midnight + count * step : hours(count));
  const ticks: AxisTick[] = [];
  let last = begin;
  for (let count = Math.floor((begin - midnight) / step) - 1; stepAt(count) < end; count++) {
    const time = stepAt(count);
    if (time <= last) continue;
    last = time;
    const text = formatInstant(time, timeZone);
    const clock = withoutSeconds(clockOf(text));
    const isMajor = clock === "00:00";
    ticks.push({ slot: placeOf(time, slots), text: isMajor ? dayOf(dateOf(text)) : clock, isMajor });
  }
  return ticks;
}

/** How many letters the clock's multiples of a time have at most: "09:30:00.25" of 50 ms. */
const clockLetters = (length: number): number =>
  length >= 60 * SECOND ? 5 : length >= SECOND ? 8 : 15 - Math.floor(Math.log10(length));

/** Where an instant lies among slots of time: a whole number is the middle of a slot. */
export const placeOf = (time: number, { begin, merged }: Slots): number => (time + 0.5 - begin) / merged - 0.5;

/** The extended hours of bars shorter than a day. */
function extendedHours({ unit, timeZone, future }: BarFrame, timestamp: Float64Array): readonly Shade[] {
  const [first, last] = [timestamp[0], timestamp.at(-1)];
  if (first === undefined || last === undefined || unit === "day") return [];
  const within = future ? 0 : 1;
  return sessionShades(first - within, last - within, timeZone);
}

function rowAxis({ begin, merged, count }: Slots): TimeAxis {
  const labels = Array.from({ length: count }, (_, slot) => String(begin + slot * merged));
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((slots) => count / slots <= 10) ?? 500;
  const ticks = labels.flatMap((text, slot) => (slot % step === 0 ? [{ slot, text, isMajor: false }] : []));
  return { labels, ticks, shades: [] };
}

/** "09:30:00" as "09:30", where the seconds are none. */
const withoutSeconds = (time: string): string => (time.endsWith(":00") ? time.slice(0, -3) : time);

/** The same texts, numbered where they are there before. */
function distinct(texts: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return texts.map((text) => {
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return times === 1 ? text : `${text} (${times})`;
  });
}

function slotShade(
  { future }: BarFrame,
  timestamp: Float64Array,
  { begin, end, merged, count }: Slots,
  { from, to, label = "" }: Shade,
): SlotShade[] {
  // A bar that is stamped with its end lies in (from, to], one that is stamped with its start in [from, to).
  const first = Math.max(begin, bisect(timestamp, from, !future));
  const past = Math.min(end, bisect(timestamp, to, !future));
  if (past <= first) return [];
  const shade = { from: Math.floor((first - begin) / merged), to: Math.ceil((past - begin) / merged), label };
  return [{ ...shade, to: Math.min(shade.to, count) }];
}

/** Every second date; of many dates every second month, of many months every second year. */
function alternating(dates: readonly string[]): SlotShade[] {
  for (const length of [10, 7, 4]) {
    const stretches: SlotShade[] = [];
    for (let from = 0, slot = 1; slot <= dates.length; slot++) {
      if (slot < dates.length && dates[slot]?.slice(0, length) === dates[from]?.slice(0, length)) continue;
      stretches.push({ from, to: slot, label: "" });
      from = slot;
    }
    if (stretches.length <= MOST_STRETCHES) return stretches.filter((_, i) => i % 2 === 1);
  }
  return [];
}

interface Candidate {
  readonly slot: number;
  readonly level: number;
  readonly text: string;
}

/** Labels at round times, the rounder the sooner, as far apart as they need. */
function timeTicks(dates: readonly string[], times: readonly string[] | null): AxisTick[] {
  const clocks = times?.map(clockOf);
  const instants = clocks?.map((clock) => Date.parse(`1970-01-01T${clock}Z`));
  const days = (Date.parse(dates.at(-1) ?? "") - Date.parse(dates[0] ?? "")) / 86_400_000;
  const candidates: Candidate[] = [];
  for (const [slot, date] of dates.entries()) {
    // The first bar begins a date, but only by chance a month.
    if (slot === 0 && dates.length > 1 && (days === 0 || !times)) continue;
    const level =
      slot === 0 ? 2 : levelOf(dates[slot - 1] ?? "", date, instants?.[slot - 1] ?? 0, instants?.[slot] ?? 0);
    const day = dayOf(date);
    const [month = ""] = day.split(" ");
    const text = [date.slice(0, -6), days > 60 ? month : day, day][level] ?? withoutSeconds(clocks?.[slot] ?? "");
    candidates.push({ slot, level, text });
  }
  const width = WIDTH / dates.length;
  const isApart = (one: Candidate, other: Candidate | undefined) =>
    !other || Math.abs(other.slot - one.slot) * width > ((other.text.length + one.text.length) / 2) * LETTER + GAP;
  let taken: Candidate[] = [];
  for (const level of [...new Set(candidates.map((one) => one.level))].sort((a, b) => a - b)) {
    const before = taken.length;
    const own = candidates.filter((one) => one.level === level);
    const more = [...taken];
    for (const one of own) {
      const place = bisect(
        more.map(({ slot }) => slot),
        one.slot,
      );
      if (isApart(one, more[place - 1]) && isApart(one, more[place])) more.splice(place, 0, one);
    }
    // Times of which few find room would stand here and there.
    if (level > 2 && before >= FEW && more.length - before < own.length / 2) break;
    taken = more;
  }
  // Dates stand out among times, and years among months and days.
  const least = times && taken.some(({ level }) => level > 2) ? 2 : 0;
  const isMixed = taken.some(({ level }) => level > least);
  return taken.map(({ slot, level, text }) => ({ slot, text, isMajor: isMixed && level <= least }));
}

/** "Oct 7" of "2013-10-07". */
const dayOf = (date: string): string => `${MONTHS[Number(date.slice(-5, -3)) - 1] ?? ""} ${Number(date.slice(-2))}`;

/** The "2013-10-07" and the "09:30:00" of "2013-10-07 09:30:00". */
const dateOf = (time: string): string => time.slice(0, time.lastIndexOf(" "));
const clockOf = (time: string): string => time.slice(time.lastIndexOf(" ") + 1);

/** How round a time is: 0 a new year, 1 month, 2 date, then the steps of a day that it reaches. */
function levelOf(dateBefore: string, date: string, before: number, now: number): number {
  if (dateBefore.slice(0, -6) !== date.slice(0, -6)) return 0;
  if (dateBefore.slice(0, -3) !== date.slice(0, -3)) return 1;
  if (dateBefore !== date) return 2;
  const step = STEPS.findIndex((length) => Math.floor(before / length) !== Math.floor(now / length));
  return 3 + (step < 0 ? STEPS.length : step);
}
