import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runPython } from "../../../test/python.js";
import { LitDataError } from "../errors.js";
import type { BarFrame } from "./bar-frame.js";
import { MemoryAdapter } from "./sources/memory-adapter.js";
import { ParquetAdapter } from "./sources/parquet-adapter.js";
import type { TickFrame } from "./tick-frame.js";
import { SECOND } from "./time-zone.js";

const folder = mkdtempSync(join(tmpdir(), "litlab-frames-"));
const NOON = Date.UTC(2024, 0, 2, 12) * 1000;
const COUNT = 5000;
let ticks: TickFrame;
let bars: BarFrame;

beforeAll(async () => {
  const time = Float64Array.from({ length: COUNT }, (_, i) => NOON + i * SECOND + (i % 3));
  const price = time.map((_, i) => 100 + Math.sin(i) * 3);
  const adapter = new MemoryAdapter({ time, price, size: time.map((_, i) => 1 + (i % 50)) });
  ticks = await adapter.getDate("2024-01-02");
  bars = await adapter.getMinuteBars("2024-01-02");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("rows by number, from both ends", () => {
  expect(ticks.at(0)).toEqual({ time: NOON, price: 100, size: 1 });
  expect(ticks.at(-1)).toEqual(ticks.toRows().at(-1));
  for (const index of [COUNT, -COUNT - 1, 0.5, Number.NaN]) expect(ticks.at(index)).toBeUndefined();
  expect([...bars]).toEqual(bars.toRows());
});

test("slices share memory, filters do not", () => {
  const part = bars.slice(2, -3);
  expect(part.toRows()).toEqual(bars.toRows().slice(2, -3));
  expect([part.unit, part.size, part.timeZone, part.close.buffer]).toEqual(["min", 1, "UTC", bars.close.buffer]);
  const risen = bars.filter(({ open, close }, i) => close > open && i % 2 === 0);
  expect(risen.length).toBeGreaterThan(3);
  expect(risen.toRows()).toEqual(bars.toRows().filter(({ open, close }, i) => close > open && i % 2 === 0));
  expect(ticks.filter(() => false).length).toBe(0);
});

test("Arrow has the frame's own memory", async () => {
  const table = await ticks.slice(10, 20).toArrow();
  expect(table.getChild("price")?.data[0]?.values.buffer).toBe(ticks.price.buffer);
  expect(table.numRows).toBe(10);
});

test("Arquero computes with it", async () => {
  const table = (await bars.toArquero()) as { rollup(values: object): { object(): object } };
  const close = Array.from(bars.close);
  const { mean } = table.rollup({ mean: "d => op.mean(d.close)" }).object() as { mean: number };
  expect(mean).toBeCloseTo(close.reduce((a, b) => a + b) / close.length, 10);
});

const READ = `
import json, sys, polars as pl
path, folder = sys.argv[1:]
table = pl.read_parquet(path) if path.endswith("parquet") else pl.read_csv(path, try_parse_dates=True)
time = [name for name, kind in table.schema.items() if kind.is_temporal()]
table = table.with_columns(pl.col(time).dt.epoch("us"))
print(json.dumps({"time": time, "columns": table.to_dict(as_series=False)}))`;

test.each(["csv", "parquet"] as const)("polars reads the same from %s", { timeout: 60_000 }, async (format) => {
  for (const [frame, time] of [
    [ticks, "time"],
    [bars, "timestamp"],
  ] as const) {
    const path = join(folder, `${time}.${format}`);
    await (format === "csv" ? frame.toCsv(path) : frame.toParquet(path));
    const found = JSON.parse(await runPython(READ, [path, folder]));
    expect(found.time).toEqual([time]);
    const rows = frame.toRows() as unknown as Record<string, number>[];
    const expected = frame.columns.map((name) => [name, rows.map((row) => row[name])]);
    expect(found.columns).toEqual(Object.fromEntries(expected));
  }
});

test("what is written as Parquet is a source again", async () => {
  await ticks.toParquet(join(folder, "again.parquet"));
  const adapter = new ParquetAdapter({ path: join(folder, "again.parquet") });
  expect((await adapter.getDate("2024-01-02")).toRows()).toEqual(ticks.toRows());
});

test("a folder that is a file is named, and nothing stays behind", async () => {
  writeFileSync(join(folder, "file"), "here");
  for (const write of [
    () => ticks.toCsv(join(folder, "file/x.csv")),
    () => ticks.toParquet(join(folder, "file/x.parquet")),
  ])
    await expect(write()).rejects.toThrow(LitDataError);
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("here");
  expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
});
