import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { BrokenChannelError, encodeFrame, FrameReader, type FromWorker, type ToWorker } from "../channel.js";

const SCRIPT = fileURLToPath(new URL("../worker/main.js", import.meta.url));
const FLAGS = [
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
  // Code that is ended by force leaves async hooks unbalanced: worker/async-hooks.ts.
  "--expose-internals",
  "--disable-warning=internal/test/binding",
  "--no-force-async-hooks-checks",
];
/** How V8 computes in a worker; benches take it too. */
export const V8_FLAGS: readonly string[] = [
  // A small heap is collected whenever a few MB of other memory were taken, as columns of data are. With room from the
  // start, MB, reading data costs a quarter less.
  "--initial-old-space-size=64",
  // It takes four threads for its compilers and collectors; more than there are processors only cost memory.
  `--v8-pool-size=${Math.min(4, availableParallelism())}`,
];
const MOST_TAIL = 16_384;
const LAST_WORDS = 500;

export interface WorkerEvents {
  readonly onMessage: (message: FromWorker, buffers: readonly Buffer[]) => void;
  /** Hears what other programs that share the worker's terminal write. */
  readonly onRaw: (name: "stdout" | "stderr", text: string) => void;
  /** Hears why the worker ended by itself. */
  readonly onExit: (reason: WorkerExit) => void;
}

/** How a worker came to its end. */
export interface WorkerExit {
  readonly ename: string;
  readonly evalue: string;
}

/** The process that runs user code, in a process group of its own. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #output: Readable;
  readonly #input: Writable;
  readonly #interrupts: Writable;
  #isEnding = false;
  #isBroken = false;
  #tail = "";

  constructor(folder: string, { onMessage, onRaw, onExit }: WorkerEvents) {
    const child = spawn(process.execPath, [...FLAGS, ...V8_FLAGS, SCRIPT], {
      cwd: statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : tmpdir(),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
    });
    this.#child = child;
    const [, , , output, input, interrupts] = child.stdio as readonly unknown[];
    this.#output = output as Readable;
    this.#input = input as Writable;
    this.#interrupts = interrupts as Writable;
    const reader = new FrameReader<FromWorker>(onMessage);
    this.#output.on("data", (chunk: Buffer) => {
      if (this.#isBroken) return;
      try {
        reader.push(chunk);
      } catch (error) {
        if (!(error instanceof BrokenChannelError)) throw error;
        this.#isBroken = true;
        this.#killGroup();
      }
    });
    for (const name of ["stdout", "stderr"] as const)
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        this.#tail = (this.#tail + text).slice(-MOST_TAIL);
        onRaw(name, text);
      });
    // A worker that has ended leaves pipes that cannot be written.
    for (const pipe of [this.#input, this.#interrupts]) pipe.on("error", () => undefined);
    child.on("error", (error) => {
      if (!this.#isEnding) onExit({ ename: "WorkerError", evalue: `the worker cannot be started: ${error.message}` });
    });
    child.on("exit", async (code, signal) => {
      // What it said last is still on its way; a program that it started may keep a pipe open.
      const ends = [this.#output, child.stdout, child.stderr].map(
        (pipe) => pipe && !pipe.closed && once(pipe, "close"),
      );
      this.#output.resume();
      await Promise.race([Promise.all(ends), delay(LAST_WORDS)]);
      if (!this.#isEnding) onExit(this.#reason(code, signal));
    });
  }

  send(message: ToWorker, buffers: readonly Uint8Array[] = []): void {
    this.#input.write(encodeFrame(message, buffers));
  }

  /** Lets the worker wait with what it has to say. */
  pause(isPaused: boolean): void {
    if (isPaused) this.#output.pause();
    else this.#output.resume();
  }

  /** Interrupts a cell and the programs that the worker has started. */
  interrupt(cell: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(cell);
    this.#interrupts.write(bytes);
  }

  /** Ends the worker and the programs that it has started. */
  kill(): void {
    this.#isEnding = true;
    this.#killGroup();
  }

  #killGroup(): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined) process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): WorkerExit {
    const gone = "Its variables are gone; a new worker has started";
    if (this.#isBroken)
      return {
        ename: "WorkerError",
        evalue: `something wrote to file descriptor 3, where the worker answers the kernel. ${gone}`,
      };
    if (/heap out of memory|Allocation failed/.test(this.#tail))
      return {
        ename: "OutOfMemory",
        evalue: `the worker ran out of memory. ${gone}. To give it more: NODE_OPTIONS=--max-old-space-size=<MB> in the kernel's environment`,
      };
    if (code !== null) return { ename: "ProcessExit", evalue: `the worker ended with code ${code}. ${gone}` };
    const hint = signal === "SIGKILL" ? ", perhaps for want of the machine's memory" : "";
    return { ename: "WorkerDied", evalue: `the worker was ended by ${signal}${hint}. ${gone}` };
  }
}
