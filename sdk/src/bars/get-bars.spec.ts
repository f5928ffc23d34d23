import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { naiveBar } from "../../../test/naive-bar.js";
import { randomOf } from "../../../test/random.js";
import { LitDataError } from "../errors.js";
import { BAR_COLUMNS, type BarFrame, UNITS, type Unit } from "./bar-frame.js";
import { MemoryAdapter } from "./sources/memory-adapter.js";
import { DAY, dateOfInstant, HOUR, midnightOf, nextDate, SECOND } from "./time-zone.js";

interface Trade {
  readonly time: number;
  readonly price: number;
  readonly size: number;
}

const STEPS = { sec: SECOND, min: 60 * SECOND, hour: HOUR } as const;
const ZONES = ["America/New_York", "Australia/Lord_Howe", "UTC"] as const;

/** Trades by a seeded generator: bursts at one time, days of one trade, days without, around a change of the clock. */
function tradesOf(seed: number, timeZone: string): Trade[] {
  const random = randomOf(seed);
  const from = midnightOf(timeZone === "Australia/Lord_Howe" ? "2024-10-04" : "2024-03-08", timeZone);
  const trades: Trade[] = [];
  for (let day = 0; day < 6; day++)
    for (let left = random() < 0.2 ? 0 : Math.ceil(random() ** 4 * 300); left > 0; left--)
      trades.push({
        time: from + day * DAY + Math.floor(random() * (random() < 0.5 ? 600 : 86_400)) * SECOND,
        price: Math.round(random() * 10_000) / 100,
        size: Math.ceil(random() * 1000),
      });
  trades.push({ time: from, price: 1, size: 1 });
  return trades.sort((a, b) => a.time - b.time);
}

const adapterOf = (trades: readonly Trade[], timeZone: string) =>
  new MemoryAdapter({
    time: trades.map(({ time }) => time),
    price: trades.map(({ price }) => price),
    size: trades.map(({ size }) => size),
    timeZone,
  });

const barOf = (trades: readonly Trade[]): number[] =>
  naiveBar(
    trades.map(({ price }) => price),
    trades.map(({ size }) => size),
  );

/** design.md's definition, word by word. */
function naiveBars(
  trades: readonly Trade[],
  timeZone: string,
  index: number,
  count: number,
  unit: Unit,
  size: number,
  future: boolean,
  prevent: boolean,
): number[][] {
  const bars: Trade[][] = [];
  if (unit === "tick") {
    if (future)
      for (let i = index + 1; i + size <= trades.length && bars.length < count; i += size)
        bars.push(trades.slice(i, i + size));
    else
      for (let end = index + 1; end - size >= 0 && bars.length < count; end -= size)
        bars.unshift(trades.slice(end - size, end));
    return bars.map(barOf);
  }
  const dates = [...new Set(trades.map(({ time }) => dateOfInstant(time, timeZone)))];
  const dateOf = ({ time }: Trade) => dateOfInstant(time, timeZone);
  if (unit === "renko") {
    const bricks = dates.flatMap((date) => naiveBricks(trades, ({ trade }) => dateOf(trade) === date, size));
    const known = bricks.filter(({ last }) => last <= index);
    return (future ? bricks.slice(known.length).slice(0, count) : known.slice(-count)).map(({ bar }) => bar);
  }
  const groups =
    unit === "volume" || unit === "dollar" || unit === "imbalance" ? groupsOf(trades, dateOf, unit, size) : [];
  const binOf = (trade: Trade, i: number) => {
    const date = dateOf(trade);
    if (unit === "day") return String(Math.floor(dates.indexOf(date) / size));
    if (unit === "sec" || unit === "min" || unit === "hour")
      return `${date} ${Math.floor((trade.time - midnightOf(date, timeZone)) / (STEPS[unit] * size))}`;
    return String(groups[i]);
  };
  const bins = new Map<string, Trade[]>();
  const own = binOf(trades[index] as Trade, index);
  for (const [i, trade] of trades.entries()) {
    const bin = binOf(trade, i);
    if (future ? i <= index : bin === own ? prevent && i > index : i > index) continue;
    bins.set(bin, [...(bins.get(bin) ?? []), trade]);
  }
  const all = [...bins.values()].map(barOf);
  return future ? all.slice(0, count) : all.slice(-count);
}

