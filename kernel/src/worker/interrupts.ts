import { Worker } from "node:worker_threads";
import { AsyncHooks } from "./async-hooks.js";

/** How long the main thread has to notice an interrupt by itself, ms. */
const GRACE = 100;
const TAKE_OFF = "litlab.kernel.takeOffHooks";

/** The numbers that the threads share: how many interrupts the main thread has noticed, and which cell the last one is for. */
export const SEEN = 0;
export const CELL = 1;

/**
 * Watches the front from a thread of its own, which runs also while user code keeps the main thread busy: it ends code that
 * does not notice an interrupt, and the process when the front is gone.
 */
export class InterruptWatch {
  readonly #hooks = new AsyncHooks();
  readonly #shared = new Int32Array(new SharedArrayBuffer(8));

  constructor(fd: number) {
    const takeOff = Symbol.for(TAKE_OFF);
    Object.defineProperty(globalThis, takeOff, { value: () => this.#hooks.takeOff() });
    const expression = `globalThis[Symbol.for(${JSON.stringify(TAKE_OFF)})]()`;
    new Worker(new URL("./interrupt-thread.js", import.meta.url), {
      workerData: { shared: this.#shared, fd, grace: GRACE, takeOff: expression },
      execArgv: [],
    }).unref();
  }

  /** Whether errors that surface now come from ending code by force. */
  get isUnwinding(): boolean {
    return this.#hooks.isUnwinding;
  }

  /** Says that the main thread has noticed the interrupt, and is free. */
  seen(): void {
    this.#hooks.putOn();
    Atomics.add(this.#shared, SEEN, 1);
  }

  /** The cell that the last interrupt is for, 0 for none. */
  get cell(): number {
    return Atomics.load(this.#shared, CELL);
  }
}
