import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ROOT, runPython } from "../../../../test/python.js";
import { randomOf } from "../../../../test/random.js";
// Built: a worker thread reads HDF5.
import type { BaseAdapter } from "../../../dist/bars/base-adapter.js";
import { ArrowAdapter } from "../../../dist/bars/sources/arrow-adapter.js";
import { CsvAdapter } from "../../../dist/bars/sources/csv-adapter.js";
import { Scanner } from "../../../dist/bars/sources/duckdb.js";
import type { FileOptions } from "../../../dist/bars/sources/file-adapter.js";
import { Hdf5Adapter } from "../../../dist/bars/sources/hdf5-adapter.js";
import { MemoryAdapter } from "../../../dist/bars/sources/memory-adapter.js";
import { ParquetAdapter } from "../../../dist/bars/sources/parquet-adapter.js";
import { LitDataError } from "../../../dist/errors.js";

const ZONE = "America/New_York";
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const folder = mkdtempSync(join(tmpdir(), "litlab-tables-"));
const at = (name: string) => join(folder, name);
type TickLists = Readonly<Record<"time" | "price" | "size", number[]>>;
let expected: TickLists;
type BarLists = Readonly<Record<"time" | "open" | "high" | "low" | "close" | "volume" | "tradeCount", number[]>>;
let bars: BarLists;

