import { Session } from "node:inspector/promises";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { workerData } from "node:worker_threads";

const { shared, fd, grace, takeOff } = workerData as { shared: Int32Array; fd: number; grace: number; takeOff: string };

/** How often code is ended before the thread gives up: what runs outside JavaScript cannot be ended. */
const ATTEMPTS = 20;
const BETWEEN = 150;

let isEnding = false;

/** Ends what runs on the main thread, unless it notices the interrupt by itself. */
async function interrupt(): Promise<void> {
  const before = Atomics.load(shared, 0);
  const isSeen = () => Atomics.load(shared, 0) !== before;
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

// A byte is an interrupt; the end of the pipe is the front's end.
const pipe = new Socket({ fd, readable: true, writable: false });
pipe.on("data", () => void interrupt().catch(() => undefined));
pipe.on("close", () => process.kill(process.pid, "SIGKILL"));
pipe.on("error", () => process.kill(process.pid, "SIGKILL"));
