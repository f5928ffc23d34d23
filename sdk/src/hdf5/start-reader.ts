import { Worker } from "node:worker_threads";
import type { LitError } from "../errors.js";
import type { Hdf5Parts } from "./libhdf5.js";
import type { Hdf5Answer, Hdf5Span, Hdf5Start } from "./serve-file.js";

const MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 3 };

/** A thread that reads one HDF5 file of unknown origin. It answers in the order of the requests. */
export interface Hdf5Reader<R> {
  /** When the thread has started. */
  readonly ready: Promise<void>;
  /** How long its answers took so far, ms. */
  readonly spent: number;
  /**
   * @param limit how long the answer may take, ms
   * @param handed memory that the thread takes over
   */
  ask(request: R, limit: number, handed?: readonly ArrayBuffer[]): Promise<unknown>;
  end(): Promise<unknown>;
}

let parts: Hdf5Parts | undefined;

/**
 * Starts a thread with limits of memory; whoever starts it ends it.
 * @param script a worker that calls `serveFile`
 * @param fail makes the error that names the file: it is not HDF5, damaged, cut off or beyond a limit
 */
export function startReader<R>(
  script: URL,
  { fd, offset, size }: Hdf5Span,
  fail: (what: string, cause?: unknown) => LitError,
): Hdf5Reader<R> {
  const worker = new Worker(script, {
    execArgv: [],
    env: {},
    resourceLimits: MEMORY,
    workerData: { fd, offset, size, parts } satisfies Hdf5Start,
  });
  const died = new Promise<never>((_, reject) => {
    worker.once("error", (cause: Error & { code?: string }) => {
      const isMemory = cause.code === "ERR_WORKER_OUT_OF_MEMORY";
      reject(fail(`not a readable HDF5 file: ${isMemory ? "it takes too much memory" : cause.message}`, cause));
    });
    worker.once("exit", () => reject(fail("it is closed")));
  });
  died.catch(() => {});

  // The thread's first word is that it is ready.
  const waiting: ((answer: unknown) => void)[] = [];
  worker.on("message", (answer: unknown) => waiting.shift()?.(answer));
  const answered = <A>() => Promise.race([new Promise((resolve) => waiting.push(resolve)), died]) as Promise<A>;
  let spent = 0;

  return {
    ready: answered<Hdf5Parts>().then((found) => {
      parts ??= found;
    }),
    get spent() {
      return spent;
    },
    async ask(request, limit, handed = []) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        // An answer may lie here unread where this thread was busy: one more turn of the loop takes it.
        timer = setTimeout(setImmediate, limit, () => {
          void worker.terminate();
          reject(fail("it takes too long to read"));
        });
      });
      worker.postMessage(request, handed);
      try {
        const answer = await Promise.race([answered<Hdf5Answer>(), late]);
        spent += answer.ms;
        if (answer.ok) return answer.value;
        if (answer.refused) throw fail(answer.message);
        void worker.terminate();
        throw fail(`not a readable HDF5 file, or cut off: ${answer.message}`);
      } finally {
        clearTimeout(timer);
      }
    },
    end: () => worker.terminate(),
  };
}
