import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomOf } from "../../../test/random.js";
import { LitDataError } from "../errors.js";
import { BAR_COLUMNS, type BarFrame } from "./bar-frame.js";
import { BaseAdapter, type BaseOptions, type LoadedDate } from "./base-adapter.js";
import { addTo, dateRuns } from "./date-runs.js";
import { SOURCE_BAR_COLUMNS, type SourceBarColumns, type SourceBars } from "./source-bars.js";
import { MemoryAdapter } from "./sources/memory-adapter.js";
import { DAY, HOUR, midnightOf, SECOND } from "./time-zone.js";

const ZONE = "Australia/Lord_Howe";
const MINUTE = 60 * SECOND;

/** A source of bars in memory. */
class Bars extends BaseAdapter {
  readonly #dates = new Map<string, SourceBarColumns[]>();

  constructor(columns: SourceBarColumns, sourceBars: SourceBars, options: Partial<BaseOptions> = {}) {
    super({ timeZone: ZONE, ...options, sourceBars });
    for (const { date, begin, end } of dateRuns(columns.time, this.timeZone, "bars"))
      addTo(
        this.#dates,
        date,
        columnsOf((name) => columns[name].subarray(begin, end)),
      );
  }

  protected async listDates(): Promise<readonly string[]> {
    return [...this.#dates.keys()].sort();
  }

  protected async loadDate(date: string): Promise<LoadedDate> {
    return { ticks: this.#dates.get(date)?.[0] as SourceBarColumns, where: "bars" };
  }
}

const columnsOf = (column: (name: keyof SourceBarColumns) => Float64Array) =>
  Object.fromEntries(SOURCE_BAR_COLUMNS.map((name) => [name, column(name)])) as unknown as SourceBarColumns;

const asSource = ({ timestamp, open, high, low, close, volSum, tradeCount }: BarFrame): SourceBarColumns => ({
  time: timestamp as Float64Array,
  open,
  high,
  low,
  close,
  volume: volSum,
  tradeCount,
});

/** Bars of one minute each, from midnight on. */
function minutes(count: number, change: Partial<Record<keyof SourceBarColumns, readonly number[]>> = {}) {
  const midnight = midnightOf("2024-01-02", ZONE);
  const values = { time: (i: number) => midnight + i * MINUTE, high: () => 3, low: () => 1 };
  return columnsOf((name) =>
    Float64Array.from({ length: count }, (_, i) => change[name]?.[i] ?? (values[name as "time"] ?? (() => 2))(i)),
  );
}

describe("a source of bars", () => {
  test("gives the longer bars that its trades would", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.constantFrom(["min", 1], ["min", 5], ["hour", 1], ["hour", 2], ["day", 1], ["day", 3]) as fc.Arbitrary<
          ["min" | "hour" | "day", number]
        >,
        fc.boolean(),
        fc.boolean(),
        async (seed, [unit, size], future, hasSession) => {
          const random = randomOf(seed);
          const from = midnightOf("2024-04-05", ZONE);
          const time = Float64Array.from({ length: 3000 }, () => from + Math.floor(random() * 5 * DAY)).sort();
          const session = hasSession ? { session: [{ from: "07:00", to: "23:00" }] } : {};
          const options = { timeZone: ZONE, ...session };
          const ticks = new MemoryAdapter({ time, price: time.map(random), size: time.map(random), ...options });
          const dates = await ticks.getDates();
          const range = [dates[0] as string, dates.at(-1) as string] as const;
          const source = asSource(await ticks.getBarDaterange(range, "min", 1, true));
          const bars = new Bars(source, { unit: "min", size: 1 }, options);
          const found = await bars.getBarDaterange(range, unit, size, future);
          const expected = await ticks.getBarDaterange(range, unit, size, future);
          expect(found.length).toBeGreaterThan(0);
          for (const name of [...BAR_COLUMNS.filter((name) => name !== "volMax"), "timestamp"] as const) {
            expect(found[name]?.length).toBe(expected[name]?.length);
            for (const [i, value] of expected[name]?.entries() ?? []) expect(found[name]?.[i]).toBeCloseTo(value, 9);
          }
          expect(found.volMax.every(Number.isNaN)).toBe(true);
          // Looking back from a bar: up to it, and no further.
          const index = Math.floor(random() * source.time.length);
          const [last] = (await bars.getBars(index, 1, unit, size)).toRows();
          expect(last?.close).toBe(source.close[index]);
          const [next] = (await bars.getBars(index, 1, unit, size, true)).toRows();
          expect(next?.open).toBe(source.open[index + 1]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("what needs finer data is an error that says what there is", async () => {
    const bars = new Bars(minutes(60), { unit: "min", size: 1 });
    const holds = "the source holds bars of 1 min";
    for (const [unit, size, message] of [
      ["sec", 30, `${holds}, bars of 30 sec need finer ones`],
      ["tick", 1, `${holds}, bars of 1 tick need trades`],
      ["volume", 10, `${holds}, bars of 10 volume need trades`],
      ["renko", 1, `${holds}, bars of 1 renko need trades`],
      ["sec", 90, /its bar of 1 min at 2024-01-02 00:01:00 reaches beyond a bar of 90 sec, which ends at .* 00:01:30/],
    ] as const) {
      await expect(bars.getBarDaterange("2024-01-02", unit, size)).rejects.toThrow(message);
      await expect(bars.getBars(0, 1, unit, size)).rejects.toThrow(message);
    }
    await expect(bars.getDate("2024-01-02")).rejects.toThrow('and no trades: take getBarDaterange(date, "min", 1)');
    expect((await bars.getBarDaterange("2024-01-02", "sec", 60)).length).toBe(60);
  });

  test("day bars give days alone", async () => {
    const time = [0, 1, 2].map((day) => midnightOf(`2024-01-0${day + 2}`, ZONE));
    const bars = new Bars(minutes(3, { time }), { unit: "day", size: 1, stamp: "end" });
    const twoDays = await bars.getBarDaterange(["2024-01-02", "2024-01-04"], "day", 2);
    expect(Array.from(twoDays.volSum)).toEqual([4, 2]);
    await expect(bars.getBarDaterange("2024-01-02", "hour", 24)).rejects.toThrow(
      "the source holds bars of 1 day, bars of 24 hour need finer ones",
    );
    expect(() => new Bars(minutes(3), { unit: "day", size: 1 }, { session: [{ from: "09:00", to: "10:00" }] })).toThrow(
      "day bars cannot be cut to a session",
    );
  });

  test("volumes and counts that are not known are NaN, prices are as they are", async () => {
    const unknown = [Number.NaN, Number.NaN];
    const bars = new Bars(minutes(2, { volume: unknown, tradeCount: unknown }), { unit: "min", size: 1 });
    const [bar] = (await bars.getBarDaterange("2024-01-02", "hour", 1)).toRows();
    expect(bar).toMatchObject({ open: 2, high: 3, low: 1, close: 2, volSum: Number.NaN, tradeCount: Number.NaN });
    expect(await bars.getMaxValues()).toEqual([3, 3, 3, 3, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  });

  test.each([
    [{ open: [Number.NaN] }, "bars: bar 0 of 2024-01-02 has the prices NaN, 3, 1, 2, expected numbers"],
    [{ volume: [1, -1] }, "bars: bar 1 of 2024-01-02 has the volume -1, expected a number of 0 or more"],
    [{ tradeCount: [Infinity] }, "bar 0 of 2024-01-02 has the trade count Infinity"],
  ])("%j is refused", async (change, message) => {
    const bars = new Bars(minutes(3, change), { unit: "min", size: 1 });
    const loaded = bars.getMinuteBars("2024-01-02");
    await expect(loaded).rejects.toThrow(message);
    await expect(loaded).rejects.toBeInstanceOf(LitDataError);
  });

  test("what looks wrong is counted; strict refuses it", async () => {
    const midnight = midnightOf("2024-01-02", ZONE);
    const odd = minutes(4, { time: [midnight + MINUTE, midnight, midnight + MINUTE, midnight + HOUR], low: [2.5, 0] });
    const source = { unit: "min", size: 1 } as const;
    const counts = { trades: 4, duplicates: 1, disorder: 1, nonPositive: 1, inconsistent: 1 };
    expect(await new Bars(odd, source).getCounts("2024-01-02")).toEqual(counts);
    const strict = new Bars(odd, source, { strict: true });
    await expect(strict.getCounts("2024-01-02")).rejects.toThrow("bar 0 of 2024-01-02 has the prices 2, 3, 2.5, 2");
    const audit = await strict.audit();
    expect(audit.dates[0]).toMatchObject(counts);
    expect(audit.dates[0]?.longestGap).toBe(59 * 60);
  });

  test.each([
    [{ unit: "week", size: 1 }, "expected a unit of sec, min, hour or day"],
    [{ unit: "min", size: 0 }, "expected a size that is a whole number of 1 or more"],
    [{ unit: "day", size: 2 }, "expected bars of one day"],
    [{ unit: "min", size: 1, stamp: "middle" }, 'expected the stamp "start" or "end"'],
  ])("%j is no declaration", (source, message) => {
    expect(() => new Bars(minutes(1), source as SourceBars)).toThrow(message);
  });
});

describe("a session", () => {
  const noon = midnightOf("2024-01-02", "America/New_York") + 12 * HOUR;
  const ticks = (session: BaseOptions["session"]) =>
    new MemoryAdapter({
      time: [noon - 5 * HOUR, noon - 2.5 * HOUR, noon, noon + 4 * HOUR, noon + DAY - 5 * HOUR],
      price: [1, 2, 3, 4, 5],
      size: [1, 1, 1, 1, 1],
      timeZone: "America/New_York",
      ...(session ? { session } : {}),
    });

  test("leaves out what is not within it, anchors bins at its open and ends the day with its close", async () => {
    const regular = ticks("regular");
    expect(Array.from((await regular.getDate("2024-01-02")).price)).toEqual([2, 3]);
    const hours = await regular.getBarDaterange("2024-01-02", "hour", 1, true);
    expect(Array.from(hours.timestamp ?? [])).toEqual([noon - 2.5 * HOUR, noon - 0.5 * HOUR]);
    // A date with no trade in the session counts for nothing.
    const days = await regular.getBarDaterange(["2024-01-02", "2024-01-03"], "day", 1);
    expect(Array.from(days.timestamp ?? [])).toEqual([noon + 4 * HOUR]);
    expect((await regular.getBars(null, 5, "tick")).length).toBe(2);
    expect(Array.from((await ticks("extended").getDate("2024-01-02")).price)).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ["night", 'session "night", expected "regular", "extended", or times'],
    [[], "session [], expected"],
    [[{ from: "16:00", to: "09:30" }], "session from 16:00 to 09:30, expected the parts of one date, ascending"],
    [[{ from: "9:30", to: "16:00" }], 'session time "9:30", expected "HH:MM"'],
    [[{ from: "09:30", to: "24:01" }], 'session time "24:01"'],
    [[{ from: "09:60", to: "24:00" }], 'session time "09:60"'],
    [
      [
        { from: "09:00", to: "11:30" },
        { from: "11:00", to: "15:00" },
      ],
      "session from 11:00 to 15:00, expected the parts of one date, ascending",
    ],
  ])("%j is refused", (session, message) => {
    expect(() => ticks(session as "regular")).toThrow(message);
    expect(() => ticks(session as "regular")).toThrow(LitDataError);
  });

  test("named hours are known for New York alone", () => {
    const tokyo = { time: [], price: [], size: [], timeZone: "Asia/Tokyo", session: "regular" } as const;
    expect(() => new MemoryAdapter(tokyo)).toThrow(/known for America\/New_York only, expected times for Asia\/Tokyo/);
  });
});
