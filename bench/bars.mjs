/**
 * Bars of simulated trades of 60 days and 3 symbols, against polars, pandas, DuckDB, a single pass of numba, and our own pass
 * without WebAssembly SIMD; bars at random trades, against pandas; Parquet to columns, against polars; bars of a tenth, all
 * and five times as many trades in a file a date, against polars. TRADES says how many there are (default 20,000,000).
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BAR_COLUMNS, BaseAdapter, MemoryAdapter, ParquetAdapter } from "@litlab/sdk";
import { bench, installPeers, startPeer, timed } from "./harness.mjs";
import { plainBars } from "./peers/bars-plain.mjs";

const TRADES = Number(process.env.TRADES ?? 20_000_000);
const DAYS = 60;
const SHARES = { AAA: 0.6, BBB: 0.25, CCC: 0.15 };
const ENGINES = ["polars", "pandas", "duckdb", "numba"];
const CASES = [
  ["sec", 1],
  ["min", 1],
  ["hour", 1],
  ["day", 1],
  ["tick", 1000],
];
/** Samples of a step of training. */
const BATCH = 256;

/** Trades of one symbol: a random walk within each day's six and a half hours. */
function simulate(count, seed) {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const [time, price, size] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  let cents = 10_000;
  for (let day = 0, i = 0; day < DAYS; day++) {
    const end = Math.floor((count * (day + 1)) / DAYS);
    const open = Date.UTC(2024, 0, 2 + day, 14, 30) * 1000;
    const step = 23_400e6 / (end - i);
    for (let k = 0; i < end; i++, k++) {
      time[i] = open + Math.floor((k + random()) * step);
      cents = Math.max(100, cents + Math.floor(3 * random()) - 1);
      price[i] = cents / 100;
      size[i] = Math.ceil(500 * random() ** 3);
    }
  }
  return { time, price, size };
}

/** Trades in a file a date: times, prices, sizes. */
class DateFiles extends BaseAdapter {
  constructor(path) {
    super({ timeZone: "UTC" });
    this.path = path;
  }

  async listDates() {
    return readdirSync(this.path).sort();
  }

  async loadDate(date) {
    const where = join(this.path, date);
    const bytes = await readFile(where);
    const [time, price, size] = [0, 1, 2].map(
      (k) => new Float64Array(bytes.buffer, bytes.byteOffset + (k * bytes.byteLength) / 3, bytes.byteLength / 24),
    );
    return { ticks: { time, price, size }, where };
  }
}

function writeDates(path, count) {
  mkdirSync(path);
  const { time, price, size } = simulate(count, 5);
  for (let day = 0, begin = 0; day < DAYS; day++) {
    const end = Math.floor((count * (day + 1)) / DAYS);
    const date = new Date(Date.UTC(2024, 0, 2 + day)).toISOString().slice(0, 10);
    writeFileSync(
      join(path, date),
      Buffer.concat([time, price, size].map((c) => Buffer.from(c.slice(begin, end).buffer))),
    );
    begin = end;
  }
}

/** The bars of a symbol as a peer in Python wrote them, one column after the other. */
function written(name) {
  const bytes = readFileSync(join(folder, `${name}.values`));
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
}

/** An engine's bars of a symbol, compared with ours. */
function compare(engine, name, values, frame, title) {
  const { length } = frame;
  if (values.length !== length * BAR_COLUMNS.length)
    throw new Error(`${engine} gives ${values.length / BAR_COLUMNS.length} bars of ${title}, we ${length}`);
  for (const [c, column] of BAR_COLUMNS.entries())
    for (let k = 0; k < length; k++) {
      const [ours, theirs] = [frame[column][k], values[c * length + k]];
      if (!(Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs)))
        throw new Error(`${engine}: ${column}[${k}] of ${name}, ${title} is ${theirs}, ours ${ours}`);
    }
}

const folder = mkdtempSync(join(tmpdir(), "litlab-bench-"));
const python = await installPeers("bars", "polars, pandas, DuckDB and numba (about 200 MB)");
const symbols = Object.entries(SHARES).map(([name, share], i) => {
  const ticks = simulate(Math.round(TRADES * share), 7 * i + 1);
  for (const column of ["time", "price", "size"]) writeFileSync(join(folder, `${name}.${column}`), ticks[column]);
  return { name, ticks, adapter: new MemoryAdapter(ticks), plain: plainBars(ticks) };
});
const { ask, end } = startPeer(python, ["bench/peers/bars.py", folder]);
const peakMb = () => process.resourceUsage().maxRSS / 1024;
const measured = async (calls, run) => {
  const { cpuMs, wallMs } = await timed(run);
  return { cpuMs: cpuMs / calls, wallMs: wallMs / calls, peakMb: peakMb() };
};

