import { LitDataError } from "../errors.js";

/** Microseconds of a second, an hour, a day. */
export const SECOND = 1_000_000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;

type Limits = readonly [first: number, last: number];
/** The instants that a Date holds, less a day for the zones' clocks. */
const INSTANTS: Limits = [-8.64e18 + DAY, 8.64e18 - DAY];
/** The instants whose dates are written "YYYY-MM-DD". */
export const DATED_INSTANTS: Limits = [Date.UTC(-1, 12, 2) * 1000, Date.UTC(9999, 11, 30) * 1000];

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat("en-US", {
        timeZone,
        calendar: "gregory",
        numberingSystem: "latn",
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
        era: "short",
      });
    } catch (cause) {
      throw new LitDataError(
        `${JSON.stringify(timeZone)} is no IANA time zone, expected one such as 'America/New_York'`,
        {
          cause,
        },
      );
    }
    formats.set(timeZone, format);
  }
  return format;
}

/** Checks an IANA time zone's name. */
export function checkTimeZone(timeZone: string): string {
  formatOf(timeZone);
  return timeZone;
}

/** How far the zone's wall clock is ahead of UTC at an instant; both in µs. */
function offsetAt(time: number, timeZone: string): number {
  const ms = Math.floor(time / 1000);
  const parts: Record<string, number> = {};
  let era = "AD";
  for (const { type, value } of formatOf(timeZone).formatToParts(ms)) {
    if (type === "era") era = value;
    else if (type !== "literal") parts[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wall = new Date(0);
  wall.setUTCFullYear(era.startsWith("B") ? 1 - year : year, month - 1, day);
  wall.setUTCHours(hour, minute, second);
  return (wall.getTime() - Math.floor(ms / 1000) * 1000) * 1000;
}

/**
 * The instant at which a zone's wall clock first shows a time or a later one (a wall time that the clock skips gives the
 * instant of the change; one that it shows twice gives the first).
 * @param wall the wall clock's time as µs since 1970-01-01T00:00 of that clock
 * @returns µs since the epoch, UTC
 */
export function wallToInstant(wall: number, timeZone: string): number {
  const before = offsetAt(wall - DAY, timeZone);
  const after = offsetAt(wall + DAY, timeZone);
  const earliest = wall - Math.max(before, after);
  if (before === after) return earliest;
  const latest = wall - Math.min(before, after);
  for (const time of [earliest, latest]) if (time + offsetAt(time, timeZone) === wall) return time;
  // The clock skips `wall`: the change lies between, to the second.
  let low = earliest;
  let high = latest;
  while (high - low > SECOND) {
    const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND;
    if (middle + offsetAt(middle, timeZone) >= wall) high = middle;
    else low = middle;
  }
  return high;
}

/** Turns a zone's wall clock times (µs since 1970-01-01T00:00 of that clock) into instants (µs since the epoch), in place. */
export function wallsToInstants(times: Float64Array, timeZone: string): void {
  if (timeZone === "UTC") return;
  let from = Infinity;
  let to = -Infinity;
  /** How far instants are from the wall's times between `from` and `to`; null where the clock changes. */
  let shift: number | null = 0;
  const look = (wall: number, span: number) => {
    from = Math.floor(wall / span) * span;
    to = from + span;
    const begin = wallToInstant(from, timeZone);
    shift = wallToInstant(to, timeZone) - begin === span ? begin - from : null;
  };
  for (let i = 0; i < times.length; i++) {
    const wall = times[i] as number;
    if (!Number.isFinite(wall)) continue; // refused when the trades are checked
    if (!(wall >= from && wall < to)) {
      look(wall, DAY);
      if (shift === null) look(wall, HOUR / 4);
    }
    times[i] = shift === null ? wallToInstant(wall, timeZone) : wall + shift;
  }
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** A trading date's number: days since 1970-01-01. */
export function dayNumber(date: string): number {
  const [, year, month, day] = DATE.exec(date) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date)
    throw new LitDataError(`${JSON.stringify(date)} is no date, expected "YYYY-MM-DD"`);
  return time / 86_400_000;
}

const dateOfDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** The date after a date. */
export const nextDate = (date: string): string => dateOfDay(dayNumber(date) + 1);

/** The instant at which a date begins in a zone, µs since the epoch, UTC. */
export const midnightOf = (date: string, timeZone: string): number => wallToInstant(dayNumber(date) * DAY, timeZone);

/** The date of an instant (µs since the epoch) in a zone. */
export const dateOfInstant = (time: number, timeZone: string): string =>
  dateOfDay(Math.floor((time + offsetAt(time, timeZone)) / DAY));

/**
 * Checks µs since the epoch that a zone's clock is to show.
 * @param what names them, for the message: `trade 3 has the time`
 * @throws LitDataError
 */
export function checkInstant(time: number, what: string, [first, last]: Limits = INSTANTS): void {
  if (!(time >= first && time <= last))
    throw new LitDataError(`${what} ${time}, expected µs since the epoch from ${first} to ${last}`);
}

/** A trading date from what the public API takes: "YYYY-MM-DD", a Date, or µs since the epoch. */
export function toDate(date: string | Date | number, timeZone: string): string {
  if (typeof date === "string") {
    dayNumber(date);
    return date;
  }
  const time = date instanceof Date ? date.getTime() * 1000 : date;
  if (typeof time !== "number") throw new LitDataError(`${String(JSON.stringify(date))} is no date`);
  checkInstant(time, "the date is", DATED_INSTANTS);
  return dateOfInstant(time, timeZone);
}

/** An instant as ISO 8601 in UTC, with µs if it has them: "2013-10-07T13:30:00.000250Z". */
export function isoInstant(time: number): string {
  const fraction = ((time % SECOND) + SECOND) % SECOND;
  const text = new Date(Math.floor(time / SECOND) * 1000).toISOString().slice(0, -5);
  return fraction === 0 ? `${text}Z` : `${text}.${String(fraction).padStart(6, "0")}Z`;
}

/** An instant as the zone's wall clock shows it: "2013-10-07 09:30:00", with a fraction if there is one. */
export function formatInstant(time: number, timeZone: string): string {
  const wall = time + offsetAt(time, timeZone);
  const fraction = ((wall % SECOND) + SECOND) % SECOND;
  const text = new Date(Math.floor(wall / SECOND) * 1000).toISOString().slice(0, -5).replace("T", " ");
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, "0").replace(/0+$/, "")}`;
}
