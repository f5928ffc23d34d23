import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDemoHome } from "../demo-home.js";
import { ROOT, runPython } from "../python.js";
import { bundlesOf, type ExecutedNotebook, printedBy, recordsOf, runNotebook, tracesOf } from "./run-notebook.js";

type Columns = Readonly<Record<string, readonly (number | null)[]>>;

/** What pandas makes of the demo's LEAN files. */
interface Expected {
  readonly dates: readonly string[];
  readonly day: Columns;
  readonly week: Columns;
  readonly days: Columns;
  readonly index: number;
  readonly cut: readonly Readonly<Record<string, number>>[];
  readonly whole: readonly Readonly<Record<string, number>>[];
  readonly positions: readonly (readonly [positions: number, won: number, cents: number])[];
  readonly average: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  readonly momentum: readonly (number | null)[];
  readonly crossings: readonly (readonly [side: string, price: number])[];
}

let demo: Awaited<ReturnType<typeof makeDemoHome>>;
let notebook: ExecutedNotebook;
let expected: Expected;

beforeAll(async () => {
  demo = await makeDemoHome();
  const oracle = join(ROOT, "test/notebooks/bars.oracle.py");
  [notebook, expected] = await Promise.all([
    runNotebook("02-bars.ipynb", demo.home),
    runPython(oracle, [demo.home]).then((text) => JSON.parse(text) as Expected),
  ]);
}, 300_000);
afterAll(() => demo?.remove());

/** The bars that pandas makes of trades. */
async function barsOf(
  ticks: Columns,
  cases: readonly { readonly unit: string; readonly n: number; readonly session?: readonly string[][] }[],
): Promise<Readonly<Record<string, readonly number[]>>[]> {
  const whole = cases.map((one) => ({ future: false, session: null, ...one }));
  const request = JSON.stringify({ ...ticks, timeZone: "America/New_York", cases: whole });
  return JSON.parse(await runPython(join(ROOT, "sdk/src/bars/bars.oracle.py"), [], request));
}

const sum = (values: readonly (number | null)[] = []) =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
const value = (part: string) => bundlesOf(notebook, part).at(-1);

/** Numbers that are equal but for the last bits of a sum. */
function expectClose(shown: unknown, wanted: readonly (number | null)[] | undefined) {
  const numbers = shown as readonly (number | null)[];
  expect(numbers.map((one) => one === null)).toEqual(wanted?.map((one) => one === null));
  numbers.forEach((one, i) => void (one !== null && expect(one).toBeCloseTo(wanted?.[i] ?? Number.NaN, 9)));
}

function expectCandles(part: string, bars: Columns | undefined, names = { volume: "volSum" }) {
  const { price, volume } = tracesOf(value(part));
  for (const column of ["open", "high", "low", "close"]) expectClose(price?.[column], bars?.[column]);
  expectClose(volume?.y, bars?.[names.volume]);
}

