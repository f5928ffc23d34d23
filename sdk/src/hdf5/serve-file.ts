import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { type ForeignFile, Refusal } from "./foreign-file.js";
import { type Hdf5Library, type Hdf5Parts, startHdf5, takeHdf5Apart } from "./libhdf5.js";
import { reasonOf } from "./reason-of.js";

/** An open file of the host, and where the HDF5 file lies in it. */
export interface Hdf5Span {
  readonly fd: number;
  readonly offset: number;
  readonly size: number;
}

/** What the thread is started with. */
export interface Hdf5Start extends Hdf5Span {
  /** libhdf5, if another thread has compiled it. */
  readonly parts: Hdf5Parts | undefined;
}

/** What the thread says to a request, and the milliseconds that it took. */
export type Hdf5Answer =
  | { readonly ok: true; readonly value: unknown; readonly ms: number }
  | { readonly ok: false; readonly refused: boolean; readonly message: string; readonly ms: number };

const NAME = "/file.h5";

interface FileNode {
  usedBytes: number;
  stream_ops: object;
}

function openFile(library: Hdf5Library, { fd, offset, size }: Hdf5Span): bigint {
  const { FS } = library as unknown as { FS: { create(path: string): FileNode } };
  const node = FS.create(NAME);
  node.usedBytes = size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_: unknown, buffer: Int8Array, start: number, length: number, position: number) => {
      const most = Math.min(length, size - position);
      return most > 0 ? readSync(fd, buffer, start, most, offset + position) : 0;
    },
    write: undefined,
    mmap: undefined,
  };
  return library.open(NAME, library.H5F_ACC_RDONLY, false, -1, -1);
}

/**
 * Answers requests about the one file that this thread was started with, and that it sees: libhdf5 is C, and the file may be
 * anyone's. It is opened with the first request; arrays in an answer are handed over.
 * @param heap bytes that libhdf5 may take
 */
export async function serveFile<R>(heap: number, answer: (file: ForeignFile, request: R) => unknown): Promise<void> {
  const start = workerData as Hdf5Start;
  const { size } = start;
  let library: Hdf5Library;
  let file: ForeignFile | undefined;
  parentPort?.on("message", (request: R) => {
    const began = performance.now();
    let said: Hdf5Answer;
    try {
      file ??= { library, id: openFile(library, start), size };
      said = { ok: true, value: answer(file, request), ms: performance.now() - began };
    } catch (error) {
      const refused = error instanceof Refusal;
      const message = refused ? error.message : reasonOf(error);
      said = { ok: false, refused, message, ms: performance.now() - began };
    }
    const arrays = said.ok ? [said.value].flat().filter((value) => ArrayBuffer.isView(value)) : [];
    parentPort?.postMessage(said, [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]);
  });
  const parts = start.parts ?? (await takeHdf5Apart());
  library = await startHdf5(parts, heap);
  parentPort?.postMessage(parts);
}
