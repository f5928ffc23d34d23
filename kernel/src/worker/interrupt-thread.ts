import { Session } from "node:inspector/promises";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import { CELL, SEEN } from "./interrupts.js";

const { shared, fd, grace, takeOff } = workerData as { shared: Int32Array; fd: number; grace: number; takeOff: string };

/** How often code is ended before the thread gives up: what runs outside JavaScript cannot be ended. */
const ATTEMPTS = 20;
const BETWEEN = 150;

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
    await session.post("Debugger.enable");
    const paused = new Promise((resolve) => session.once("Debugger.paused", resolve));
    await session.post("Debugger.pause");
    await Promise.race([paused, delay(BETWEEN)]);
    await session.post("Runtime.evaluate", { expression: takeOff, silent: true });
    await session.post("Debugger.disable");
    for (let attempt = 0; attempt < ATTEMPTS && !isSeen(); attempt++) {
      await session.post("Runtime.terminateExecution");
      await delay(BETWEEN);
    }
  } finally {
    session.disconnect();
    isEnding = false;
  }
}

// A number is an interrupt of that cell; the end of the pipe is the front's end.
const pipe = new Socket({ fd, readable: true, writable: false });
pipe.on("data", (bytes: Buffer) => void interrupt(bytes.readUInt32LE(bytes.length - 4)).catch(() => undefined));
pipe.on("close", () => process.kill(process.pid, "SIGKILL"));
pipe.on("error", () => process.kill(process.pid, "SIGKILL"));