describe("02-bars.ipynb shows what pandas computes", () => {
  test("the trades of the last date", () => {
    const { dates, day } = expected;
    expect(printedBy(notebook, "trading dates,")).toBe(
      `${dates.length} trading dates, ${dates[0]} to ${dates.at(-1)}, in America/New_York\n`,
    );
    expect(String(value("\ntrades;")?.["text/plain"])).toContain(`[${day.time?.length} rows x 3 columns]`);
    expect(sum(tracesOf(value("\ntrades;"))["volume of 2 min"]?.y as number[])).toBe(sum(day.size));
  });

  test("candles in minutes, shares, bricks and days", { timeout: 120_000 }, async () => {
    const [minutes, shares] = await barsOf(expected.day, [
      { unit: "min", n: 5 },
      { unit: "volume", n: 40_000 },
    ]);
    expectCandles("\nbars;", minutes);
    expectCandles('await adapter.getBarDaterange(date, "volume"', shares);
    expectCandles('"renko", 0.1);', (await barsOf(expected.week, [{ unit: "renko", n: 0.1 }]))[0]);
    expectCandles('"day", 1);', expected.days, { volume: "volume" });
  });

  test("every unit: how many bars, of how many trades, of which volume", { timeout: 120_000 }, async () => {
    const shown = recordsOf(value("\nrows;"));
    expect(shown.map(({ unit }) => unit)).toEqual([
      "tick",
      "sec",
      "min",
      "hour",
      "day",
      "volume",
      "dollar",
      "imbalance",
      "renko",
    ]);
    const made = await barsOf(
      expected.day,
      shown.map(({ unit, size }) => ({ unit: String(unit), n: Number(size) })),
    );
    expect(shown).toEqual(
      made.map(({ tradeCount = [], volSum }, i) => ({
        unit: shown[i]?.unit,
        size: shown[i]?.size,
        bars: tradeCount.length,
        fewestTrades: Math.min(...tradeCount),
        mostTrades: Math.max(...tradeCount),
        volume: sum(volSum),
      })),
    );
  });

  test("a feature's bar is stamped with its end, a label's with its start", async () => {
    const [bars] = await barsOf(expected.day, [{ unit: "min", n: 30 }]);
    const [open, close] = [bars?.open?.[0], bars?.close?.[0]];
    expect(recordsOf(value('bar: "feature"'))).toEqual([
      { bar: "feature", stamp: "10:00", open, close },
      { bar: "label", stamp: "09:30", open, close },
    ]);
  });

  test("look-ahead: the last bar ends at the trade, or with its bin; what that is worth", () => {
    expect(printedBy(notebook, "const index =")).toContain(
      `trade ${expected.index} is at ${expected.cut.at(-1)?.close};`,
    );
    expect(bundlesOf(notebook, "const index =").map(recordsOf)).toEqual([expected.cut, expected.whole]);
    const [without, having] = recordsOf(value("\nresults;"));
    const [[none] = [], [positions, won, cents = 0] = []] = expected.positions;
    expect(without).toEqual({ preventLookaheadBias: "true", positions: none, won: 0, centsEach: 0 });
    expect(none).toBe(0);
    expect(having).toMatchObject({ preventLookaheadBias: "false", positions, won });
    expect(having?.centsEach).toBeCloseTo(cents, 6);
    expect(cents).toBeGreaterThan(1);
  });

  test("indicators over the candles", () => {
    const traces = tracesOf(value("chart(bars"));
    expectClose(traces["SMA 20"]?.y, expected.average);
    expectClose(traces["Bollinger 20, 2, lower"]?.y, expected.lower);
    expectClose(traces["Bollinger 20, 2"]?.y, expected.upper);
    expectClose(traces["momentum of an hour, %"]?.y, expected.momentum);
    for (const side of ["buy", "sell"])
      expect(traces[side]?.y).toEqual(expected.crossings.filter(([made]) => made === side).map(([, price]) => price));
  });

  test("the same bars from every source, fewer of the session", async () => {
    const fiveMinutes = { unit: "min", n: 5 };
    const session = [["09:30", "16:00"]];
    const [all, regular] = await barsOf(expected.day, [fiveMinutes, { ...fiveMinutes, session }]);
    const row = (source: string, bars: typeof all, equal: boolean) => {
      return { source, bars: bars?.open?.length, volume: sum(bars?.volSum), equal: String(equal) };
    };
    expect(recordsOf(value("\ncompared;"))).toEqual([
      ...["LEAN folder", "Parquet", "CSV", "memory"].map((source) => row(source, all, true)),
      row("memory, session", regular, false),
    ]);
  });

  test("the audit, and the faults that are put in", () => {
    const { dates, days, day } = expected;
    const text = String(value("await adapter.audit();")?.["text/html"]);
    for (const [i, date] of dates.entries()) {
      if (!days.duplicates?.[i]) continue;
      const row = new RegExp(`${date}</td>(.*?)</tr>`).exec(text)?.[1] ?? "";
      const [trades, duplicates, ...rest] = [...row.matchAll(/>([\d.,]+)<\/td>/g)].map(([, cell = ""]) =>
        Number(cell.replaceAll(",", "")),
      );
      expect([trades, duplicates], date).toEqual([days.trades?.[i], days.duplicates?.[i]]);
      expect(rest.at(-2), date).toBeCloseTo(days.longestGap?.[i] ?? Number.NaN, 1);
    }
    const [time = [], price = []] = [day.time as number[], day.price as number[]];
    const left = time.filter((at) => at <= (time[9000] ?? 0) || at >= (time[9000] ?? 0) + 1800e6).length;
    expect(String(value("\naudit;")?.["text/plain"])).toMatch(
      new RegExp(`trades +${left.toLocaleString("en")}\n[\\s\\S]*outliers +1\ngaps +1\n`),
    );
    expect(recordsOf(value("audit.outliers"))).toEqual([
      {
        at: expect.stringMatching(/^\d\d:\d\d$/),
        price: expect.closeTo((price[5000] ?? 0) + 10, 9),
        median: expect.closeTo(price[5000] ?? 0, 0),
      },
    ]);
  });
});
