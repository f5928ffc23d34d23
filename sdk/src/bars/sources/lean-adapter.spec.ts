import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { withLeanData } from "../../../../test/lean-data.js";
import { LitDataError } from "../../errors.js";
import type { Bar } from "../bar-frame.js";
import { midnightOf, SECOND } from "../time-zone.js";
import { LeanAdapter, type LeanAdapterOptions } from "./lean-adapter.js";

const folder = mkdtempSync(join(tmpdir(), "litlab-lean-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "equity/usa/tick/abc");
mkdirSync(path, { recursive: true });

/** Writes one date's zip with an entry of this text, or these bytes as the zip itself. */
function adapterOf(content: string | Uint8Array, options: Partial<LeanAdapterOptions> = {}): LeanAdapter {
  const zip = typeof content === "string" ? zipSync({ "20240102_abc_Trade_Tick.csv": Buffer.from(content) }) : content;
  writeFileSync(join(path, "20240102_trade.zip"), zip);
  return new LeanAdapter({ folder, symbol: "ABC", ...options });
}

describe("LeanAdapter", () => {
  withLeanData((lean) => {
    const DATES = ["2013-10-07", "2013-10-08", "2013-10-09", "2013-10-10", "2013-10-11"];
    const linesOf = (path: string) => {
      const [csv] = Object.values(unzipSync(readFileSync(join(lean, "equity/usa", path))));
      const lines = Buffer.from(csv as Uint8Array)
        .toString()
        .trim()
        .split("\n");
      return lines.map((line) => line.split(","));
    };
    const vendorMinutes = DATES.flatMap((date) => {
      const midnight = midnightOf(date, "America/New_York");
      return linesOf(`minute/spy/${date.replaceAll("-", "")}_trade.zip`).map((line) => {
        const [ms = 0, ...values] = line.map(Number);
        return { timestamp: midnight + ms * 1000, values };
      });
    });
    const range = ["2013-10-07", "2013-10-11"] as const;
    const valuesOf = ({ open, high, low, close, volSum }: Bar) => [
      ...[open, high, low, close].map((price) => Math.round(price * 10_000)),
      volSum,
    ];

    test("the vendor's minutes are read as they are", async () => {
      const adapter = new LeanAdapter({ folder: lean, symbol: "SPY", resolution: "minute" });
      const bars = (await adapter.getMinuteBars(range, 1, true)).toRows();
      expect(bars.map((bar) => ({ timestamp: bar.timestamp, values: valuesOf(bar) }))).toEqual(vendorMinutes);
      await expect(adapter.getBarDaterange(range, "sec")).rejects.toThrow(/holds bars of 1 min/);
      await expect(adapter.getDate("2013-10-07")).rejects.toThrow(/holds bars of 1 min and no trades/);
    });

    test("the vendor's days are read as they are", async () => {
      const adapter = new LeanAdapter({ folder: lean, symbol: "spy", resolution: "daily" });
      const lines = linesOf("daily/spy.zip");
      expect(await adapter.getDates()).toEqual(
        lines.map(([time = ""]) => time.replace(/^(....)(..)(..) 00:00$/, "$1-$2-$3")),
      );
      const days = await adapter.getBarDaterange(["1998-01-01", "2022-01-01"], "day");
      expect(days.toRows().map(valuesOf)).toEqual(lines.map(([, ...values]) => values.map(Number)));
    });

    test.each([
      [undefined, 0.82, 0.82, 0.99],
      ["market", 0.74, 0.86, 0.82],
    ] as const)(
      "with saleConditions %s SPY's ticks make exactly the vendor's minutes, and as many equal ones as documented",
      async (saleConditions, all, prices, volumes) => {
        const adapter = new LeanAdapter({ folder: lean, symbol: "spy", ...(saleConditions && { saleConditions }) });
        const bars = (await adapter.getMinuteBars(range, 1, true)).toRows();
        const times = new Map(bars.map((bar) => [bar.timestamp, valuesOf(bar)]));
        if (saleConditions === undefined)
          expect([...times.keys()]).toEqual(vendorMinutes.map(({ timestamp }) => timestamp));
        const share = (columns: readonly number[]) =>
          vendorMinutes.filter(({ timestamp, values }) => columns.every((k) => times.get(timestamp)?.[k] === values[k]))
            .length / vendorMinutes.length;
        const shares = [share([0, 1, 2, 3, 4]), share([0, 1, 2, 3]), share([4])];
        console.log(`SPY's minutes with saleConditions ${saleConditions}: all, prices, volumes`, shares);
        for (const [i, least] of [all, prices, volumes].entries()) expect(shares[i]).toBeGreaterThan(least);
      },
    );
  });

  test("reads fractions of a millisecond, negative prices, CRLF, blank lines and no last newline", async () => {
    const adapter = adapterOf("34200000.367,1674100,100,P,0,0\r\n\r\n34200001,-5,7,P\n34200002,1,2");
    const ticks = await adapter.getDate("2024-01-02");
    const open = midnightOf("2024-01-02", "America/New_York") + 9.5 * 3600 * SECOND;
    expect(ticks.toRows()).toEqual([
      { time: open + 367, price: 167.41, size: 100 },
      { time: open + 1000, price: -0.0005, size: 7 },
      { time: open + 2000, price: 0.0001, size: 2 },
    ]);
  });

  test("an empty CSV is a date without trades", async () => {
    expect((await adapterOf("").getMinuteBars("2024-01-02")).length).toBe(0);
  });

  test.each([
    [
      "34200000,1674100,100\ngarbage\n",
      /20240102_trade\.zip\/20240102_abc_Trade_Tick\.csv, line 2: the time is no number in "garbage"/,
    ],
    ["34200000,abc,100\n", /line 1: the price is no number in "34200000,abc,100"/],
    ["34200000,NaN,100\n", /line 1: the price is no number/],
    ["34200000,1e5,100\n", /line 1: the price is no number/],
    ["34200000,1.2.3,100\n", /line 1: the price is no number/],
    ["34200000,1,\n", /line 1: the size is no number/],
    ["34200000,1\n", /line 1: there is no size/],
    ["86400000,1,1\n", /line 1: the time is not within a day/],
    ["-1,1,1\n", /line 1: the time is not within a day/],
    ["34200000,99999999999999999999,1\n", /line 1: the price is no number/],
  ])("refuses the line of %j", async (text, message) => {
    const adapter = adapterOf(text);
    await expect(adapter.getDate("2024-01-02")).rejects.toThrow(message);
    await expect(adapter.getDate("2024-01-02")).rejects.toThrow(LitDataError);
  });

  test("refuses a truncated zip, one that leaves its folder, a bomb, and one without a CSV", async () => {
    const zip = zipSync({ "a.csv": Buffer.from("34200000,1,1\n".repeat(1000)) });
    await expect(adapterOf(zip.subarray(0, zip.length / 2)).getDate("2024-01-02")).rejects.toThrow(LitDataError);
    await expect(adapterOf(zipSync({ "../a.csv": new Uint8Array(1) })).getDate("2024-01-02")).rejects.toThrow(
      LitDataError,
    );
    await expect(adapterOf(zipSync({ "/a.csv": new Uint8Array(1) })).getDate("2024-01-02")).rejects.toThrow(
      LitDataError,
    );
    await expect(adapterOf(zipSync({ "a.txt": new Uint8Array(1) })).getDate("2024-01-02")).rejects.toThrow(
      "no CSV file in it, found a.txt",
    );
    const bomb = Buffer.from(zipSync({ "a.csv": Buffer.alloc(8_000_000) }));
    for (const at of [bomb.indexOf("PK\u0003\u0004") + 22, bomb.lastIndexOf("PK\u0001\u0002") + 24])
      bomb.writeUInt32LE(0xfffffffe, at);
    expect(bomb.length).toBeLessThan(10_000);
    await expect(adapterOf(bomb).getDate("2024-01-02")).rejects.toThrow(
      /more than 4294967295 bytes|is cut off|is damaged/,
    );
    expect(readdirSync(path)).toEqual(["20240102_trade.zip"]);
  });

  test("names what it does not read", () => {
    const make = (options: object) => () => new LeanAdapter({ folder, symbol: "abc", ...options });
    expect(make({ symbol: "../abc" })).toThrow('"../abc" is no symbol');
    expect(make({ kind: "option" })).toThrow('kind "option", expected one of equity, crypto, forex');
    expect(make({ resolution: "week" })).toThrow(
      'resolution "week", expected one of tick, second, minute, hour, daily',
    );
    expect(make({ market: "mars" })).toThrow('market "mars" of equity, expected one of usa, india');
    expect(make({ market: "constructor" })).toThrow("expected one of usa");
    expect(make({ kind: "forex", tickType: "trade" })).toThrow('tickType "trade" of forex, tick, expected "quote"');
    expect(make({ resolution: "hour", tickType: "quote" })).toThrow(
      'tickType "quote" of equity, hour, expected "trade"',
    );
    expect(make({ saleConditions: { exclude: ["late"] } })).toThrow(
      'sale condition "late", expected one of regular, cash',
    );
    expect(make({ saleConditions: "all" })).toThrow('saleConditions "all", expected "market" or { exclude: […] }');
    expect(make({ kind: "crypto", saleConditions: "market" })).toThrow("expected trade ticks of an equity");
  });

  test("a folder without trades is named, and read again once it has some", async () => {
    const adapter = new LeanAdapter({ folder, symbol: "none" });
    await expect(adapter.getDates()).rejects.toThrow(/equity\/usa\/tick\/none: no trades/);
    const late = join(folder, "equity/usa/tick/none");
    writeFileSync(late, "");
    await expect(adapter.getDates()).rejects.toThrow(/none cannot be read: it, or .* is a file \(ENOTDIR\), expected/);
    await expect(adapter.getDates()).rejects.toThrow(LitDataError);
    rmSync(late);
    mkdirSync(late);
    writeFileSync(join(late, "20240102_trade.zip"), "");
    expect(await adapter.getDates()).toEqual(["2024-01-02"]);
  });

  test("leaves out conditions of sale and suspicious trades", async () => {
    const lines = "1,10000,1,P,1,0\n2,20000,2,D,100000,0\n3,30000,3,D,20000020,1\n4,40000,4,D,A0000200,0\n5,50000,5\n";
    const pricesOf = async (options: Partial<LeanAdapterOptions>) => [
      ...(await adapterOf(lines, options).getDate("2024-01-02")).price,
    ];
    expect(await pricesOf({})).toEqual([1, 2, 3, 4, 5]);
    expect(await pricesOf({ suspicious: false })).toEqual([1, 2, 4, 5]);
    expect(await pricesOf({ saleConditions: "market" })).toEqual([1, 5]);
    expect(await pricesOf({ saleConditions: { exclude: ["oddLot"] }, suspicious: true })).toEqual([1, 2, 3, 5]);
    await expect(adapterOf("1,1,1,P,@,0\n", { saleConditions: "market" }).getDate("2024-01-02")).rejects.toThrow(
      "line 1: the sale condition is no hexadecimal number",
    );
  });
});

describe("LEAN's formats, by its readmes and what its readers take", () => {
  const zip = (name: string, lines: readonly string[]) => {
    const path = join(folder, name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, zipSync({ "x.csv": Buffer.from(lines.join("\n")) }));
  };
  const ms = (date: string, time = 0) => Date.parse(`${date}Z`) * 1000 + time * 1000;
  const make = (options: Partial<LeanAdapterOptions>) => new LeanAdapter({ folder, symbol: "BTCUSD", ...options });

  test("crypto: ticks in UTC, their prices as they are", async () => {
    zip("crypto/coinbase/tick/btcusd/20240310_trade.zip", ["86400,232.40,93.1", "86401.5,0.00001234567890123456,2,1"]);
    const adapter = make({ kind: "crypto" });
    expect((await adapter.getDate("2024-03-10")).toRows()).toEqual([
      { time: ms("2024-03-10", 86400), price: 232.4, size: 93.1 },
      { time: ms("2024-03-10", 86401.5), price: 0.00001234567890123456, size: 2 },
    ]);
    expect((await make({ kind: "crypto", suspicious: false }).getDate("2024-03-10")).length).toBe(1);
  });

  test("quotes: the mid of the latest bid and ask, from when there are both", async () => {
    zip("crypto/binance/tick/btcusd/20240310_quote.zip", ["1,232.40,20392.0,232.42,8059.5", "2,232.41,1,232.42,1"]);
    expect(
      (await make({ kind: "crypto", market: "binance", tickType: "quote" }).getDate("2024-03-10")).toRows(),
    ).toEqual([
      { time: ms("2024-03-10", 1), price: 232.41, size: 0 },
      { time: ms("2024-03-10", 2), price: 232.415, size: 0 },
    ]);
    // Equities' quotes have one side each.
    zip("equity/usa/tick/aig/20131007_quote.zip", [
      "14400152,0,0,494100,300,Q,1,0",
      "14400547,491800,300,0,0,P,1,0",
      "14400548,0,0,492001,3000,P,1,0",
      "14400549,1,300,0,0,P,1,1",
    ]);
    const quotes = await make({ symbol: "AIG", tickType: "quote", suspicious: false }).getDate("2013-10-07");
    expect([...quotes.price]).toEqual([49.295, 49.19005]);
    expect(quotes.time[0]).toBe(ms("2013-10-07T04:00", 14400547));
  });

  test("forex: FXCM's clock is UTC-05 all year, Oanda's UTC", async () => {
    const lines = ["92000,1.38676,1.38686"];
    for (const market of ["fxcm", "oanda"]) zip(`forex/${market}/tick/eurusd/20140701_quote.zip`, lines);
    const tick = async (market: string) =>
      (await make({ symbol: "eurusd", kind: "forex", market }).getDate("2014-07-01")).toRows();
    expect(await tick("oanda")).toEqual([{ time: ms("2014-07-01", 92000), price: 1.38681, size: 0 }]);
    expect(await tick("fxcm")).toEqual([{ time: ms("2014-07-01T05:00", 92000), price: 1.38681, size: 0 }]);
  });

  test("bars of quotes: the mid of each price, one side where the other is missing", async () => {
    zip("forex/oanda/minute/eurusd/20140501_quote.zip", [
      "0,1.38676,1.38686,1.38669,1.38686,0,1.38686,1.38697,1.38680,1.38697,0",
      "60000,,,,,,1.38700,1.38700,1.38696,1.38698,0",
      "120000,1.5,1.6,1.4,1.5,7,0,0,0,0,0",
    ]);
    const adapter = make({ symbol: "eurusd", kind: "forex", resolution: "minute" });
    const bars = (await adapter.getMinuteBars("2014-05-01", 1, true)).toRows();
    expect(
      bars.map(({ timestamp, open, high, low, close, volSum }) => [timestamp, open, high, low, close, volSum]),
    ).toEqual([
      [ms("2014-05-01"), 1.38681, 1.386915, 1.386745, 1.386915, 0],
      [ms("2014-05-01", 60000), 1.387, 1.387, 1.38696, 1.38698, 0],
      [ms("2014-05-01", 120000), 1.5, 1.6, 1.4, 1.5, 0],
    ]);
  });

  test("hours and days: one zip of all dates", async () => {
    zip("equity/usa/hour/abc.zip", [
      "20131001 09:00,6448000,6448000,6448000,6448000,5",
      "20131001 10:00,1,3,1,2,5",
      "20131002 15:00,10000,30000,10000,20000,5",
    ]);
    const hours = make({ symbol: "abc", resolution: "hour" });
    expect(await hours.getDates()).toEqual(["2013-10-01", "2013-10-02"]);
    const { timestamp } = await hours.getBarDaterange("2013-10-01", "hour", 1, true);
    expect([...(timestamp ?? [])]).toEqual([ms("2013-10-01T13:00"), ms("2013-10-01T14:00")]);
    zip("crypto/coinbase/daily/btcusd_trade.zip", ["20180101 00:00,40.10,45.99,40.05,45.50,209342.5"]);
    const days = make({ kind: "crypto", resolution: "daily" });
    const [day] = (await days.getBarDaterange("2018-01-01", "day", 1, true)).toRows();
    expect(day).toMatchObject({
      timestamp: ms("2018-01-01"),
      open: 40.1,
      high: 45.99,
      low: 40.05,
      close: 45.5,
      volSum: 209342.5,
    });
  });

  test.each([
    ["2013-10-01 09:00,1,1,1,1,1", /line 1: the time is not "YYYYMMDD HH:MM"/],
    ["20130231 09:00,1,1,1,1,1", /the time is not "YYYYMMDD HH:MM"/],
    ["20131001 24:00,1,1,1,1,1", /the time is not "YYYYMMDD HH:MM"/],
    ["20131001 09:30,1,1,1", /line 1: there is no close in/],
    ["20131001 09:00,1,1,1,x,1", /line 1: the close is no number/],
  ])("refuses the bar of %j", async (line, message) => {
    zip("equity/usa/hour/bad.zip", [line]);
    const adapter = make({ symbol: "bad", resolution: "hour" });
    await expect(adapter.getDates()).rejects.toThrow(message);
    await expect(adapter.getDates()).rejects.toThrow(LitDataError);
  });

  test("a zip that is not there is named", async () => {
    const adapter = make({ symbol: "none", resolution: "daily" });
    await expect(adapter.getDates()).rejects.toThrow(/equity\/usa\/daily\/none\.zip: no such file/);
  });
});
