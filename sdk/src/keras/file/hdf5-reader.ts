import { LitModelError } from "../../errors.js";
import type { Hdf5Span } from "../../hdf5/serve-file.js";
import { startReader } from "../../hdf5/start-reader.js";
import { sizeOf } from "../../tensors/size-of.js";
import type { KerasContainer, StoredArray, StoredGroup, Values } from "./container.js";
import type { ReaderRequest } from "./hdf5-reader.worker.js";

/** An HDF5 file: an open file of the host, or a span of one. */
interface Hdf5Source extends Hdf5Span {
  /** What messages call it. */
  readonly name: string;
}

/** Bytes of a file that is read at once. */
const SMALL = 2 ** 22;

/** How long a file may take: it grows with its size, in bytes, and its number of arrays. */
const TIME = { ms: 3000, msAByte: 1 / 4000, msAnArray: 10 };

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
  const reader = startReader<ReaderRequest>(new URL("./hdf5-reader.worker.js", import.meta.url), span, fail);
  let budget = TIME.ms + span.size * TIME.msAByte;

  /** Memory of blocks that are used, for others. */
  const spares: ArrayBuffer[] = [];
  const ask = (path: string, block: number) => {
    const spare = spares.pop();
    const request = { type: "read", path, block, spare } as const;
    const values = reader.ask(request, budget - reader.spent, spare && [spare]) as Promise<Values>;
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

  const held = new Map<StoredArray, Promise<Values>>();
  try {
    await Promise.all([reader.ready, check?.()]);
    const root = (await reader.ask({ type: "list" }, budget)) as StoredGroup;
    const arrays = arraysOf(root);
    budget += arrays.length * TIME.msAnArray;
    if (span.size > SMALL) return await use({ root, blocks, read });
    // A small file is read before the model is built: the thread takes more memory than the arrays do.
    for (const array of arrays) {
      const values = read(array);
      held.set(array, values);
      await values.catch(() => {});
    }
    await reader.end();
    const take = async (array: StoredArray): Promise<Values> => {
      const values = await held.get(array);
      if (!values) throw fail("it is closed");
      return values;
    };
    return await use({
      root,
      read: take,
      async *blocks(array) {
        yield await take(array);
      },
    });
  } finally {
    held.clear();
    await reader.end();
  }
}

const arraysOf = ({ groups, arrays }: StoredGroup): StoredArray[] => [
  ...arrays.values(),
  ...[...groups.values()].flatMap(arraysOf),
];
