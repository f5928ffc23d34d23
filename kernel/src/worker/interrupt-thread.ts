import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { CELL, SEEN } from "./interrupts.js";

const { shared, fd, grace, takeOff } = workerData as { shared: Int32Array; fd: number; grace: number; takeOff: string };

/** How long the main thread may take to pause, and to go on after it, ms. */
const PAUSE = 150;
const SETTLE = 50;
/** How long a request may go unanswered, ms: what runs outside JavaScript cannot be ended. */
const LIMIT = 1000;
/** How long a program that the main thread waits for may take to end by the signal, ms. */
const STUBBORN = 350;
/** How often the programs there are by then are ended, and how long one may take for it, ms. */
const KILLS = 20;
const DEATH = 50;

let isEnding = false;

/** Interrupts a cell; ends what runs on the main thread, unless it notices by itself. */
async function interrupt(cell: number): Promise<void> {
  const before = Atomics.load(shared, SEEN);
  const isSeen = () => Atomics.load(shared, SEEN) !== before;
  Atomics.store(shared, CELL, cell);
  process.kill(-process.pid, "SIGINT");
  await delay(grace);
  if (isSeen() || isEnding) return;
  isEnding = true;
  const session = new Session();
  session.connectToMainThread();
  try {
    let isInside = false;
    const enabled = session.post("Debugger.enable").then(() => {
      isInside = true;
    });
    await Promise.race([enabled, delay(STUBBORN)]);
    const isOutside = !isInside;
    // A shell may start its next program meanwhile.
    for (let i = 0; i < KILLS && !isInside && !isSeen(); i++) {
      killPrograms();
      await Promise.race([enabled, delay(DEATH)]);
    }
    await enabled;
    // What waited for them has the signal to notice now.
    for (let waited = 0; isOutside && waited < LIMIT && !isSeen(); waited += DEATH) await delay(DEATH);
    if (isSeen()) return;
    const paused = new Promise((resolve) => session.once("Debugger.paused", resolve));
    await session.post("Debugger.pause");
    await Promise.race([paused, delay(PAUSE)]);
    await session.post("Runtime.evaluate", { expression: takeOff, silent: true });
    await session.post("Debugger.disable");
    // A request that comes before the thread has left its pause is lost, and there can be only one.
    await delay(SETTLE);
    if (!isSeen()) await Promise.race([session.post("Runtime.terminateExecution"), delay(LIMIT)]);
  } finally {
    session.disconnect();
    isEnding = false;
  }
}

/** Ends what the worker's cells have started and what takes no notice of SIGINT. */
function killPrograms(): void {
  for (const [pid, group] of processes())
    if (group === process.pid && pid !== process.pid)
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
}

/** Every process and its group. */
function processes(): (readonly [pid: number, group: number])[] {
  if (!existsSync("/proc/self/stat"))
    return execFileSync("ps", ["-A", "-o", "pid=,pgid="], { encoding: "utf8" })
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // The name, which is in parentheses, may hold any character.
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").trim().split(" ");
        return [[Number(pid), Number(fields[2])] as const];
      } catch {
        return [];
      }
    });
}

// A number is an interrupt of that cell; the end of the pipe is the front's end.
const pipe = new Socket({ fd, readable: true, writable: false });
pipe.on("data", (bytes: Buffer) => void interrupt(bytes.readUInt32LE(bytes.length - 4)).catch(() => undefined));
const end = () => process.kill(-process.pid, "SIGKILL");
pipe.on("close", end);
pipe.on("error", end);
