import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zipSync } from "fflate";
import { type SimulatedDay, simulateTicks } from "./simulate-ticks.js";

const README = (seed: number) => `# Simulated trades

The trades in this folder are **simulated** by \`litlab demo\` with the seed ${seed}; nothing in them comes from a market.
The files are in the format of LEAN's data folder: a zipped CSV a date, lines of the time in ms since midnight in New York,
the price in 1/10000 dollar, the size in shares, exchange, sale condition and suspicious flag.
`;

/** The same content gives the same bytes: a zip keeps the local time of its entries. */
const ZIP_TIME = new Date(1980, 0, 1);

/** Writes 20 simulated dates of the symbol `demo` as a LEAN data folder. */
export async function writeTicks(folder: string, seed: number): Promise<void> {
  const dates = join(folder, "equity/usa/tick/demo");
  await mkdir(dates, { recursive: true });
  for (const day of simulateTicks(seed)) {
    const compact = day.date.replaceAll("-", "");
    const entry = { [`${compact}_demo_Trade_Tick.csv`]: toCsv(day) };
    await writeFile(join(dates, `${compact}_trade.zip`), zipSync(entry, { mtime: ZIP_TIME }));
  }
  await writeFile(join(folder, "README.md"), README(seed));
}

const toCsv = ({ time, cents, size }: SimulatedDay): Uint8Array =>
  Buffer.from(time.map((ms, i) => `${ms},${(cents[i] as number) * 100},${size[i]},Q,0,0\n`).join(""));
