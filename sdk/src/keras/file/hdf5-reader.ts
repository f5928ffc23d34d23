import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { LitModelError } from "../../errors.js";
import type { KerasContainer, StoredGroup } from "./container.js";
import type { Hdf5Answer, Hdf5Request, Hdf5Span } from "./hdf5-reader.worker.js";

/** An HDF5 file: an open file of the host, or a span of one. */
export interface Hdf5Source extends Omit<Hdf5Span, "compiled"> {
  /** What messages call it. */
  readonly name: string;
}

/** How long a file may take: it grows with its size, in bytes, and its number of arrays. */
const TIME = { ms: 3000, msAByte: 1 / 4000, msAnArray: 10 };
const MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 };

let compiled: unknown;

/**
 * Opens an HDF5 file of unknown origin, in a thread with limits of memory and time, and ends that when `use` is done.
 * Links, external and virtual data are refused; what arrays declare is checked against the file's size.
 * @param check what has to pass before the first byte is read; it runs while the thread starts
 * @throws LitModelError that names the file: it is not HDF5, damaged, cut off or beyond a limit
 */
export async function withHdf5Reader<T>(
  { name, ...span }: Hdf5Source,
  use: (file: { readonly root: StoredGroup; readonly read: KerasContainer["read"] }) => Promise<T>,
  check?: () => Promise<void>,
): Promise<T> {
  const fail = (what: string, cause?: unknown) => new LitModelError(`${name}: ${what}`, { cause });
  const worker = new Worker(new URL("./hdf5-reader.worker.js", import.meta.url), {
    execArgv: [],
    env: {},
    resourceLimits: MEMORY,
    workerData: { ...span, compiled } satisfies Hdf5Span,
  });
  const died = new Promise<never>((_, reject) => {
    worker.once("error", (cause: Error & { code?: string }) =>
      reject(
        fail(
          `not a readable HDF5 file: ${cause.code === "ERR_WORKER_OUT_OF_MEMORY" ? "it takes too much memory" : cause.message}`,
          cause,
        ),
      ),
    );
    worker.once("exit", () => reject(fail("it is closed")));
  });
  died.catch(() => {});

  let budget = TIME.ms + span.size * TIME.msAByte;
  const ask = async (request: Hdf5Request) => {
    const limit = budget;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      // An answer may lie here unread where this thread was busy: one more turn of the loop takes it.
      timer = setTimeout(setImmediate, limit, () => {
        void worker.terminate();
        reject(fail("it takes too long to read"));
      });
    });
    const answered = once(worker, "message") as Promise<[Hdf5Answer]>;
    worker.postMessage(request);
    try {
      const [answer] = await Promise.race([answered, died, late]);
      budget -= answer.ms;
      if (answer.ok) return answer.value;
      if (answer.refused) throw fail(answer.message);
      void worker.terminate();
      throw fail(`not a readable HDF5 file, or cut off: ${answer.message}`);
    } finally {
      clearTimeout(timer);
    }
  };

  try {
    const [[module]] = await Promise.all([Promise.race([once(worker, "message"), died]), check?.()]);
    compiled ??= module;
    const root = (await ask({ type: "list" })) as StoredGroup;
    budget += countArrays(root) * TIME.msAnArray;
    let last: Promise<unknown> = Promise.resolve();
    return await use({
      root,
      read: ({ path }) => {
        const values = last.then(() => ask({ type: "read", path })) as Promise<Float32Array | Int32Array>;
        last = values.catch(() => {});
        return values;
      },
    });
  } finally {
    await worker.terminate();
  }
}

const countArrays = ({ groups, arrays }: StoredGroup): number =>
  [...groups.values()].reduce((count, group) => count + countArrays(group), arrays.size);