/** The number of each trade's bar of volume, dollars or imbalance. */
function groupsOf(
  trades: readonly Trade[],
  dateOf: (trade: Trade) => string,
  unit: "volume" | "dollar" | "imbalance",
  size: number,
): number[] {
  let [group, gathered, sign] = [0, 0, 0];
  return trades.map((trade, i) => {
    const before = trades[i - 1];
    const isNew = !before || dateOf(before) !== dateOf(trade);
    if (isNew) [group, gathered, sign] = [group + 1, 0, 0];
    else if (Math.abs(gathered) >= size) [group, gathered] = [group + 1, 0];
    if (before && !isNew && trade.price !== before.price) sign = trade.price > before.price ? 1 : -1;
    gathered += { volume: trade.size, dollar: trade.size * trade.price, imbalance: sign }[unit];
    return group;
  });
}

/** A date's bricks, with the number of the trade that completes each. */
function naiveBricks(
  all: readonly Trade[],
  isOwn: (entry: { trade: Trade }) => boolean,
  size: number,
): { readonly bar: number[]; readonly last: number }[] {
  const trades = all.map((trade, i) => ({ trade, i })).filter(isOwn);
  const first = trades[0]?.trade.price ?? 0;
  const bricks: { bar: number[]; last: number }[] = [];
  let [low, high] = [0, 0];
  let held: Trade[] = [];
  const complete = (from: number, to: number, last: number) => {
    const [open, close] = [first + from * size, first + to * size];
    const volumes = held.length > 0 ? barOf(held).slice(4) : [0, 0, 0, 0];
    bricks.push({ bar: [open, Math.max(open, close), Math.min(open, close), close, ...volumes], last });
    held = [];
    [low, high] = [Math.min(from, to), Math.max(from, to)];
  };
  for (const { trade, i } of trades) {
    held.push(trade);
    const level = Number(((trade.price - first) / size).toFixed(9));
    while (level >= high + 1) complete(high, high + 1, i);
    while (level <= low - 1) complete(low, low - 1, i);
  }
  return bricks;
}

const rowsOf = (frame: BarFrame): number[][] =>
  Array.from({ length: frame.length }, (_, k) => BAR_COLUMNS.map((name) => frame[name][k] as number));

const request = fc.record({
  zone: fc.constantFrom(...ZONES),
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  count: fc.constantFrom(1, 2, 5, 100, 1e12),
  unit: fc.constantFrom(...UNITS),
  size: fc.constantFrom(1, 2, 7, 45),
  future: fc.boolean(),
  prevent: fc.boolean(),
});

