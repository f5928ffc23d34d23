/** Runs engines interleaved on the same data, compares their outputs first, and prints CPU and wall time with ratios. */
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { runLogged } from "../scripts/steps.mjs";

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** A number as people compare it. */
const short = (value) => Number(value.toPrecision(4));

/** CPU and wall time of a synchronous or asynchronous call, ms. */
export async function timed(run) {
  const cpu = process.cpuUsage();
  const wall = performance.now();
  const value = await run();
  const { user, system } = process.cpuUsage(cpu);
  return { value, cpuMs: (user + system) / 1000, wallMs: performance.now() - wall };
}

/** Python with the packages of `bench/peers/NAME.requirements.txt`: its path. */
export async function installPeers(name, what) {
  const venv = resolve(".cache/peers", name);
  const python = join(venv, "bin/python");
  if (existsSync(join(venv, "ready"))) return python;
  console.error(`  Install ${what} …`);
  const run = async (program, ...args) => {
    const { code, file } = await runLogged(name, program, args);
    if (code !== 0) throw new Error(`${what} cannot be installed, all of it in ${file}`);
  };
  await run(".venv/bin/python", "-m", "venv", venv);
  await run(python, "-m", "pip", "install", "-q", "-r", `bench/peers/${name}.requirements.txt`);
  writeFileSync(join(venv, "ready"), "");
  return python;
}

/** A process that answers a line of its standard input with a line of JSON. */
export function startPeer(command, args) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error(`${args.join(" ")} ended`);
    return JSON.parse(value);
  };
  const ask = (line) => {
    child.stdin.write(`${line}\n`);
    return answer();
  };
  return { answer, ask, end: () => child.kill() };
}

/**
 * `cases`: { name: { engine: run } }, where run() resolves to { cpuMs, wallMs, peakMb }. The first engine is ours.
 * Each is run `warmUp` times before, or as often as `warmUpMs` allow. With --json one object on standard output, else a table.
 */
export async function bench(name, cases, { runs = 9, warmUp = 2, warmUpMs = Infinity } = {}) {
  const rows = [];
  for (const [title, engines] of Object.entries(cases)) {
    const samples = Object.fromEntries(Object.keys(engines).map((engine) => [engine, []]));
    for (const run of Object.values(engines)) {
      const until = performance.now() + warmUpMs;
      for (let round = 0; round < warmUp && performance.now() < until; round++) await run();
    }
    for (let round = 0; round < runs; round++)
      for (const [engine, run] of Object.entries(engines)) samples[engine].push(await run());
    const ours = median(Object.values(samples)[0].map(({ cpuMs }) => cpuMs));
    for (const [engine, list] of Object.entries(samples)) {
      const cpu = list.map(({ cpuMs }) => cpuMs);
      rows.push({
        case: title,
        engine,
        cpuMs: median(cpu),
        wallMs: median(list.map(({ wallMs }) => wallMs)),
        peakMb: Math.max(...list.map(({ peakMb }) => peakMb)),
        runs,
        ratio: median(cpu) / ours,
        spread: [Math.min(...cpu), Math.max(...cpu)],
      });
    }
  }
  const machine = `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ bench: name, machine, rows: rows.map(({ spread, ...row }) => row) }));
    return rows;
  }
  console.log(`${name} on ${machine}; medians of ${runs} interleaved runs`);
  console.table(
    rows.map(({ case: title, engine, cpuMs, wallMs, peakMb, ratio, spread: [least, most] }) => ({
      case: title,
      engine,
      "CPU ms": short(cpuMs),
      "least–most": `${short(least)}–${short(most)}`,
      "wall ms": short(wallMs),
      "peak MB": Math.round(peakMb),
      ratio: Number(ratio.toFixed(2)),
    })),
  );
  return rows;
}
