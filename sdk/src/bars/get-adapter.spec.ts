import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { zipSync } from "fflate";
import { afterAll, describe, expect, test, vi } from "vitest";
import { LitDataError } from "../errors.js";
import { getAdapter } from "./get-adapter.js";

const home = mkdtempSync(join(tmpdir(), "litlab-adapters-"));
const team = join(home, "contoso");
vi.stubEnv("LIT_HOME", home);
vi.stubEnv("XDG_CACHE_HOME", join(home, "cache"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
mkdirSync(join(team, "adapters"), { recursive: true });
writeFileSync(join(team, "catalogue.sqlite"), "");

const make = (adapter: object, name = "any") => {
  writeFileSync(join(team, `adapters/${name}.json`), JSON.stringify({ version: 1, ...adapter }));
  return getAdapter("contoso", name);
};

describe("getAdapter", () => {
  const noon = Date.UTC(2024, 0, 2, 12) * 1000;

  test("makes an adapter of each type, its paths from the team's folder", async () => {
    writeFileSync(join(team, "minutes.csv"), "at,o,high,low,close\n2024-01-02 12:01:00,1,2,0.5,1\n");
    const bars = { unit: "min", size: 1, stamp: "end" };
    const csv = await make({ type: "csv", path: "minutes.csv", columns: { time: "at", open: "o" }, bars });
    const [bar] = (await csv.getMinuteBars("2024-01-02", 1, true)).toRows();
    expect(bar).toMatchObject({ timestamp: noon, open: 1, high: 2, low: 0.5, close: 1 });

    const columns = { time: Float64Array.of(noon), price: Float64Array.of(1.5), size: Float64Array.of(2) };
    writeFileSync(join(team, "ticks.arrow"), tableToIPC(tableFromArrays(columns), "file"));
    const arrow = await make({
      type: "arrow",
      path: ["ticks.arrow"],
      timeUnit: "us",
      timeFormat: "%Y",
      session: [{ from: "09:00", to: "17:00" }],
    });
    expect((await arrow.getDate("2024-01-02")).toRows()).toEqual([{ time: noon, price: 1.5, size: 2 }]);

    mkdirSync(join(team, "lean/crypto/coinbase/hour"), { recursive: true });
    const hours = zipSync({ "btcusd.csv": Buffer.from("20240102 12:00,1,2,0.5,1,3") });
    writeFileSync(join(team, "lean/crypto/coinbase/hour/btcusd_trade.zip"), hours);
    const lean = await make({ type: "lean", folder: "lean", kind: "crypto", symbol: "BTCUSD", resolution: "hour" });
    expect((await lean.getBarDaterange("2024-01-02", "hour", 1, true)).toRows()[0]).toMatchObject({
      timestamp: noon,
      volSum: 3,
    });

    for (const type of ["hdf5", "parquet"]) {
      const none = await make({ type, path: "none.file" });
      await expect(none.getDates()).rejects.toThrow(`${join(team, "none.file")}: no such file`);
    }
  });

  test.each([
    [{ type: "arrow", path: "x", header: true }, /any\.json: not a valid adapter: .*header/],
    [{ type: "csv", path: "x", columns: { bid: "b" } }, /bid/],
    [{ type: "csv", path: "x", columns: { open: "o" } }, 'any.json: CsvAdapter: columns names "open"'],
    [{ type: "parquet", path: [] }, /path/],
    [{ type: "parquet", path: "x", bars: { unit: "tick", size: 1 } }, /bars\.unit/],
    [{ type: "parquet", path: "x", bars: { unit: "min", size: 1.5 } }, /bars\.size/],
    [{ type: "parquet", path: "x", bars: { unit: "day", size: 5 } }, "any.json: the source's bars"],
    [{ type: "hdf5", path: "x", dataset: "../y" }, "any.json: Hdf5Adapter: dataset"],
    [{ type: "hdf5", path: "x", timeUnit: "min" }, /timeUnit/],
    [{ type: "lean", folder: "x", symbol: "spy", resolution: "week" }, /resolution/],
    [{ type: "lean", folder: "x", symbol: "spy", tickType: "ask" }, /tickType/],
    [{ type: "lean", folder: "x", symbol: "spy", market: "mars" }, 'any.json: LeanAdapter: market "mars" of equity'],
    [{ type: "lean", folder: "x", symbol: "spy", saleConditions: { exclude: ["late"] } }, /saleConditions/],
    [{ type: "memory" }, /type/],
  ])("refuses %j and names the file and the option", async (adapter, message) => {
    await expect(make(adapter)).rejects.toThrow(message);
    await expect(make(adapter)).rejects.toThrow(LitDataError);
    await expect(make(adapter)).rejects.toThrow(join(team, "adapters/any.json"));
  });
});