beforeAll(async () => {
  vi.stubEnv("XDG_CACHE_HOME", at("cache"));
  console.log(`tables of SEED=${SEED}`);
  const request = JSON.stringify({ folder, seed: SEED, timeZone: ZONE });
  const made = JSON.parse(await runPython("sdk/src/bars/sources/tables.oracle.py", [], request));
  ({ bars } = made);
  expected = { time: made.time, price: made.price, size: made.size };
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The trades in the files of fixtures/. */
const FIXTURE = {
  time: Array.from({ length: 20 }, (_, i) => Date.UTC(2024, 2, 8, 14, 30) * 1000 + 123_456 + i * 420_000_000),
  price: Array.from({ length: 20 }, (_, i) => 100 + i / 4),
  size: Array.from({ length: 20 }, (_, i) => i + 1),
};

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
  Arrow: () => new ArrowAdapter({ path: at("us.arrow"), timeZone: ZONE }),
  "Arrow, float64": () => new ArrowAdapter({ path: at("doubles.arrow"), timeZone: ZONE }),
  "Arrow, LZ4, nanoseconds": () => new ArrowAdapter({ path: at("lz4.arrow"), timeZone: ZONE }),
  "Arrow, a stream, instants": () => new ArrowAdapter({ path: at("zone.arrows"), timeZone: ZONE, sourceZone: ZONE }),
  "Arrow, whole numbers beyond 2^53": () =>
    new ArrowAdapter({ path: at("integers.arrow"), timeZone: ZONE, timeUnit: "ns" }),
  "Arrow, one of two symbols, nulls": () =>
    new ArrowAdapter({ path: at("symbols.arrow"), timeZone: ZONE, where: { symbol: "SPY" } }),
  "Arrow, texts with offsets, decimals": () => new ArrowAdapter({ path: at("offset.arrow"), timeZone: ZONE }),
  "Arrow, texts, long decimals, numbers of 16 bits": () =>
    new ArrowAdapter({ path: at("texts.arrow"), timeZone: ZONE }),
  "Arrow, a dictionary of texts": () => new ArrowAdapter({ path: at("dictionary.arrow"), timeZone: ZONE }),
  "Arrow, decimals as times": () => new ArrowAdapter({ path: at("seconds.arrow"), timeZone: ZONE, timeUnit: "s" }),
  "Arrow, hive partitions": () =>
    new ArrowAdapter({ path: at("halves/**/*.arrow"), timeZone: ZONE, where: { symbol: "SPY" } }),
  "Arrow, a glob": () => new ArrowAdapter({ path: at("part-*.arrow"), timeZone: ZONE, where: { symbol: "SPY" } }),
  "HDF5, datasets": () => new Hdf5Adapter({ path: at("plain.h5"), timeZone: ZONE, dataset: "/trades", timeUnit: "ns" }),
  "HDF5, gzip, big endian": () => new Hdf5Adapter({ path: at("gzip.h5"), timeZone: ZONE, timeUnit: "us" }),
  "HDF5, LZF": () => new Hdf5Adapter({ path: at("lzf.h5"), timeZone: ZONE, timeUnit: "us" }),
  "HDF5, rows and columns": () =>
    new Hdf5Adapter({ path: at("matrix.h5"), timeZone: ZONE, dataset: "ticks", timeUnit: "s" }),
  "HDF5, rows and columns without names": () =>
    new Hdf5Adapter({
      path: at("matrix.h5"),
      timeZone: ZONE,
      dataset: "bare",
      timeUnit: "s",
      columns: { time: "column1", price: "column2", size: "column0" },
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
      new ArrowAdapter({ ...options, path: at("wall.arrow") }),
      new ArrowAdapter({ ...options, path: at("format.arrow"), timeFormat: "%d.%m.%Y %H:%M:%S.%f" }),
    ];
    for (const adapter of adapters) expect(await ticksOf(adapter)).toEqual(expected);
  });

  test.each<[string, () => Readonly<Record<string, string | number>>]>([
    ["one folder", () => ({ symbol: "QQQ" })],
    ["all of a number", () => ({ half: 1 })],
    ["two folders", () => ({ half: "01", symbol: "SPY" })],
    ["a folder and a column", () => ({ half: 0, size: expected.size[0] as number })],
    ["no folder", () => ({ symbol: "IBM" })],
  ])("folders are columns of Arrow as they are of Parquet: %s", { timeout: 60_000 }, async (_, asked) => {
    const where = asked();
    const [parquet, arrow] = await Promise.all([
      ticksOf(new ParquetAdapter({ path: at("halves/**/*.parquet"), timeZone: ZONE, where })),
      ticksOf(new ArrowAdapter({ path: at("halves/**/*.arrow"), timeZone: ZONE, where })),
    ]);
    expect(arrow).toEqual(parquet);
    expect(arrow.time.length > 0).toBe(where.symbol !== "IBM");
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

test("a compound type of HDF5, prices of 32 bits", async () => {
  const adapter = new Hdf5Adapter({ path: at("compound.h5"), timeZone: ZONE, timeUnit: "us" });
  expect(await ticksOf(adapter)).toEqual({ ...expected, price: expected.price.map(Math.fround) });
});

describe("frames that pandas wrote", () => {
  const FRAMES: Readonly<Record<string, Partial<FileOptions> & { readonly dataset?: string }>> = {
    "fixed.h5": {},
    "fixed-zone.h5": { sourceZone: ZONE },
    "fixed-column.h5": { columns: { time: "time" } },
    "table.h5": { columns: { time: "index" } },
    "table-columns.h5": { dataset: "a/trades" },
    "table-blosc.h5": {},
  };
  const CODECS = ["blosc_lz4", "blosc_lz4hc", "blosc_zlib", "blosc_zstd", "bzip2"];
  test.each([...Object.entries(FRAMES), ...CODECS.map((dataset) => ["table-codecs.h5", { dataset }] as const)])(
    "%s %j",
    async (name, options) => {
      const path = join(import.meta.dirname, "fixtures", name);
      const ticks = await ticksOf(new Hdf5Adapter({ path, ...options }));
      const rows = Array.from({ length: 20 }, (_, i) => i);
      const begin = Date.UTC(2024, 2, 8, 14, 30) * 1000 + 123_456;
      expect(ticks).toEqual({
        time: rows.map((i) => begin + i * 420_000_000),
        price: rows.map((i) => 100 + i / 4),
        size: rows.map((i) => i + 1),
      });
    },
  );
});

test("what pyarrow wrote: decimals of every width, texts, a dictionary, numbers of 16 bits", async () => {
  const path = join(import.meta.dirname, "fixtures/types.arrow");
  for (const time of ["utf8", "large_utf8", "utf8_view", "dictionary"])
    for (const price of ["decimal32", "decimal64", "decimal128", "decimal256", "halffloat"]) {
      const ticks = await ticksOf(new ArrowAdapter({ path, columns: { time, price } }));
      expect(ticks).toEqual(FIXTURE);
    }
});

describe("bars of 15 minutes are what polars wrote", () => {
  const range = async (adapter: BaseAdapter) => {
    const dates = await adapter.getDates();
    return [dates[0] as string, dates.at(-1) as string] as const;
  };
  const listsOf = async (adapter: BaseAdapter): Promise<object> => {
    const { timestamp, open, high, low, close, volSum, tradeCount } = await adapter.getBarDaterange(
      await range(adapter),
      "min",
      15,
      true,
    );
    const columns = { time: timestamp as Float64Array, open, high, low, close, volume: volSum, tradeCount };
    return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, [...column]]));
  };
  const options = { timeZone: ZONE, bars: { unit: "min", size: 15, stamp: "end" } } as const;
  const BARS: Readonly<Record<string, () => BaseAdapter>> = {
    "Parquet, starts": () =>
      new ParquetAdapter({ timeZone: ZONE, path: at("starts.parquet"), bars: { unit: "min", size: 15 } }),
    "Parquet, ends": () => new ParquetAdapter({ ...options, path: at("ends.parquet") }),
    "CSV, ends": () => new CsvAdapter({ ...options, path: at("ends.csv") }),
    "Arrow, ends": () => new ArrowAdapter({ ...options, path: at("ends.arrow"), columns: { open: "o" } }),
    "HDF5, ends": () => new Hdf5Adapter({ ...options, path: at("ends.h5"), timeUnit: "us" }),
  };
  test.each(Object.entries(BARS))("%s", async (_, make) => {
    expect(await listsOf(make())).toEqual(bars);
    expect(await listsOf(make())).toEqual(bars);
  });

  test("hours are those of the trades", async () => {
    const ticks = new MemoryAdapter({ ...expected, timeZone: ZONE });
    const adapter = new ParquetAdapter({ ...options, path: at("ends.parquet") });
    const hours = async (source: BaseAdapter) =>
      (await source.getBarDaterange(await range(ticks), "hour", 1)).toRows().map(({ volMax: _, ...row }) => row);
    expect(await hours(adapter)).toEqual(await hours(ticks));
  });

  test("days by their dates, and by the midnights after them", async () => {
    const ticks = new MemoryAdapter({ ...expected, timeZone: ZONE });
    const days = async (source: BaseAdapter) =>
      (await source.getBarDaterange(await range(ticks), "day")).toRows().map(({ volMax: _, ...row }) => row);
    const wall = { timeZone: ZONE, sourceZone: ZONE } as const;
    const starts = new CsvAdapter({ ...wall, path: at("days.csv"), bars: { unit: "day", size: 1 } });
    expect(await days(starts)).toEqual(await days(ticks));
    const [head = "", ...lines] = readFileSync(at("days.csv"), "utf8").trim().split("\n");
    const next = (date: string) => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
    writeFileSync(
      at("day-ends.csv"),
      [head, ...lines.map((line) => next(line.slice(0, 10)) + line.slice(10))].join("\n"),
    );
    const ends = new CsvAdapter({
      ...wall,
      path: at("day-ends.csv"),
      bars: { unit: "day", size: 1, stamp: "end" },
    });
    expect(await days(ends)).toEqual(await days(ticks));
  });

  test("volumes and counts that the source lacks are not known", async () => {
    const adapter = new ParquetAdapter({
      timeZone: ZONE,
      path: at("prices.parquet"),
      bars: { unit: "min", size: 15 },
    });
    const frame = await adapter.getBarDaterange(await range(adapter), "min", 15, true);
    expect([...frame.close]).toEqual(bars.close);
    expect([...frame.volSum, ...frame.tradeCount].every(Number.isNaN)).toBe(true);
  });

  test("a bar that a date's end cuts, stamped with its end, begins on the grid", async () => {
    writeFileSync(
      at("cut.csv"),
      "time,open,high,low,close\n2024-01-02T23:00:00Z,1,1,1,1\n2024-01-03T00:00:00Z,2,2,2,2\n",
    );
    const adapter = new CsvAdapter({ path: at("cut.csv"), bars: { unit: "hour", size: 23, stamp: "end" } });
    expect(await adapter.getDates()).toEqual(["2024-01-02"]);
    expect(await adapter.getCounts("2024-01-02")).toMatchObject({ trades: 2, disorder: 0, duplicates: 0 });
  });

  test.each([
    [
      { columns: { price: "close" } },
      'columns names "price", expected time, open, high, low, close, volume, tradeCount',
    ],
    [{ columns: { high: "top" } }, 'no column "top", found open, high, low, close, volume, tradeCount, time'],
    [{ columns: { volume: "shares" } }, 'no column "shares"'],
    [{ bars: { unit: "week", size: 1 } }, "week"],
    [{ bars: { unit: "min", size: 0 } }, "size"],
    [{ bars: undefined, columns: { open: "open" } }, "bars say what they are with the option bars"],
  ])("%j is refused", async (wrong, message) => {
    const make = async () => new ParquetAdapter({ ...options, path: at("ends.parquet"), ...(wrong as object) });
    await expect(make().then((adapter) => adapter.getDates())).rejects.toThrow(message);
  });
});

