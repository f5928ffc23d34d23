import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ROOT, runPython } from "../../../../test/python.js";
import { LitDataError } from "../../errors.js";
import type { BaseAdapter } from "../base-adapter.js";
import { CsvAdapter } from "./csv-adapter.js";
import { MemoryAdapter } from "./memory-adapter.js";
import { ParquetAdapter } from "./parquet-adapter.js";

const ZONE = "America/New_York";
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const folder = mkdtempSync(join(tmpdir(), "litlab-tables-"));
const at = (name: string) => join(folder, name);
let expected: { readonly time: number[]; readonly price: number[]; readonly size: number[] };

beforeAll(async () => {
  vi.stubEnv("XDG_CACHE_HOME", at("cache"));
  console.log(`tables of SEED=${SEED}`);
  const request = JSON.stringify({ folder, seed: SEED, timeZone: ZONE });
  expected = JSON.parse(await runPython("sdk/src/bars/sources/tables.oracle.py", [], request));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ticksOf(adapter: BaseAdapter) {
  const ticks = { time: [] as number[], price: [] as number[], size: [] as number[] };
  for (const date of await adapter.getDates()) {
    const frame = await adapter.getDate(date);
    for (const name of ["time", "price", "size"] as const) ticks[name].push(...frame[name]);
  }
  return ticks;
}

const SOURCES: Readonly<Record<string, () => BaseAdapter>> = {
  "Parquet, microseconds": () => new ParquetAdapter({ path: at("us.parquet"), timeZone: ZONE }),
  "Parquet, nanoseconds": () => new ParquetAdapter({ path: at("ns.parquet"), timeZone: ZONE }),
  "Parquet, instants": () => new ParquetAdapter({ path: at("zone.parquet"), timeZone: ZONE }),
  "Parquet, whole numbers beyond 2^53": () =>
    new ParquetAdapter({ path: at("integers.parquet"), timeZone: ZONE, timeUnit: "ns" }),
  "Parquet, other names, seconds": () =>
    new ParquetAdapter({
      path: at("names.parquet"),
      timeZone: ZONE,
      timeUnit: "s",
      columns: { time: "t", price: "p", size: "v" },
    }),
  "Parquet, one of two symbols": () =>
    new ParquetAdapter({ path: at("symbols.parquet"), timeZone: ZONE, where: { symbol: "SPY" } }),
  "Parquet, hive partitions": () =>
    new ParquetAdapter({ path: at("parts/**/*.parquet"), timeZone: ZONE, where: { symbol: "SPY" } }),
  "Parquet, two files": () =>
    new ParquetAdapter({ path: [at("parts/symbol=SPY/0.parquet"), at("parts/symbol=SPY/1.parquet")], timeZone: ZONE }),
  "CSV, ISO 8601": () => new CsvAdapter({ path: at("iso.csv"), timeZone: ZONE }),
  "CSV, offsets, quotes, BOM": () => new CsvAdapter({ path: at("offset.csv"), timeZone: ZONE }),
  "CSV, no header, nanoseconds": () =>
    new CsvAdapter({
      path: at("bare.csv"),
      timeZone: ZONE,
      header: false,
      delimiter: ";",
      timeUnit: "ns",
      columns: { time: "column0", price: "column1", size: "column2" },
    }),
};

describe("trades are what polars wrote", () => {
  test.each(Object.entries(SOURCES))("%s", { timeout: 60_000 }, async (_, make) => {
    expect(await ticksOf(make())).toEqual(expected);
    // The second time they come from the cache.
    expect(await ticksOf(make())).toEqual(expected);
  });

  test("wall clock times are those of their zone", { timeout: 60_000 }, async () => {
    const options = { timeZone: ZONE, sourceZone: ZONE } as const;
    const adapters = [
      new ParquetAdapter({ ...options, path: at("wall.parquet") }),
      new CsvAdapter({ ...options, path: at("format.csv"), timeFormat: "%d.%m.%Y %H:%M:%S.%f" }),
    ];
    for (const adapter of adapters) expect(await ticksOf(adapter)).toEqual(expected);
  });

  test("bars are those of the same trades in memory", async () => {
    const adapter = new ParquetAdapter({ path: at("us.parquet"), timeZone: ZONE });
    const memory = new MemoryAdapter({ ...expected, timeZone: ZONE });
    const dates = await memory.getDates();
    expect(await adapter.getDates()).toEqual(dates);
    const range = [dates[0] as string, dates.at(-1) as string] as const;
    expect(await adapter.getBarDaterange(range, "min", 5)).toEqual(await memory.getBarDaterange(range, "min", 5));
    expect(await adapter.getBars(1000, 50, "hour")).toEqual(await memory.getBars(1000, 50, "hour"));
  });

  test("dates that come in any order", async () => {
    const [a = "", b = ""] = ["2024-01-03T10:00:00Z,3,1", "2024-01-02T10:00:00Z,1,1"];
    writeFileSync(at("dates.csv"), `time,price,size\n${a}\n${b}\n2024-01-03T09:00:00Z,2,1\n`);
    const adapter = new CsvAdapter({ path: at("dates.csv") });
    expect((await ticksOf(adapter)).price).toEqual([1, 2, 3]);
    expect((await adapter.getCounts("2024-01-03")).disorder).toBe(1);
  });
});

describe("what cannot be read is named", () => {
  const csv = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return new CsvAdapter({ path: at(name) });
  };
  const HEAD = "time,price,size\n";
  const cut = () => {
    writeFileSync(at("cut.parquet"), readFileSync(at("us.parquet")).subarray(0, 4000));
    return new ParquetAdapter({ path: at("cut.parquet") });
  };
  const ISSUES: Readonly<Record<string, readonly [() => BaseAdapter, string | RegExp]>> = {
    "no file": [() => new ParquetAdapter({ path: at("none.parquet") }), `${at("none.parquet")}: no such file`],
    "a glob of nothing": [() => new CsvAdapter({ path: at("none/*.csv") }), "none/*.csv: no such file"],
    "a file cut short": [cut, /cut\.parquet: .*No magic bytes/],
    "no such column": [
      () => new ParquetAdapter({ path: at("us.parquet"), columns: { price: "last" } }),
      'no column "last", found time, price, size, symbol',
    ],
    "a condition on no such column": [
      () => new ParquetAdapter({ path: at("us.parquet"), where: { ticker: "SPY" } }),
      'no column "ticker", found time, price, size, symbol',
    ],
    "whole numbers as times": [
      () => new ParquetAdapter({ path: at("integers.parquet") }),
      'column "time" is BIGINT, expected a timeUnit for it, one of s, ms, us, ns',
    ],
    "text as prices": [
      () => new ParquetAdapter({ path: at("us.parquet"), columns: { price: "symbol" } }),
      /VARCHAR, expected numbers/,
    ],
    "a price that is no number": [() => csv("text.csv", `${HEAD}2024-01-02T10:00:00Z,abc,1\n`), /'abc'.* column price/],
    "no price": [() => csv("empty.csv", `${HEAD}2024-01-02T10:00:00Z,,1\n`), "trade 0 of 2024-01-02 has the price NaN"],
    "no time": [() => csv("timeless.csv", `${HEAD}2024-01-02T10:00:00Z,1,1\n,1,1\n`), "trade 1 has the time NaN"],
    "a negative size": [
      () => csv("negative.csv", `${HEAD}2024-01-02T10:00:00Z,1,-1\n`),
      "trade 0 of 2024-01-02 has the size -1",
    ],
    "mixed zones": [
      () => csv("mixed.csv", `${HEAD}2024-01-02T10:00:00Z,1,1\n2024-01-02T10:00:00,1,1\n`),
      "column time: some times name a zone, others do not: 2024-01-02T10:00:00",
    ],
    "no time at all": [() => csv("never.csv", `${HEAD}yesterday,1,1\n`), /yesterday/],
    disorder: [
      () => {
        csv("late.csv", `${HEAD}2024-01-02T10:00:01Z,1,1\n2024-01-02T10:00:00Z,1,1\n`);
        return new CsvAdapter({ path: at("late.csv"), strict: true });
      },
      "trade 1 of 2024-01-02 is earlier than the one before it (strict)",
    ],
  };
  test.each(Object.entries(ISSUES))("%s", async (_, [make, message]) => {
    await expect(ticksOf(make())).rejects.toThrow(message);
    await expect(ticksOf(make())).rejects.toBeInstanceOf(LitDataError);
    expect(readdirSync(at("cache/litlab/columns")).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test.each([
    [{ path: "s3://bucket/ticks.parquet" }, "expected a path of this machine"],
    [{ path: [] }, "expected a path of this machine"],
    [{ path: "x.parquet", timeZone: "New York" }, "is no IANA time zone"],
    [{ path: "x.parquet", timeUnit: "min" }, 'time unit "min", expected one of s, ms, us, ns'],
  ])("%j", (options, message) => {
    expect(() => new ParquetAdapter(options as { path: string })).toThrow(message);
  });

  test("a file that holds no trade has no dates", async () => {
    const adapter = csv("none.csv", HEAD);
    expect(await adapter.getDates()).toEqual([]);
    await expect(adapter.getBars()).rejects.toThrow("the adapter's source has no trades");
  });
});

describe("the cache of columns", () => {
  const cacheOf = (name: string) => {
    vi.stubEnv("XDG_CACHE_HOME", at(name));
    return at(join(name, "litlab/columns"));
  };
  afterAll(() => vi.stubEnv("XDG_CACHE_HOME", at("cache")));

  test("is made again when the file changes", async () => {
    cacheOf("changing");
    writeFileSync(at("grows.csv"), "time,price,size\n2024-01-02T10:00:00Z,1,1\n");
    expect((await ticksOf(new CsvAdapter({ path: at("grows.csv") }))).price).toEqual([1]);
    appendFileSync(at("grows.csv"), "2024-01-02T10:00:01Z,2,1\n");
    expect((await ticksOf(new CsvAdapter({ path: at("grows.csv") }))).price).toEqual([1, 2]);
  });

  test("that is broken is made again", async () => {
    const cache = cacheOf("broken");
    copyFileSync(at("us.parquet"), at("copy.parquet"));
    const make = () => new ParquetAdapter({ path: at("copy.parquet"), timeZone: ZONE });
    await ticksOf(make());
    const [entry = ""] = readdirSync(cache);
    writeFileSync(join(cache, entry, "index.json"), "{");
    expect(await ticksOf(make())).toEqual(expected);
    writeFileSync(
      join(cache, entry, "columns.arrow"),
      readFileSync(join(cache, entry, "columns.arrow")).subarray(0, 5000),
    );
    expect(await ticksOf(make())).toEqual(expected);
  });

  test("that cannot be written is none", async () => {
    writeFileSync(at("not-a-folder"), "");
    vi.stubEnv("XDG_CACHE_HOME", at("not-a-folder"));
    expect(await ticksOf(new ParquetAdapter({ path: at("us.parquet"), timeZone: ZONE }))).toEqual(expected);
  });

  test("is made by several processes at once, and of one that is killed nothing stays", {
    timeout: 120_000,
  }, async () => {
    const cache = cacheOf("shared");
    const sdk = pathToFileURL(join(ROOT, "sdk/dist/index.js")).href;
    const script = `
      const { ParquetAdapter } = await import(${JSON.stringify(sdk)});
      const adapter = new ParquetAdapter({ path: ${JSON.stringify(at("us.parquet"))}, timeZone: ${JSON.stringify(ZONE)} });
      console.log("ready");
      let trades = 0;
      for (const date of await adapter.getDates()) trades += (await adapter.getDate(date)).length;
      console.log(trades);`;
    const start = () =>
      spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const killed = start();
    await once(killed.stdout, "data");
    setTimeout(() => killed.kill("SIGKILL"), 100);
    await once(killed, "close");
    const outputs = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const child = start();
        let text = "";
        child.stdout.setEncoding("utf8").on("data", (chunk) => {
          text += chunk;
        });
        await once(child, "close");
        return text;
      }),
    );
    expect(outputs).toEqual(Array.from({ length: 3 }, () => `ready\n${expected.time.length}\n`));
    expect(readdirSync(cache).length).toBe(1);
  });
});
