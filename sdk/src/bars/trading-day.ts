import { LitDataError } from "../errors.js";
import { DAY, dayNumber, midnightOf, nextDate, SECOND, wallToInstant } from "./time-zone.js";

/** A part of a trading date, by the clock of the adapter's zone: "HH:MM" or "HH:MM:SS", up to "24:00". */
export interface SessionTimes {
  readonly from: string;
  /** Where it ends; a trade at that time is outside. */
  readonly to: string;
}

/** When trades count: the zone's usual hours by name, or the parts of a date, ascending. */
export type Session = "regular" | "extended" | readonly SessionTimes[];

/** From one instant to before another, µs since the epoch. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The hours of a zone's stock exchanges. */
const HOURS: Readonly<Record<string, Readonly<Record<"regular" | "extended", readonly SessionTimes[]>>>> = {
  "America/New_York": {
    regular: [{ from: "09:30", to: "16:00" }],
    extended: [{ from: "04:00", to: "20:00" }],
  },
};
const TIME = /^(\d{2}):(\d{2})(?::(\d{2}))?$/;

/** A session's parts of a date, µs by the wall clock since midnight. */
export type SessionParts = readonly Window[];

/**
 * Checks a session.
 * @throws LitDataError
 */
export function sessionParts(session: Session, timeZone: string): SessionParts {
  const times = typeof session === "string" ? named(session, timeZone) : session;
  if (!Array.isArray(times) || times.length === 0)
    throw new LitDataError(
      `session ${JSON.stringify(session)}, expected "regular", "extended", or times such as [{ from: "09:30", to: "16:00" }]`,
    );
  let last = 0;
  return times.map((given: SessionTimes | null) => {
    const { from = "", to = "" } = given ?? {};
    const part = { from: wallTime(from), to: wallTime(to) };
    if (part.from < last || part.to <= part.from)
      throw new LitDataError(
        `session from ${from} to ${to}, expected the parts of one date, ascending, each ending after it begins`,
      );
    last = part.to;
    return part;
  });
}

/** A zone's regular hours; null where they are not known. */
export const regularHours = (timeZone: string): SessionParts | null =>
  Object.hasOwn(HOURS, timeZone) ? sessionParts("regular", timeZone) : null;

function named(session: string, timeZone: string): readonly SessionTimes[] | undefined {
  const hours = Object.hasOwn(HOURS, timeZone) ? HOURS[timeZone] : undefined;
  if ((session === "regular" || session === "extended") && !hours)
    throw new LitDataError(
      `session ${JSON.stringify(session)}: its hours are known for ${Object.keys(HOURS).join(", ")} only, expected times for ${timeZone}, such as [{ from: "09:00", to: "17:30" }]`,
    );
  return session === "regular" || session === "extended" ? hours?.[session] : undefined;
}

function wallTime(text: string): number {
  const [, hours, minutes, seconds = "0"] = TIME.exec(String(text)) ?? [];
  const time = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * SECOND;
  if (!(time <= DAY) || Number(minutes) > 59 || Number(seconds) > 59)
    throw new LitDataError(`session time ${JSON.stringify(text)}, expected "HH:MM" or "HH:MM:SS", up to "24:00"`);
  return time;
}

/** A trading date in a zone. */
export interface TradingDay {
  readonly date: string;
  readonly timeZone: string;
  /** Its midnight and the next. */
  readonly day: Window;
  /** When its trades count: the session's parts, or all of it. */
  readonly windows: readonly Window[];
}

/** @param parts the session; null is the whole date */
export function tradingDay(date: string, timeZone: string, parts: SessionParts | null): TradingDay {
  const day = { from: midnightOf(date, timeZone), to: midnightOf(nextDate(date), timeZone) };
  const midnight = dayNumber(date) * DAY;
  const windows = parts?.map(({ from, to }) => ({
    from: wallToInstant(midnight + from, timeZone),
    to: wallToInstant(midnight + to, timeZone),
  }));
  return { date, timeZone, day, windows: windows ?? [day] };
}

/** From the first window's start to the last one's end. */
export const spanOf = (windows: readonly Window[]): Window => ({
  from: (windows[0] as Window).from,
  to: (windows.at(-1) as Window).to,
});
