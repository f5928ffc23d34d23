/** What the commands share: steps with their time, stamps of what is done, failures in one line. Node's own modules only. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const CACHE = join(ROOT, ".cache");

/** A failure that is told in one line: what is wrong, and the command that fixes it. */
export class Failure extends Error {
  constructor(what, fix) {
    super(fix ? `${what}. To fix it: ${fix}` : what);
  }
}

/** Runs a command's main function; a Failure is one line and exit code 1. */
export async function main(run) {
  try {
    process.exitCode = (await run()) ?? 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`litlab: ${error.message}`);
    process.exitCode = 1;
  }
}

/** Prints what a step does, runs it, prints how long it took. To standard error: standard output is for results. */
export async function step(what, run) {
  const { stderr } = process;
  const start = performance.now();
  const line = (end) => `  ${what} … ${end ?? ""}${((performance.now() - start) / 1000).toFixed(1)} s`;
  if (!stderr.isTTY) stderr.write(`  ${what} …\n`);
  const timer = stderr.isTTY && setInterval(() => stderr.write(`\r${line()} `), 500);
  try {
    const result = await run();
    stderr.write(`${stderr.isTTY ? "\r" : ""}${line()}   \n`);
    return result;
  } catch (error) {
    stderr.write(`${stderr.isTTY ? "\r" : ""}${line("failed after ")}   \n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Runs a program with its output in `.cache/<log>.log`; resolves to { code, output }. */
export function runLogged(log, program, args, options = {}) {
  const file = join(CACHE, `${log}.log`);
  const fd = openSync(file, "w");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", fd, fd], ...options });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, file: relative(ROOT, file), output: readFileSync(file, "utf8") }));
  }).finally(() => closeSync(fd));
}

/** Runs a program on the user's terminal; resolves to its exit code. Signals go to the program, which decides. */
export function runShown(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: "inherit", ...options });
    const forward = (signal) => child.kill(signal);
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, forward);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}

/** A hash of files: by content for files, by path, size and time for everything below a folder. */
export function fingerprint(...paths) {
  const hash = createHash("sha256");
  const visit = (path) => {
    if (!existsSync(path)) return;
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort())
        if (name !== "dist" && name !== "node_modules") visit(join(path, name));
    } else hash.update(`${relative(ROOT, path)} ${stat.size} ${stat.mtimeMs}\n`);
  };
  for (const path of paths) {
    const whole = join(ROOT, path);
    if (existsSync(whole) && statSync(whole).isFile()) hash.update(readFileSync(whole));
    else visit(whole);
  }
  return hash.digest("hex");
}

const stampFile = (name) => join(CACHE, `${name}.stamp`);

/** Runs a step unless it was finished before with the same fingerprint and what it made is still there. */
export async function once(name, what, { key, makes }, run) {
  const file = stampFile(name);
  if (existsSync(file) && readFileSync(file, "utf8") === key && makes.every((path) => existsSync(join(ROOT, path))))
    return;
  rmSync(file, { force: true });
  await step(what, run);
  writeFileSync(file, key);
}

/** Keeps a second set-up of this checkout out; a lock whose process is gone is taken over. */
export function lock() {
  const file = join(CACHE, "setup.lock");
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      const release = () => rmSync(file, { force: true });
      process.on("exit", release);
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
      return () => {
        release();
        process.off("exit", release);
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal);
      };
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const pid = Number(readFileSync(file, "utf8"));
      if (isRunning(pid))
        throw new Failure(`another set-up of this checkout is running (process ${pid})`, "wait for it to end");
      rmSync(file, { force: true });
    }
  }
  throw new Failure("the set-up's lock could not be taken", `rm ${relative(process.cwd(), file)}`);
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

export function makeCache() {
  try {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(join(CACHE, ".writable"), "");
  } catch (error) {
    throw new Failure(
      `the checkout ${ROOT} cannot be written (${error.code})`,
      `cp -r ${ROOT} ~/litlab && cd ~/litlab`,
    );
  }
}