/** Writes the rows of a query as Parquet. */
async function parquet(name: string, query: string): Promise<string> {
  const scanner = await Scanner.open(name);
  await scanner.rows(`COPY (${query}) TO '${at(name)}' (FORMAT parquet)`);
  scanner.close();
  return at(name);
}

describe("times that are numbers are cut below a µs", () => {
  const { units, seeded } = { units: { s: 6, ms: 3, us: 0, ns: -3 } as const, seeded: randomOf(SEED) };
  const places = [0, 1, 3, 6, 9];
  const texts = Array.from({ length: 400 }, (_, i) => {
    const digits = Array.from({ length: 19 }, () => Math.floor(10 * seeded())).join("");
    const fraction = places[i % places.length] as number;
    return {
      sign: i % 4 === 3 ? "-" : "",
      whole: digits.slice(0, 1 + (i % 9)),
      fraction: digits.slice(19 - fraction),
    };
  });

  test.each(Object.entries(units))("texts of %s", async (unit, digits) => {
    const timeUnit = unit as keyof typeof units;
    // By whole numbers of 10^-9 of the unit.
    const nanos = ({ sign, whole, fraction }: (typeof texts)[number]) =>
      BigInt(`${sign}${whole}${fraction.padEnd(9, "0")}`);
    const floored = (value: bigint, by: bigint) => (value - (((value % by) + by) % by)) / by;
    const rows = texts.map((text) => ({ text, time: Number(floored(nanos(text), 10n ** BigInt(9 - digits))) }));
    const body = rows.map(
      ({ text: { sign, whole, fraction } }) => `${sign}${whole}${fraction && `.${fraction}`},1,1\n`,
    );
    writeFileSync(at(`${unit}.csv`), `time,price,size\n${body.join("")}`);
    const { time } = await ticksOf(new CsvAdapter({ path: at(`${unit}.csv`), timeUnit }));
    expect(time, `SEED=${SEED}`).toEqual(rows.map((row) => row.time).sort((a, b) => a - b));
  });

  test.each(["BIGINT", "UBIGINT", "DECIMAL(20, 1)"])("Parquet's %s of ns", async (type) => {
    const least = type === "UBIGINT" ? 0n : -1_704_189_604_000_000_999n;
    const values = Array.from({ length: 200 }, (_, i) => least + BigInt(i) * 18_014_398_509_481_985n);
    const list = values.map((value) => `(${value}::${type}, 1.0, 1.0)`).join(", ");
    const path = await parquet(`ns-${type}.parquet`, `SELECT * FROM (VALUES ${list}) t(time, price, size)`);
    const { time } = await ticksOf(new ParquetAdapter({ path, timeUnit: "ns" }));
    expect(time).toEqual(values.map((value) => Number((value - (((value % 1000n) + 1000n) % 1000n)) / 1000n)));
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
    "a folder": [
      () => new ParquetAdapter({ path: folder }),
      `${folder} is a folder, expected a file, or a glob such as`,
    ],
    "whole numbers as times of a CSV": [
      () => csv("numbers.csv", `${HEAD}1704189600000000,1,1\n`),
      'numbers.csv: column "time" holds numbers, expected a timeUnit for them, one of s, ms, us, ns',
    ],
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
    "an Arrow file cut short": [
      () => {
        writeFileSync(at("cut.arrow"), readFileSync(at("us.arrow")).subarray(0, 9000));
        return new ArrowAdapter({ path: at("cut.arrow") });
      },
      /cut\.arrow: not a readable Arrow IPC file, or cut off/,
    ],
    "no Arrow file": [() => new ArrowAdapter({ path: at("us.parquet") }), /us\.parquet: not a readable Arrow IPC file/],
    "an empty Arrow file": [
      () => {
        writeFileSync(at("empty.arrow"), "");
        return new ArrowAdapter({ path: at("empty.arrow") });
      },
      /empty\.arrow: not a readable Arrow IPC file/,
    ],
    "no such column of Arrow": [
      () => new ArrowAdapter({ path: at("us.arrow"), columns: { price: "last" } }),
      'no column "last", found time, price, size, symbol',
    ],
    "a condition on no such column of Arrow": [
      () => new ArrowAdapter({ path: at("us.arrow"), where: { ticker: "SPY" } }),
      'no column "ticker", found time, price, size, symbol',
    ],
    "whole numbers as times of Arrow": [
      () => new ArrowAdapter({ path: at("integers.arrow") }),
      'column "time" is Int64, expected a timeUnit for it, one of s, ms, us, ns',
    ],
    "text as prices of Arrow": [
      () => new ArrowAdapter({ path: at("us.arrow"), columns: { price: "symbol" } }),
      /column "symbol" is \w*Utf8\w*, expected numbers/,
    ],
    "text that is no time in Arrow": [
      () => new ArrowAdapter({ path: at("symbols.arrow"), columns: { time: "symbol" } }),
      /symbols\.arrow: .*(SPY|QQQ)/,
    ],
    "mixed zones in Arrow, batch by batch": [
      () => new ArrowAdapter({ path: at("mixed.arrow") }),
      "column time: some times name a zone, others do not: 2024-01-02T10:00:00",
    ],
    "no time in Arrow": [() => new ArrowAdapter({ path: at("timeless.arrow") }), "trade 0 has the time NaN"],
    "decimals as times of Arrow": [
      () => new ArrowAdapter({ path: at("seconds.arrow") }),
      /column "time" is Decimal\S*, expected a timeUnit for it/,
    ],
    "a condition on no folder of Arrow": [
      () => new ArrowAdapter({ path: at("halves/**/*.arrow"), where: { ticker: "SPY" } }),
      'no column "ticker", found time, price, size, symbol, half',
    ],
    "no price in Arrow": [
      () => new ArrowAdapter({ path: at("symbols.arrow"), where: { symbol: "QQQ" } }),
      /trade 0 of .* has the price NaN/,
    ],
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

  test("Zstandard is read where Node has it", async () => {
    const ticks = ticksOf(new ArrowAdapter({ path: at("zstd.arrow"), timeZone: ZONE }));
    if ("zstdDecompressSync" in zlib) expect(await ticks).toEqual(expected);
    else await expect(ticks).rejects.toThrow(/zstd\.arrow: .*which Node .* does not read: write it with LZ4/);
  });

  test.each(["us.arrow", "lz4.arrow", "zone.arrows"])(
    "%s, cut off or overwritten, ends in an error or in trades",
    {
      timeout: 120_000,
    },
    async (name) => {
      const bytes = readFileSync(at(name));
      for (let k = 0; k < 60; k++) {
        const changed = Buffer.from(k % 3 === 0 ? bytes.subarray(0, (bytes.length * k) / 60) : bytes);
        // The metadata are at the beginning and at the end.
        for (let i = 0; i < 4 && k % 3 !== 0; i++) {
          const place = (k * 137 + i * 31) % 2000;
          changed[k % 3 === 1 ? place : bytes.length - 1 - place] = (k * 57 + i) % 256;
        }
        writeFileSync(at("changed.arrow"), changed);
        await ticksOf(new ArrowAdapter({ path: at("changed.arrow") })).catch((error) =>
          expect(error).toBeInstanceOf(LitDataError),
        );
      }
    },
  );

  test.each([
    [{ path: "s3://bucket/ticks.parquet" }, "expected a path of this machine"],
    [{ path: [] }, "expected a path of this machine"],
    [{}, "undefined, expected a path of this machine"],
    [{ path: ["x.parquet", undefined] }, "expected a path of this machine"],
    [{ path: "x.parquet", timeZone: "New York" }, "is no IANA time zone"],
    [{ path: "x.parquet", timeUnit: "min" }, 'time unit "min", expected one of s, ms, us, ns'],
  ])("%j", (options, message) => {
    expect(() => new ParquetAdapter(options as { path: string })).toThrow(message);
  });

  test("one of several files that differs, or is not there", async () => {
    const [zoned, bare, less] = await Promise.all([
      parquet("a-zoned.parquet", "SELECT TIMESTAMPTZ '2024-01-02 10:00:00Z' AS time, 1.0 AS price, 1.0 AS size"),
      parquet("b-bare.parquet", "SELECT TIMESTAMP '2024-01-02 10:00:00' AS time, 1.0 AS price, 1.0 AS size"),
      parquet("c-less.parquet", "SELECT TIMESTAMPTZ '2024-01-02 10:00:00Z' AS time, 1.0 AS price"),
    ]);
    const datesOf = (...path: string[]) => new ParquetAdapter({ path }).getDates();
    expect(await datesOf(zoned)).toEqual(await datesOf(bare));
    await expect(datesOf(zoned, bare)).rejects.toThrow(/TIMESTAMP in .*b-bare\.parquet, and TIMESTAMP WITH TIME ZONE/);
    await expect(datesOf(zoned, less)).rejects.toThrow(/c-less\.parquet: no column "size", found time, price/);
    await expect(datesOf(zoned, at("none.parquet"))).rejects.toThrow(`no such file: ${at("none.parquet")}`);
    await expect(datesOf(zoned, at("none*.parquet"))).rejects.toThrow(`no such file: ${at("none*.parquet")}`);
  });

  test.each([undefined, ","])("a first line of fewer columns, without a header, delimiter %j", async (delimiter) => {
    const line = (i: number) => `2024-01-02T10:00:${String(i).padStart(2, "0")}Z,1,1${i === 0 ? "" : ",X"}\n`;
    writeFileSync(at("first.csv"), Array.from({ length: 50 }, (_, i) => line(i)).join(""));
    const columns = { time: "column0", price: "column1", size: "column2" };
    const adapter = new CsvAdapter({ path: at("first.csv"), header: false, columns, ...(delimiter && { delimiter }) });
    await expect(adapter.getDates()).rejects.toThrow(LitDataError);
  });

  test("lines of different numbers of columns, and another encoding", async () => {
    const row = "2024-01-02T10:00:00Z,1,1\n";
    const short = csv("short.csv", `${HEAD}${row.repeat(50)}2024-01-02T10:00:00Z,1\n`);
    await expect(short.getDates()).rejects.toThrow(/"time,price,size" as one column: say what separates values/);
    writeFileSync(at("latin.csv"), Buffer.from(`${HEAD.trim()},name\n2024-01-02T10:00:00Z,1,1,caf\u00e9\n`, "latin1"));
    await expect(new CsvAdapter({ path: at("latin.csv") }).getDates()).rejects.toThrow(/not utf-8 encoded/);
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
    for (const dates of [undefined, [null], [{ date: "2024-01-02", batches: [[0, 1e9]] }]]) {
      const index = JSON.parse(readFileSync(join(cache, entry, "index.json"), "utf8"));
      writeFileSync(join(cache, entry, "index.json"), JSON.stringify({ ...index, dates }));
      expect(await ticksOf(make())).toEqual(expected);
    }
    writeFileSync(
      join(cache, entry, "columns.arrow"),
      readFileSync(join(cache, entry, "columns.arrow")).subarray(0, 5000),
    );
    expect(await ticksOf(make())).toEqual(expected);
  });

  test("that nobody has opened for a month goes when another comes", async () => {
    const cache = cacheOf("unused");
    const entries: string[] = [];
    const load = async (name: string) => {
      writeFileSync(at(name), "time,price,size\n2024-01-02T10:00:00Z,1,1\n");
      await ticksOf(new CsvAdapter({ path: at(name) }));
      return readdirSync(cache).find((entry) => entry.length === 64 && !entries.includes(entry)) as string;
    };
    for (const name of ["used.csv", "unused.csv"]) entries.push(await load(name));
    const [used, unused] = entries as [string, string];
    mkdirSync(join(cache, "not-ours"));
    const before = Date.now() / 1000 - 31 * 24 * 3600;
    for (const entry of readdirSync(cache)) utimesSync(join(cache, entry), before, before);
    await ticksOf(new CsvAdapter({ path: at("used.csv") }));
    const fresh = await load("fresh.csv");
    expect(readdirSync(cache).sort()).toEqual([used, fresh, "not-ours"].sort());
    expect(fresh).not.toBe(unused);
  });

  /** `count` trades, one a ms. */
  const manyTrades = (count: number) =>
    Array.from({ length: count }, (_, i) => `${Date.UTC(2024, 0, 2) * 1000 + i * 1000},100,1`);

  test("holds nothing of a source that is broken late, which is an error", { timeout: 120_000 }, async () => {
    const cache = cacheOf("late");
    const count = 1_500_000;
    const trades = manyTrades(count);
    const write = (lines: readonly string[]) =>
      writeFileSync(at("large.csv"), `time,price,size\n${lines.join("\n")}\n`);
    const load = () => new CsvAdapter({ path: at("large.csv"), timeUnit: "us" }).getDates();
    const last = trades[count - 10] as string;
    for (const [line, message] of [
      [last.replace("100", "oops"), /large\.csv: .*'oops'.* column price/],
      [last.replace(",1", ""), /large\.csv: .*Expected Number of Columns: 3 Found: 2/],
    ] as const) {
      write(trades.with(count - 10, line));
      await expect(load()).rejects.toThrow(LitDataError);
      await expect(load()).rejects.toThrow(message);
    }
    write(trades);
    expect(await load()).toEqual(["2024-01-02"]);

    const scanner = await Scanner.open("large.parquet");
    const column = (value: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => value(i));
    const random = randomOf(SEED);
    const columns = { time: column((i) => i * 1000), price: column(random), size: column(() => 1) };
    await scanner.writeParquet(at("large.parquet"), columns, "time");
    scanner.close();
    const bytes = readFileSync(at("large.parquet"));
    const { length } = bytes;
    writeFileSync(at("large.parquet"), bytes.fill(255, Math.floor(length * 0.9), Math.floor(length * 0.93)));
    await expect(new ParquetAdapter({ path: at("large.parquet") }).getDates()).rejects.toThrow(/large\.parquet: ./);
    expect(readdirSync(cache)).toHaveLength(1); // the CSV that is whole
  });

  test("that has no room is none", { timeout: 60_000 }, async () => {
    const cache = cacheOf("full");
    writeFileSync(at("room.csv"), `time,price,size\n${manyTrades(50_000).join("\n")}\n`);
    const script = `
      import { CsvAdapter } from ${JSON.stringify(pathToFileURL(join(ROOT, "sdk/dist/index.js")).href)};
      const adapter = new CsvAdapter({ path: ${JSON.stringify(at("room.csv"))}, timeUnit: "us" });
      console.log((await adapter.getDate("2024-01-02")).length);`;
    // No file may be larger than 200 KB.
    const limited = 'trap "" XFSZ; ulimit -f 200; exec "$0" --input-type=module -e "$1"';
    const child = spawn("bash", ["-c", limited, process.execPath, script], { stdio: ["ignore", "pipe", "inherit"] });
    expect(await text(child.stdout)).toBe("50000\n");
    expect(readdirSync(cache)).toEqual([]);
  });

  test("that cannot be written is none", async () => {
    writeFileSync(at("not-a-folder"), "");
    vi.stubEnv("XDG_CACHE_HOME", at("not-a-folder"));
    expect(await ticksOf(new ParquetAdapter({ path: at("us.parquet"), timeZone: ZONE }))).toEqual(expected);
  });

  /** A process that reads a source by an adapter that `wrap` may change, and prints what it found. */
  function start(name: string, path: string, options: object, wrap = "") {
    const module = (file: string) => JSON.stringify(pathToFileURL(join(ROOT, "sdk/dist", file)).href);
    const script = `
      import * as sdk from ${module("index.js")};
      let Adapter = sdk.${name};
      ${wrap}
      const adapter = new Adapter(${JSON.stringify({ path, timeZone: ZONE, ...options })});
      const dates = await adapter.getDates();
      const rows = "bars" in ${JSON.stringify(options)}
        ? (await adapter.getBarDaterange([dates[0], dates.at(-1)], "min", 15, true)).toRows()
        : (await Promise.all(dates.map((date) => adapter.getDate(date)))).flatMap((frame) => frame.toRows());
      console.log(JSON.stringify(rows));`;
    return spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  }
  const outputOf = async (child: ReturnType<typeof start>) => JSON.parse(await text(child.stdout));
  const rowsOf = (columns: Readonly<Record<string, number[]>>) =>
    Object.values(columns)[0]?.map((_, i) => Object.values(columns).map((column) => column[i]));
  const tickRows = (rows: readonly Record<string, number>[]) =>
    rows.map(({ time, price, size }) => [time, price, size]);
  const barRows = (rows: readonly Record<string, number>[]) =>
    rows.map(({ timestamp, open, high, low, close, volSum, tradeCount }) => [
      timestamp,
      open,
      high,
      low,
      close,
      volSum,
      tradeCount,
    ]);
  const ENDS = { bars: { unit: "min", size: 15, stamp: "end" } };
  const SHARED = {
    "trades of Parquet": ["ParquetAdapter", "us.parquet", {}],
    "trades of texts of Arrow": ["ArrowAdapter", "dictionary.arrow", {}],
    "bars of Parquet": ["ParquetAdapter", "ends.parquet", ENDS],
    "bars of HDF5": ["Hdf5Adapter", "ends.h5", { ...ENDS, timeUnit: "us" }],
  } as const;
  const found = (options: object, rows: readonly Record<string, number>[]) =>
    "bars" in options ? barRows(rows) : tickRows(rows);
  const wanted = (options: object) => rowsOf("bars" in options ? bars : expected);

  test.each(Object.entries(SHARED))(
    "is made once by four processes at once: %s",
    {
      timeout: 120_000,
    },
    async (kind, [name, file, options]) => {
      const cache = cacheOf(`shared ${kind}`);
      const outputs = await Promise.all(Array.from({ length: 4 }, () => outputOf(start(name, at(file), options))));
      for (const rows of outputs) expect(found(options, rows)).toEqual(wanted(options));
      expect(readdirSync(cache)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
      expect(readdirSync(join(cache, readdirSync(cache)[0] as string)).sort()).toEqual(["columns.arrow", "index.json"]);
    },
  );

  test.each(Object.entries(SHARED))(
    "of a process that is killed while it fills it nothing stays: %s",
    {
      timeout: 120_000,
    },
    async (kind, [name, file, options]) => {
      const cache = cacheOf(`killed ${kind}`);
      // It stands still when its first rows are on their way into the cache.
      const killed = start(
        name,
        at(file),
        options,
        `Adapter = { ${name}: class ${name} extends Adapter {
        async *scan(...source) {
          for await (const block of super.scan(...source)) {
            yield block;
            console.log("filling");
            await new Promise((resolve) => setTimeout(resolve, 1e9));
          }
        }
      } }.${name};`,
      );
      await once(killed.stdout, "data");
      const inside = () => readdirSync(cache, { recursive: true }).map((entry) => statSync(join(cache, String(entry))));
      await expect.poll(() => inside().some((entry) => entry.isFile() && entry.size > 0)).toBe(true);
      killed.kill("SIGKILL");
      await once(killed, "close");
      expect(readdirSync(cache)).toEqual([expect.stringMatching(/^\./)]);
      expect(found(options, await outputOf(start(name, at(file), options)))).toEqual(wanted(options));
      expect(readdirSync(cache)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    },
  );
});
