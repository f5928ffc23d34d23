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

const UNREACHABLE =
  /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|NameResolutionError|NewConnectionError|ConnectTimeoutError|Temporary failure in name resolution/;

/** Fails because of a program that runLogged ran: what failed, why, and what to do before running a command again. */
export function fail(what, { output, file }, again) {
  if (UNREACHABLE.test(output))
    throw new Failure(
      `${what} failed: the package registry cannot be reached`,
      `check the network or proxy, then ${again}`,
    );
  if (/ENOSPC|No space left/.test(output))
    throw new Failure(`${what} failed: the disk is full`, `free some space, then ${again}`);
  throw new Failure(`${what} failed: ${tellingLine(output)} (all of it in ${file})`, `mend that, then ${again}`);
}

/** What a failed program says is wrong: npm's code and message, else the first line with an error, else the last line. */
function tellingLine(output) {
  const lines = output.trim().split("\n");
  const said = lines.map((text) => /^npm (?:error|ERR!) (.+)/.exec(text)?.[1]).filter(Boolean);
  const code = said.find((text) => text.startsWith("code "))?.slice(5) ?? "";
  const message = said.find((text) => !/^(code|syscall|path|dest|errno|command|cwd) /.test(text));
  if (message) return (message.includes(code) ? message : `${code} ${message}`).slice(0, 200);
  return (lines.find((text) => /error/i.test(text)) ?? lines.at(-1)).trim().slice(0, 200);
}

function checkSystem() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Failure(`Node ${process.versions.node} is too old, 20.19 or newer is needed`, "nvm install 22");
  if (process.platform === "win32")
    throw new Failure("Lit Lab runs on Linux and macOS, on Windows through WSL2", "wsl --install");
}

/** Runs a command's main function; a Failure is one line and exit code 1. */
export async function main(run) {
  try {
    checkSystem();
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

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
const LOCK = join(CACHE, "setup.lock");
let locked = false;
let logged = null;

/** Runs a program with its output in `.cache/<log>.log`; resolves to { code, output }. */
export function runLogged(log, program, args, options = {}) {
  const file = join(CACHE, `${log}.log`);
  const fd = openSync(file, "w");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", fd, fd], ...options });
    logged = child;
    // For the next set-up, should this one be killed while the program goes on.
    if (locked) writeFileSync(LOCK, `${process.pid} ${child.pid}`);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, file: relative(ROOT, file), output: readFileSync(file, "utf8") }));
  }).finally(() => {
    logged = null;
    closeSync(fd);
  });
}

const PARENT = process.ppid;

/**
 * Runs a program on the user's terminal; resolves to its exit code. SIGINT and SIGTERM go to the program, which decides.
 * A hang-up, or the end of the npm that runs us, ends it: npm passes no SIGHUP on, and JupyterLab would die of one
 * without ending its kernels.
 */
export function runShown(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const command = ["-c", 'trap "" HUP; exec "$@"', "sh", program, ...args];
    const child = spawn("sh", command, { cwd: ROOT, stdio: "inherit", ...options });
    const forward = (signal) => child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
    const endWithNpm = () => process.ppid !== PARENT && child.kill("SIGTERM");
    for (const signal of SIGNALS) process.on(signal, forward);
    const watch = process.env.npm_lifecycle_event && setInterval(endWithNpm, 500);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearInterval(watch);
      for (const name of SIGNALS) process.off(name, forward);
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

/** Keeps a second set-up of this checkout out; a lock whose process is gone is taken over once its program has ended. */
export async function lock() {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: "wx" });
      locked = true;
      const release = () => {
        rmSync(LOCK, { force: true });
        locked = false;
      };
      const stop = (signal) => {
        if (!logged) process.exit(1);
        logged.kill(signal);
        logged.once("close", () => process.exit(1));
      };
      process.on("exit", release);
      for (const signal of SIGNALS) process.on(signal, stop);
      return () => {
        release();
        process.off("exit", release);
        for (const signal of SIGNALS) process.off(signal, stop);
      };
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const held = readFileSync(LOCK, "utf8");
      const [pid, program] = held.split(" ").map(Number);
      if (isRunning(pid))
        throw new Failure(`another set-up of this checkout is running (process ${pid})`, "wait for it to end");
      if (program && isRunning(program))
        await step(`Wait for what a killed set-up left running (process ${program})`, async () => {
          while (isRunning(program)) await new Promise((done) => setTimeout(done, 200));
        });
      if (existsSync(LOCK) && readFileSync(LOCK, "utf8") === held) rmSync(LOCK);
    }
  }
  throw new Failure("the set-up's lock could not be taken", `rm ${relative(process.cwd(), LOCK)}`);
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
  try {
    // In a container without init nobody reaps what was orphaned.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

export function makeCache() {
  try {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(join(CACHE, ".writable"), "");
  } catch (error) {
    throw new Failure(
      `the checkout ${ROOT} cannot be written (${error.code})`,
      `cp -R '${ROOT}' ~/litlab && chmod -R u+w ~/litlab && cd ~/litlab`,
    );
  }
}
