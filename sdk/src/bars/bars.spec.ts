import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayOf } from "../../../test/display.js";
import { withLeanData } from "../../../test/lean-data.js";
import { runPython } from "../../../test/python.js";
import { randomOf } from "../../../test/random.js";
import { LitDataError } from "../errors.js";
import { BAR_COLUMNS, UNITS, type Unit } from "./bar-frame.js";
import { LeanAdapter } from "./sources/lean-adapter.js";
import { MemoryAdapter, type MemoryAdapterOptions } from "./sources/memory-adapter.js";
import { DAY, midnightOf, SECOND } from "./time-zone.js";
import type { SessionTimes } from "./trading-day.js";

interface Case {
  readonly unit: Unit;
  readonly n: number;
  readonly future: boolean;
  readonly session?: readonly SessionTimes[] | undefined;
}

/** Compares an adapter's bars with pandas', column by column. @returns how many bars each case has */
async function expectAsPandas(ticks: MemoryAdapterOptions, cases: readonly Case[]): Promise<number[]> {
  const [time, price, size] = [ticks.time, ticks.price, ticks.size].map((column) => Array.from(column));
  const asked = cases.map(({ session, ...own }) => ({
    ...own,
    session: session?.map(({ from, to }) => [from, to]) ?? null,
  }));
  const request = { time, price, size, timeZone: ticks.timeZone, cases: asked };
  const all = JSON.parse(await runPython("sdk/src/bars/bars.oracle.py", [], JSON.stringify(request)));
  const counts: number[] = [];
  for (const [k, { unit, n, future, session }] of cases.entries()) {
    const adapter = new MemoryAdapter({ ...ticks, ...(session ? { session } : {}) });
    const dates = await adapter.getDates();
    const bars = await adapter.getBarDaterange([dates[0] as string, dates.at(-1) as string], unit, n, future);
    for (const name of [...BAR_COLUMNS, "timestamp"] as const) {
      const found = bars[name] as Float64Array;
      const expected = all[k][name];
      const what = `${unit} ${n} ${future} ${name}`;
      expect(found.length, what).toBe(expected.length);
      for (let i = 0; i < found.length; i++) {
        const close = Math.abs((found[i] as number) - expected[i]) <= 1e-12 * Math.abs(expected[i]);
        if (!close) expect(found[i], `${what}[${i}]`).toBe(expected[i]);
      }
    }
    counts.push(bars.length);
  }
  return counts;
}

const TWO_PARTS: readonly SessionTimes[] = [
  { from: "00:00", to: "11:30:30" },
  { from: "12:30", to: "24:00" },
];

/** Ticks by a seeded generator: some at the same time, some out of order, days with a single trade, days without. */
function randomTicks(
  seed: number,
  date: string,
  timeZone: string,
): { time: number[]; price: number[]; size: number[] } {
  const random = randomOf(seed);
  const from = midnightOf(date, timeZone) - DAY;
  const time: number[] = [];
  for (let day = 0; day < 4; day++) {
    const trades = Math.floor(random() ** 3 * 400);
    for (let i = 0; i < trades; i++)
      time.push(from + day * DAY + Math.floor((random() * DAY) / SECOND) * SECOND + (random() < 0.5 ? 0 : 123_456));
  }
  time.push(from, midnightOf(date, timeZone));
  if (random() < 0.7) time.sort((a, b) => a - b);
  return {
    time,
    price: time.map(() => Math.round((random() - 0.1) * 10_000) / 100),
    size: time.map(() => Math.ceil(random() * 1000)),
  };
}