try {
  const dates = await symbols[0].adapter.getDates();
  const range = [dates[0], dates.at(-1)];
  const [{ adapter, ticks }] = symbols;
  const count = ticks.time.length;
  // First: what the other cases leave in memory takes time here.
  await ask("parquet");
  const cache = mkdtempSync(join(folder, "cache-"));
  const load = async () => {
    const parquet = new ParquetAdapter({ path: join(folder, "AAA.parquet") });
    let trades = 0;
    for await (const frame of parquet.stream(range)) trades += frame.length;
    if (trades !== count) throw new Error(`Parquet gives ${trades} trades, expected ${count}`);
  };
  const within = (path) =>
    measured(1, () => {
      process.env.XDG_CACHE_HOME = path;
      return load();
    });
  await within(cache);
  await bench(
    "bars-parquet",
    {
      [`${count} trades from Parquet`]: {
        "lit lab, first time": async () => {
          const fresh = join(folder, "fresh");
          const result = await within(fresh);
          rmSync(fresh, { recursive: true });
          return result;
        },
        "lit lab, again": () => within(cache),
        polars: () => ask("read"),
      },
    },
    { runs: 7, warmUp: 1 },
  );

  const bars = async (unit, size) => {
    const frames = [];
    for (const { adapter } of symbols) frames.push(await adapter.getBarDaterange(range, unit, size));
    return frames;
  };
  const cases = {};
  for (const [unit, size] of CASES) {
    const frames = await bars(unit, size);
    for (const engine of ENGINES) {
      await ask(`${engine} ${unit} ${size} values`);
      for (const [i, { name }] of symbols.entries()) compare(engine, name, written(name), frames[i], `${size} ${unit}`);
    }
    for (const [i, { name, plain }] of symbols.entries()) {
      const columns = plain(unit, size);
      const values = new Float64Array(columns.length * BAR_COLUMNS.length);
      for (const [c, column] of BAR_COLUMNS.entries()) values.set(columns[column], c * columns.length);
      compare("plain JavaScript", name, values, frames[i], `${size} ${unit}`);
    }
    console.error(
      `  ${size} ${unit}: ${frames.reduce((sum, { length }) => sum + length, 0)} bars, equal in every column`,
    );
    cases[`bars of ${size} ${unit}`] = {
      "lit lab": () => measured(1, () => bars(unit, size)),
      "plain JavaScript": () => measured(1, () => symbols.map(({ plain }) => plain(unit, size))),
      ...Object.fromEntries(ENGINES.map((engine) => [engine, () => ask(`${engine} ${unit} ${size}`)])),
    };
  }
  await bench("bars", cases, { runs: 5, warmUp: 1 });

  const indices = Int32Array.from({ length: 100_000 }, (_, i) =>
    Math.floor(count * (0.3 + 0.7 * ((i * 0.618034) % 1))),
  );
  const access = {};
  let sum = 0;
  for (const [title, calls, bars, ...args] of [
    ["100 bars of 1 min back", 80 * BATCH, 100, "min", 1, false, true],
    ["100 bars of 1000 ticks back", 8 * BATCH, 100, "tick", 1000, false, true],
    ["1 bar of 1 day forward", 200 * BATCH, 1, "day", 1, true, true],
  ]) {
    const values = BATCH * bars * BAR_COLUMNS.length;
    const batch = (out) => () =>
      measured(calls, async () => {
        for (let i = 0; i < calls; i += BATCH)
          await adapter.getBarsInto(indices.subarray(i, i + BATCH), bars, ...args, out);
      });
    const call = (read) => () =>
      measured(calls, async () => {
        for (let i = 0; i < calls; i++) sum += read(await adapter.getBars(indices[i], bars, ...args), bars - 1);
      });
    access[`${title}, a call`] = {
      "lit lab, all columns read": call(
        ({ open, high, low, close, tradeCount, volSum, volMean, volMax }, i) =>
          open[i] + high[i] + low[i] + close[i] + tradeCount[i] + volSum[i] + volMean[i] + volMax[i],
      ),
      "lit lab, closes read": call(({ close }, i) => close[i]),
      "lit lab, nothing read": call(({ length }) => length),
      "lit lab, batch": batch(new Float64Array(values)),
      "lit lab, batch of float32": batch(new Float32Array(values)),
      pandas: () => ask(`access ${args[0]} ${args[1]} ${bars} ${args[2]} ${indices.subarray(0, 20).join(",")}`),
    };
  }
  await bench("bars-access", access, { runs: 5, warmUp: 1 });
  if (Number.isNaN(sum)) throw new Error("a bar has no value");

  const scale = {};
  for (const factor of [0.1, 1, 5]) {
    const trades = Math.round(TRADES * factor);
    const path = join(folder, `dates-${trades}`);
    writeDates(path, trades);
    const minutes = () => new DateFiles(path).getBarDaterange(range, "min", 1);
    await ask(`dates ${path} values`);
    compare("polars", "dates", written("dates"), await minutes(), "1 min");
    scale[`bars of 1 min of ${trades} trades, a file a date`] = {
      "lit lab": () => measured(1, minutes),
      polars: () => ask(`dates ${path}`),
    };
  }
  await bench("bars-scale", scale, { runs: 3, warmUp: 1 });
} finally {
  end();
  rmSync(folder, { recursive: true, force: true });
}
