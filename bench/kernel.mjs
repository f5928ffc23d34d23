/** Our kernel, with and without type checks, against stock tslab, Deno's kernel and ipykernel, over the same client. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { runLogged } from "../scripts/steps.mjs";

const DENO = "2.9.6";
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const PEERS = resolve(".cache/peers");

/** Deno comes as an npm package with its program in it. */
async function installDeno() {
  const program = resolve(PEERS, "node_modules/.bin/deno");
  if (existsSync(program)) return program;
  mkdirSync(PEERS, { recursive: true });
  console.error(`  Install Deno ${DENO} (about 45 MB) …`);
  const { code, file } = await runLogged("deno", "npm", [
    "install",
    "--prefix",
    PEERS,
    "--no-audit",
    "--no-fund",
    `deno@${DENO}`,
  ]);
  if (code !== 0) throw new Error(`Deno cannot be installed, all of it in ${file}`);
  return program;
}

const ours = [process.execPath, resolve("kernel/bin/litlab-kernel.mjs"), "{connection_file}"];
const tslab = [
  process.execPath,
  resolve("node_modules/tslab/bin/tslab"),
  "kernel",
  "--config-path",
  "{connection_file}",
];
const kernels = {
  "lit lab": ours,
  "lit lab, unchecked": ["env", "LITLAB_KERNEL_CHECK=off", ...ours],
  tslab,
  deno: [await installDeno(), "jupyter", "--kernel", "--conn", "{connection_file}"],
  ipykernel: [resolve(".venv/bin/python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
};

const args = Object.entries(kernels).map(([name, argv]) => `${name}=${JSON.stringify(argv)}`);
const script = ["bench/peers/kernel.py", String(ROUNDS), resolve("notebooks"), ...args];
const child = spawn(".venv/bin/python", script, { stdio: ["ignore", "pipe", "inherit"] });
const samples = new Map();
for await (const line of createInterface({ input: child.stdout })) {
  const { kernel, case: title, round, ...values } = JSON.parse(line);
  const key = `${title}\n${kernel}`;
  samples.set(key, [...(samples.get(key) ?? []), values]);
  if (process.stderr.isTTY)
    process.stderr.write(`\r  round ${round + 1} of ${ROUNDS}, ${kernel}: ${title}                    `);
}
if (process.stderr.isTTY) process.stderr.write("\n");
const code = child.exitCode ?? (await new Promise((done) => child.on("exit", done)));
if (code !== 0) process.exit(1);

const median = (list, name) => {
  const values = list.map((entry) => entry[name]).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
};
const rows = [...samples].map(([key, list]) => {
  const [title, engine] = key.split("\n");
  const [wallMs, cpuMs, peakMb, lost] = ["wallMs", "cpuMs", "mb", "lost"].map((name) => median(list, name));
  const mine = samples.get(`${title}\nlit lab`) ?? [];
  const measure = wallMs === undefined ? "mb" : "wallMs";
  const walls = list.map((entry) => entry[measure]);
  const ratio = median(list, measure) / (median(mine, measure) ?? Number.NaN);
  return {
    case: title,
    engine,
    cpuMs,
    wallMs,
    peakMb,
    runs: list.length,
    ratio,
    lost,
    spread: [Math.min(...walls), Math.max(...walls)],
  };
});
rows.sort((a, b) => (a.case < b.case ? -1 : a.case > b.case ? 1 : 0));
const machine = `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ bench: "kernel", machine, rows: rows.map(({ spread, lost, ...row }) => row) }));
} else {
  const digits = (value) => (value === undefined ? "" : Number(value.toFixed(1)));
  console.log(
    `kernel on ${machine}; medians of ${ROUNDS} interleaved rounds; ratios of wall time (of memory where there is none)`,
  );
  console.table(
    rows.map(({ case: title, engine, cpuMs, wallMs, peakMb, ratio, lost, spread: [least, most] }) => ({
      case: title,
      kernel: engine,
      "wall ms": digits(wallMs),
      "least–most": `${digits(least)}–${digits(most)}`,
      "CPU ms": digits(cpuMs),
      "PSS MB": digits(peakMb),
      ratio: digits(ratio),
      lost: lost ? `${(100 * lost).toFixed(1)} %` : "",
    })),
  );
}