describe("getBars", () => {
  test("gives what the definition says", async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ zone, seed, at, count, unit, size, future, prevent }) => {
        const trades = tradesOf(seed, zone);
        const index = Math.floor(at * trades.length);
        const frame = await adapterOf(trades, zone).getBars(index, count, unit, size, future, prevent);
        expect(rowsOf(frame)).toEqual(naiveBars(trades, zone, index, count, unit, size, future, prevent));
      }),
      { numRuns: 400 },
    );
  });

  test("a batch is the same as single calls, with NaN where there are no bars", async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.boolean(), async ({ zone, seed, count, unit, size, future, prevent }, isDouble) => {
        const trades = tradesOf(seed, zone);
        const adapter = adapterOf(trades, zone);
        const most = Math.min(count, 20);
        const indices = Uint32Array.from({ length: 10 }, (_, i) => Math.floor((trades.length * i) / 10));
        const length = indices.length * most * 8;
        const out = isDouble ? new Float64Array(length) : new Float32Array(length);
        const complete = await adapter.getBarsInto(indices, most, unit, size, future, prevent, out);
        let expectedComplete = 0;
        for (const [i, index] of indices.entries()) {
          const rows = rowsOf(await adapter.getBars(index, most, unit, size, future, prevent));
          if (rows.length === most) expectedComplete++;
          const missing = Array.from({ length: (most - rows.length) * 8 }, () => Number.NaN);
          const expected = future ? [...rows.flat(), ...missing] : [...missing, ...rows.flat()];
          const found = Array.from(out.subarray(i * most * 8, (i + 1) * most * 8));
          expect(found).toEqual(isDouble ? expected : expected.map(Math.fround));
        }
        expect(complete).toBe(expectedComplete);
      }),
      { numRuns: 100 },
    );
  });

  test("of 10,000 calls that prevent look-ahead none depends on a later trade", { timeout: 300_000 }, async () => {
    let calls = 0;
    while (calls < 10_000) {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const zone = ZONES[seed % ZONES.length] as string;
      const trades = tradesOf(seed, zone);
      const cut = Math.floor(Math.random() * trades.length);
      // After the cut: other prices and sizes, the same times, so indices mean the same.
      const changed = trades.map((trade, i) =>
        i <= cut ? trade : { ...trade, price: trade.price + 7, size: 5000 + i },
      );
      const [adapter, other] = [adapterOf(trades, zone), adapterOf(changed, zone)];
      for (const unit of UNITS)
        for (const size of [1, 3, 60])
          for (const back of [0, 1, 50]) {
            const args = [Math.max(0, cut - back), 30, unit, size, false, true] as const;
            const [bars, same] = [await adapter.getBars(...args), await other.getBars(...args)];
            expect(rowsOf(same), `seed ${seed}, cut ${cut}, ${args}`).toEqual(rowsOf(bars));
            calls++;
          }
    }
  });

  test("columns read late are those of the call, and nobody else's", async () => {
    const trades = tradesOf(7, "UTC");
    const adapter = adapterOf(trades, "UTC");
    for (const unit of ["min", "day", "tick"] as const) {
      const args = [Math.floor(trades.length / 2), 9, unit, 2] as const;
      const early = await adapter.getBars(...args);
      const changed = await adapter.getBars(...args);
      changed.close.fill(-1);
      await adapter.getBars(3, 1, unit, 2, true);
      const expected = naiveBars(trades, "UTC", ...args, false, true);
      expect(early.close).not.toBe(changed.close);
      expect(early.close).toBe(early.close);
      expect(rowsOf(early)).toEqual(expected);
      expect(rowsOf(await adapter.getBars(...args))).toEqual(expected);
      expect(early.length).toBe(expected.length);
    }
  });

  test.each(["abc", "-1"])("LIT_CACHE_MB=%s is refused", async (limit) => {
    vi.stubEnv("LIT_CACHE_MB", limit);
    await expect(adapterOf(tradesOf(5, "UTC"), "UTC").getBars()).rejects.toThrow(`LIT_CACHE_MB is ${limit}, expected`);
    vi.unstubAllEnvs();
  });

  test.each([undefined, [], new Int32Array(8)])("getBarsInto refuses %j", async (out) => {
    const into = adapterOf(tradesOf(5, "UTC"), "UTC").getBarsInto(
      [0],
      1,
      "tick",
      1,
      false,
      true,
      out as unknown as Float64Array,
    );
    await expect(into).rejects.toThrow("out is no Float32Array and no Float64Array");
  });

  test("where the session has no trade, there are none", async () => {
    const adapter = new MemoryAdapter({ time: [0], price: [1], size: [1], session: [{ from: "01:00", to: "02:00" }] });
    for (const of of [adapter.getBars(), adapter.getMaxValues()]) await expect(of).rejects.toThrow("has no trades");
  });

  test("null is the last trade; nothing comes after it", async () => {
    const trades = tradesOf(5, "UTC");
    const adapter = adapterOf(trades, "UTC");
    expect(rowsOf(await adapter.getBars())).toEqual([barOf(trades.slice(-1))]);
    for (const unit of UNITS) expect((await adapter.getBars(null, 3, unit, 1, true)).length).toBe(0);
  });

  test.each([
    [[0, 0], "0 is no count of bars"],
    [[0, -1], "-1 is no count of bars"],
    [[0, 1.5], "1.5 is no count of bars"],
    [[-1], "there is no trade -1, expected a whole number from 0 to 2"],
    [[3], "there is no trade 3, expected a whole number from 0 to 2"],
    [[0.5], "there is no trade 0.5"],
    [[Number.NaN], "there is no trade NaN"],
    [
      [0, 1, "week"],
      '"week" is no unit of bars, expected one of tick, sec, min, hour, day, volume, dollar, imbalance, renko',
    ],
    [[0, 1, "min", 0], "0 is no size of min bars, expected a whole number of 1 or more"],
    [[0, 1, "renko", -0.5], "-0.5 is no size of renko bars, expected a number above 0"],
    [[0, 1, "volume", Number.NaN], "NaN is no size of volume bars"],
    [[0, 1, "imbalance", 1.5], "1.5 is no size of imbalance bars"],
  ] as const)("%j is an error", async (args, message) => {
    const adapter = adapterOf(
      [0, 1, 2].map((i) => ({ time: i * SECOND, price: 1, size: 1 })),
      "UTC",
    );
    await expect(adapter.getBars(...(args as unknown as [number]))).rejects.toThrow(message);
    await expect(adapter.getBars(...(args as unknown as [number]))).rejects.toBeInstanceOf(LitDataError);
  });
});

describe("stream", () => {
  test("gives the dates of a range one by one", async () => {
    const trades = tradesOf(9, "UTC");
    const adapter = adapterOf(trades, "UTC");
    const dates = await adapter.getDates();
    const seen: number[] = [];
    for await (const { time } of adapter.stream([dates[1] as string, dates.at(-1) as string])) seen.push(...time);
    const from = midnightOf(nextDate(dates[0] as string), "UTC");
    expect(seen).toEqual(trades.filter(({ time }) => time >= from).map(({ time }) => time));
  });
});
