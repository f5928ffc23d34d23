import { setMaxListeners } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import workerThreads from "node:worker_threads";
import { currentCell } from "./output.js";

/** Work that a cell has started and that goes on by itself: what an interrupt has to end. */
interface Started {
  readonly handles: Map<object, () => unknown>;
  abort: AbortController;
}

const started = new Map<number, Started>();
const owners = new WeakMap<object, Map<object, unknown>>();

function workOf(cell: number): Started {
  let work = started.get(cell);
  if (!work) {
    work = { handles: new Map(), abort: new AbortController() };
    setMaxListeners(0, work.abort.signal);
    started.set(cell, work);
  }
  return work;
}

/** Ends the timers, worker threads and awaited delays that a cell has started. */
export function stopWorkOf(cell: number): void {
  const work = started.get(cell);
  started.delete(cell);
  if (!work) return;
  for (const stop of work.handles.values()) stop();
  work.abort.abort();
}

/** Forgets a cell's work that has come to its end. */
export function forgetFinished(cell: number): void {
  if (started.get(cell)?.handles.size === 0) started.delete(cell);
}

/** Whether nothing goes on that a cell has started. */
export const isQuiet = (): boolean =>
  [...started.values()].every(({ handles }) => handles.size === 0) && process.getActiveResourcesInfo().length <= atRest;

/** The resources of a worker in which nothing goes on: its pipes. */
let atRest = 0;

function track<H extends object>(handle: H, stop: (handle: H) => unknown): () => void {
  const { handles } = workOf(currentCell());
  handles.set(handle, () => stop(handle));
  owners.set(handle, handles);
  return () => handles.delete(handle);
}

type Callback = (...args: unknown[]) => unknown;

/** Lets an interrupt reach what user code leaves running: every timer, thread and delay is kept with its cell. */
export function trackWork(): void {
  atRest = process.getActiveResourcesInfo().length;
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = timers;
  const clear = (stop: (handle: never) => void) => (handle: unknown) => {
    if (typeof handle === "object" && handle !== null) owners.get(handle)?.delete(handle);
    stop(handle as never);
  };
  const once = (
    start: (callback: Callback, ...rest: unknown[]) => object,
    stop: (handle: never) => unknown,
    original: object,
  ) => {
    const replacement = (callback: Callback, ...rest: unknown[]) => {
      if (typeof callback !== "function") return start(callback, ...rest);
      let forget = () => {};
      const handle = start(
        (...args: unknown[]) => {
          forget();
          return callback(...args);
        },
        ...rest,
      );
      forget = track(handle, stop as (handle: object) => unknown);
      return handle;
    };
    return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
  };
  const replacements = {
    setTimeout: once(setTimeout as never, clearTimeout, setTimeout),
    setImmediate: once(setImmediate as never, clearImmediate, setImmediate),
    setInterval: Object.defineProperties((callback: Callback, ...rest: unknown[]) => {
      const handle = (setInterval as unknown as (...args: unknown[]) => NodeJS.Timeout)(callback, ...rest);
      track(handle, clearInterval);
      return handle;
    }, Object.getOwnPropertyDescriptors(setInterval)),
    clearTimeout: clear(clearTimeout),
    clearInterval: clear(clearInterval),
    clearImmediate: clear(clearImmediate),
  };
  Object.assign(timers, replacements);
  Object.assign(globalThis, replacements);
  trackDelays();
  trackThreads();
  syncBuiltinESMExports();
}

/** `timers/promises`: an interrupt rejects what waits. */
function trackDelays(): void {
  const withSignal = (options: { readonly signal?: AbortSignal } | undefined) => {
    const { signal } = workOf(currentCell()).abort;
    return { ...options, signal: options?.signal ? AbortSignal.any([options.signal, signal]) : signal };
  };
  const { setTimeout, setInterval, setImmediate } = timersPromises;
  Object.assign(timersPromises, {
    setTimeout: (delay?: number, value?: unknown, options?: object) => setTimeout(delay, value, withSignal(options)),
    setInterval: (delay?: number, value?: unknown, options?: object) => setInterval(delay, value, withSignal(options)),
    setImmediate: (value?: unknown, options?: object) => setImmediate(value, withSignal(options)),
  });
}

function trackThreads(): void {
  const { Worker } = workerThreads;
  workerThreads.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      const forget = track(this, (thread) => thread.terminate());
      this.once("exit", forget);
    }
  };
}
