import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { withLeanData } from "../../../../test/lean-data.js";
import { LitDataError } from "../../errors.js";
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
    test("SPY's ticks fall into exactly the vendor's 828 minutes", async () => {
      const bars = await new LeanAdapter({ folder: lean, symbol: "spy" }).getMinuteBars("2013-10-07", 1, true);
      const zip = unzipSync(readFileSync(join(lean, "equity/usa/minute/spy/20131007_trade.zip")));
      const vendor = Buffer.from(Object.values(zip)[0] as Uint8Array)
        .toString()
        .trim()
        .split("\n")
        .map((line) => line.split(",").map(Number));
      const midnight = midnightOf("2013-10-07", "America/New_York");
      expect(Array.from(bars.timestamp ?? [], (time) => (time - midnight) / 1000)).toEqual(vendor.map(([ms]) => ms));
      const equal = bars
        .toRows()
        .filter(({ open, high, low, close }, i) =>
          [open, high, low, close].every((price, k) => Math.round(price * 10_000) === vendor[i]?.[k + 1]),
        );
      expect(equal.length).toBeGreaterThan(690);
    });
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
    expect(make({ kind: "crypto" })).toThrow('kind "crypto", expected "equity"');
    expect(make({ resolution: "minute" })).toThrow('resolution "minute", expected "tick"');
    expect(make({ market: "mars" })).toThrow('market "mars", expected one of usa');
    expect(make({ market: "constructor" })).toThrow("expected one of usa");
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
});
