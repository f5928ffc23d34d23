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

let isEnding = false;

/** Interrupts a cell; ends what runs on the main thread, unless it notices by itself. */
async function interrupt(cell: number): Promise<void> {
  const before = Atomics.load(shared, SEEN);
  const isSeen = () => Atomics.load(shared, SEEN) !== before;
  Atomics.store(shared, CELL, cell);
  // Node loses a signal that comes just when a cell's synchronous part ends, so it is sent again.
  for (let attempt = 0; attempt < 2 && !isSeen(); attempt++) {
    process.kill(-process.pid, "SIGINT");
    await delay(grace / 2);
  }
  if (isSeen() || isEnding) return;
  isEnding = true;
  const session = new Session();
  session.connectToMainThread();
  try {
    await session.post("Debugger.enable");
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

// A number is an interrupt of that cell; the end of the pipe is the front's end.
const pipe = new Socket({ fd, readable: true, writable: false });
pipe.on("data", (bytes: Buffer) => void interrupt(bytes.readUInt32LE(bytes.length - 4)).catch(() => undefined));
const end = () => process.kill(-process.pid, "SIGKILL");
pipe.on("close", end);
pipe.on("error", end);
