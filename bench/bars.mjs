/**
 * Minute bars of one day of trades from typed arrays in memory, against polars and pandas.
 * SPY's 439,677 trades of 9 October 2013 where LEAN's sample data lies beside the checkout (or in LEAN_DATA), else simulated ones.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BAR_COLUMNS, LeanAdapter, MemoryAdapter } from "@litlab/sdk";
import { bench, timed } from "./harness.mjs";

const DATE = "2013-10-09";
const ZONE = "America/New_York";

async function loadTicks() {
  const folder = process.env.LEAN_DATA ?? "../shared/data/lean";
  if (existsSync(folder)) return new LeanAdapter({ folder, symbol: "spy" }).getDate(DATE);
  const length = 439_677;
  const open = Date.parse(`${DATE}T13:30:00Z`) * 1000;
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const time = Float64Array.from({ length }, () => open + Math.floor(random() * 23_400_000) * 1000).sort();
  const price = Float64Array.from(time, () => Math.round(16_500 + 200 * random()) / 100);
  return { time, price, size: Float64Array.from(time, () => 100 * Math.ceil(10 * random())), length };
}

const ticks = await loadTicks();
const folder = mkdtempSync(join(tmpdir(), "litlab-bench-"));
for (const name of ["time", "price", "size"]) writeFileSync(join(folder, name), ticks[name]);
const peer = spawn(".venv-test/bin/python", ["bench/peers/bars.py", folder], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const ask = async (line) => {
  peer.stdin.write(`${line}\n`);
  return JSON.parse((await answers.next()).value);
};

try {
  const adapter = new MemoryAdapter({ time: ticks.time, price: ticks.price, size: ticks.size, timeZone: ZONE });
  const bars = await adapter.getMinuteBars(DATE); // loads and checks the columns, as the peers' frames are built beforehand
  for (const engine of ["polars", "pandas"]) {
    const { values } = await ask(`${engine} values`);
    for (const name of BAR_COLUMNS) {
      const expected = values[name];
      const same =
        expected.length === bars.length &&
        expected.every((value, i) => Math.abs(value - bars[name][i]) <= 1e-12 * Math.abs(value));
      if (!same) throw new Error(`${engine} gives other values of ${name}`);
    }
  }
  console.error(`${bars.length} bars of ${ticks.length} trades, equal in every column`);
  const ours = async () => {
    // Many calls a sample: one is shorter than the clock's resolution.
    const calls = 20;
    const { cpuMs, wallMs } = await timed(async () => {
      for (let i = 0; i < calls; i++) await adapter.getMinuteBars(DATE);
    });
    return { cpuMs: cpuMs / calls, wallMs: wallMs / calls, peakMb: process.resourceUsage().maxRSS / 1024 };
  };
  await bench("bars", {
    [`minute bars of ${ticks.length} trades`]: {
      "lit lab": ours,
      polars: () => ask("polars"),
      pandas: () => ask("pandas"),
    },
  });
} finally {
  peer.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}
