import { Worker } from "node:worker_threads";
import { LitModelError } from "../../errors.js";
import { sizeOf } from "../../tensors/size-of.js";
import type { KerasContainer, StoredArray, StoredGroup, Values } from "./container.js";
import type { Hdf5Answer, Hdf5Request, Hdf5Span } from "./hdf5-reader.worker.js";
import type { Hdf5Parts } from "./libhdf5.js";

/** An HDF5 file: an open file of the host, or a span of one. */
interface Hdf5Source extends Omit<Hdf5Span, "parts"> {
  /** What messages call it. */
  readonly name: string;
}

/** How long a file may take: it grows with its size, in bytes, and its number of arrays. */
const TIME = { ms: 3000, msAByte: 1 / 4000, msAnArray: 10 };
const MEMORY = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 };

let parts: Hdf5Parts | undefined;

/**
 * Opens an HDF5 file of unknown origin, in a thread with limits of memory and time, and ends that when `use` is done.
 * Links, external and virtual data are refused; what arrays declare is checked against the file's size.
 * @param check what has to pass before the first byte is read; it runs while the thread starts
 * @throws LitModelError that names the file: it is not HDF5, damaged, cut off or beyond a limit
 */
export async function withHdf5Reader<T>(
  { name, ...span }: Hdf5Source,
  use: (file: { readonly root: StoredGroup } & Pick<KerasContainer, "blocks" | "read">) => Promise<T>,
  check?: () => Promise<void>,
): Promise<T> {
  const fail = (what: string, cause?: unknown) => new LitModelError(`${name}: ${what}`, { cause });
  const worker = new Worker(new URL("./hdf5-reader.worker.js", import.meta.url), {
    execArgv: [],
    env: {},
    resourceLimits: MEMORY,
    workerData: { ...span, parts } satisfies Hdf5Span,
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

  // The thread answers in the order of the questions; its first word is that it is ready.
  const waiting: ((answer: unknown) => void)[] = [];
  worker.on("message", (answer: unknown) => waiting.shift()?.(answer));
  const answered = <A>() => Promise.race([new Promise((resolve) => waiting.push(resolve)), died]) as Promise<A>;

  let budget = TIME.ms + span.size * TIME.msAByte;
  const tell = async (request: Hdf5Request) => {
    const limit = budget;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      // An answer may lie here unread where this thread was busy: one more turn of the loop takes it.
      timer = setTimeout(setImmediate, limit, () => {
        void worker.terminate();
        reject(fail("it takes too long to read"));
      });
    });
    worker.postMessage(request, "spare" in request && request.spare ? [request.spare] : []);
    try {
      const answer = await Promise.race([answered<Hdf5Answer>(), late]);
      budget -= answer.ms;
      if (answer.ok) return answer.value;
      if (answer.refused) throw fail(answer.message);
      void worker.terminate();
      throw fail(`not a readable HDF5 file, or cut off: ${answer.message}`);
    } finally {
      clearTimeout(timer);
    }
  };

  /** Memory of blocks that are used, for others. */
  const spares: ArrayBuffer[] = [];
  const ask = (path: string, block: number) => {
    const values = tell({ type: "read", path, block, spare: spares.pop() }) as Promise<Values>;
    values.catch(() => {});
    return values;
  };
  async function* blocks({ path, shape }: StoredArray): AsyncGenerator<Values> {
    let left = sizeOf(shape);
    let next = ask(path, 0);
    for (let block = 1; ; block++) {
      const values = await next;
      left -= values.length;
      if (left > 0) next = ask(path, block);
      yield values;
      spares.push(values.buffer as ArrayBuffer);
      if (left <= 0) return;
    }
  }
  const read = async (array: StoredArray): Promise<Values> => {
    const total = sizeOf(array.shape);
    let all: Values | undefined;
    let done = 0;
    for await (const values of blocks(array)) {
      all ??= values instanceof Int32Array ? new Int32Array(total) : new Float32Array(total);
      all.set(values, done);
      done += values.length;
    }
    return all as Values;
  };

  try {
    const [found] = await Promise.all([answered<Hdf5Parts>(), check?.()]);
    parts ??= found;
    const root = (await tell({ type: "list" })) as StoredGroup;
    budget += countArrays(root) * TIME.msAnArray;
    return await use({ root, blocks, read });
  } finally {
    await worker.terminate();
  }
}

const countArrays = ({ groups, arrays }: StoredGroup): number =>
  [...groups.values()].reduce((count, group) => count + countArrays(group), arrays.size);