describe("bars as pandas makes them", () => {
  withLeanData((lean) => {
    test("SPY's ticks of five days, every unit, features and labels", { timeout: 600_000 }, async () => {
      const adapter = new LeanAdapter({ folder: lean, symbol: "SPY" });
      const frames = await Promise.all((await adapter.getDates()).map((date) => adapter.getDate(date)));
      const all = (name: "time" | "price" | "size") => frames.flatMap((frame) => Array.from(frame[name]));
      const ticks = { time: all("time"), price: all("price"), size: all("size"), timeZone: adapter.timeZone };
      const units = [
        ["tick", 1000],
        ["sec", 30],
        ["min", 1],
        ["hour", 1],
        ["day", 1],
        ["day", 2],
        ["volume", 250_000],
        ["dollar", 50_000_000],
        ["imbalance", 30],
        ["renko", 0.25],
      ] as const;
      const session = [{ from: "09:30", to: "16:00" }];
      const cases = units.flatMap(([unit, n]) => [
        { unit, n, future: false },
        { unit, n, future: true, session },
      ]);
      expect(Math.min(...(await expectAsPandas(ticks, cases)))).toBeGreaterThan(2);
    });
  });

  test("simulated ticks around changes of the clock", { timeout: 600_000 }, async () => {
    const days = [
      ["America/New_York", "2024-03-10"],
      ["America/New_York", "2024-11-03"],
      ["Europe/London", "2024-03-31"],
      ["Europe/London", "2024-10-27"],
      ["Australia/Sydney", "2024-10-06"],
      ["Australia/Lord_Howe", "2024-04-07"],
      ["Australia/Lord_Howe", "2024-10-06"],
      ["America/Havana", "2024-03-10"],
      ["America/Santiago", "2024-09-08"],
      ["UTC", "1970-01-02"],
    ] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...days),
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.array(
          fc.record({
            unit: fc.constantFrom(...UNITS),
            n: fc.constantFrom(1, 2, 7, 45),
            future: fc.boolean(),
            session: fc.constantFrom(undefined, [{ from: "09:30", to: "16:00" }], TWO_PARTS),
          }),
          { minLength: 10, maxLength: 10 },
        ),
        async ([timeZone, date], seed, cases) => {
          const scale: Partial<Record<Unit, number>> = { volume: 100, dollar: 5000, renko: 0.7 };
          const scaled = cases.map(({ n, ...own }) => ({ ...own, n: n * (scale[own.unit] ?? 1) }));
          await expectAsPandas({ ...randomTicks(seed, date, timeZone), timeZone }, scaled);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe("BaseAdapter", () => {
  const noon = midnightOf("2024-01-02", "UTC") + DAY / 2;
  const adapter = new MemoryAdapter({
    time: [noon, noon + 1, noon + 60 * SECOND],
    price: [10, -2, 12],
    size: [1, 2, 3],
  });

  test("a date without trades is an empty frame", async () => {
    expect((await adapter.getDate("2024-01-03")).length).toBe(0);
    expect((await adapter.getMinuteBars("2024-01-03")).toRows()).toEqual([]);
  });

  test("dates are strings, Dates and instants in the adapter's zone", async () => {
    for (const date of ["2024-01-02", new Date("2024-01-02T23:59:00Z"), noon])
      expect((await adapter.getDate(date)).length).toBe(3);
    const tokyo = new MemoryAdapter({ time: [noon], price: [1], size: [1], timeZone: "Asia/Tokyo" });
    expect(await tokyo.getDates()).toEqual(["2024-01-02"]);
    expect((await tokyo.getDate(new Date("2024-01-01T15:00:00Z"))).length).toBe(1);
  });

  test("getMaxValues is the scale of the whole range", async () => {
    expect(await adapter.getMaxValues()).toEqual([12, 12, 12, 12, 3, 6, 2, 3]);
  });

  test("defaults are the reference's: single ticks, stamped with their time", async () => {
    expect(Array.from((await adapter.getBarDaterange("2024-01-02")).timestamp ?? [])).toEqual([
      noon,
      noon + 1,
      noon + 60 * SECOND,
    ]);
  });

  test("what is not valid is named, with what was expected", async () => {
    await expect(adapter.getDate("2023-02-29")).rejects.toThrow('"2023-02-29" is no date, expected "YYYY-MM-DD"');
    await expect(adapter.getDate(Number.NaN)).rejects.toThrow(LitDataError);
    await expect(adapter.getBarDaterange("2024-01-02", "week" as Unit)).rejects.toThrow(
      "expected one of tick, sec, min, hour, day, volume, dollar, imbalance, renko",
    );
    await expect(adapter.getMinuteBars("2024-01-02", 0)).rejects.toThrow("0 is no size of min bars");
    await expect(adapter.getMinuteBars(["2024-01-03", "2024-01-02"])).rejects.toThrow("is no range of dates");
    expect(() => new MemoryAdapter({ time: [1], price: [], size: [1] })).toThrow("1 times, 0 prices and 1 sizes");
    expect(() => new MemoryAdapter({ time: [], price: [], size: [], timeZone: "Mars/Base" })).toThrow(
      "is no IANA time zone",
    );
    for (const wrong of [Number.NaN, 1e300, -8.64e18, 8.64e18 + 2000, 253402300800000000, Infinity]) {
      const dates = new MemoryAdapter({ time: [noon, wrong], price: [1, 1], size: [1, 1] }).getDates();
      await expect(dates).rejects.toThrow(`trade 1 has the time ${wrong}, expected µs since the epoch from -6216`);
      await expect(dates).rejects.toThrow(LitDataError);
      await expect(adapter.getDate(wrong)).rejects.toThrow(LitDataError);
    }
    await expect(new MemoryAdapter({ time: [noon], price: [Number.NaN], size: [1] }).getDate(noon)).rejects.toThrow(
      "has the price NaN",
    );
    await expect(new MemoryAdapter({ time: [], price: [], size: [] }).getMaxValues()).rejects.toThrow("no trades");
  });

  test("disorder and prices of zero or less load and are counted; strict refuses them", async () => {
    const ticks = { time: [noon + 5, noon, noon + 5, noon + 5], price: [1, -1, 1, 0], size: [1, 1, 1, 1] };
    const loose = new MemoryAdapter(ticks);
    expect(Array.from((await loose.getDate(noon)).price)).toEqual([-1, 1, 1, 0]);
    expect(await loose.getCounts(noon)).toEqual({ trades: 4, duplicates: 1, disorder: 1, nonPositive: 2 });
    await expect(new MemoryAdapter({ ...ticks, strict: true }).getDate(noon)).rejects.toThrow(
      "is earlier than the one before it",
    );
    const twice = { time: [noon, noon], price: [1, 1], size: [1, 1], strict: true };
    await expect(new MemoryAdapter(twice).getDate(noon)).rejects.toThrow("is the same as the one before it");
    const zero = { time: [noon], price: [0], size: [1], strict: true };
    await expect(new MemoryAdapter(zero).getDate(noon)).rejects.toThrow("has the price 0");
  });

  test("a frame gives rows, Arrow and a display without script", async () => {
    const bars = await adapter.getMinuteBars("2024-01-02");
    expect(bars.toRows()[1]).toEqual({
      open: 12,
      high: 12,
      low: 12,
      close: 12,
      tradeCount: 1,
      volSum: 3,
      volMean: 3,
      volMax: 3,
      timestamp: noon + 120 * SECOND,
    });
    const table = await bars.toArrow();
    expect(table.getChild("low")?.toArray()).toEqual(new Float64Array([-2, 12]));
    const bundle = await displayOf(bars);
    const svg = String(bundle["image/svg+xml"]);
    expect(Object.keys(bundle)).toEqual(["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"]);
    await runPython("import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())", [], svg);
    expect(svg).not.toMatch(/<script|javascript:/i);
    expect(svg).not.toMatch(/^<svg[^>]* (width|height)=/); // as wide as the page, not cut off
  });
});
