/**
 * Reads one HDF5 file, in a thread of its own with limits: libhdf5 is C, and the file may be anyone's. It sees no file but
 * this one, a span of an open file of the host.
 */
import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { reasonOf } from "../../hdf5.js";
import { type Hdf5Parts, startHdf5, takeHdf5Apart } from "./libhdf5.js";
import { type ArrayLayout, type Hdf5Library, listTree, Refusal } from "./list-tree.js";
import { readBlock } from "./read-block.js";

/** What the thread is started with. */
export interface Hdf5Span {
  /** An open file of the host, and where the HDF5 file lies in it. */
  readonly fd: number;
  readonly offset: number;
  readonly size: number;
  /** libhdf5, if another thread has compiled it. */
  readonly parts: Hdf5Parts | undefined;
}

/** The first request lists the file, each later one reads a block of an array, into memory that is no longer used. */
export type Hdf5Request =
  | { readonly type: "list" }
  | { readonly type: "read"; readonly path: string; readonly block: number; readonly spare: ArrayBuffer | undefined };

export type Hdf5Answer =
  | { readonly ok: true; readonly value: unknown; readonly ms: number }
  | { readonly ok: false; readonly refused: boolean; readonly message: string; readonly ms: number };

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

const HEAP = 2 ** 28;
const PAGE = 2 ** 16;
const NAME = "/model.h5";
const span = workerData as Hdf5Span;
const memory = (globalThis as unknown as { WebAssembly: { Memory: { prototype: Memory } } }).WebAssembly.Memory
  .prototype;
const { grow } = memory;

console.log = console.error = () => {};
memory.grow = function (pages) {
  if (this.buffer.byteLength + pages * PAGE > HEAP) throw new RangeError(`more than ${HEAP} bytes of memory`);
  return grow.call(this, pages);
};

let library: Hdf5Library;
let file: bigint;
let layouts: ReadonlyMap<string, ArrayLayout> = new Map();

interface FileNode {
  usedBytes: number;
  stream_ops: object;
}

function openFile(): bigint {
  const { FS } = library as unknown as { FS: { create(path: string): FileNode } };
  const node = FS.create(NAME);
  node.usedBytes = span.size;
  node.stream_ops = {
    ...node.stream_ops,
    read: (_: unknown, buffer: Int8Array, start: number, length: number, position: number) => {
      const most = Math.min(length, span.size - position);
      return most > 0 ? readSync(span.fd, buffer, start, most, span.offset + position) : 0;
    },
    write: undefined,
    mmap: undefined,
  };
  return library.open(NAME, library.H5F_ACC_RDONLY, false, -1, -1);
}

function answer(request: Hdf5Request) {
  if (request.type === "list") {
    file = openFile();
    const listed = listTree(library, file, span.size);
    layouts = listed.layouts;
    return listed.root;
  }
  const layout = layouts.get(request.path);
  if (!layout) throw new Refusal(`no array ${request.path}`);
  return readBlock(library, file, request.path, layout, request.block, request.spare);
}

parentPort?.on("message", (request: Hdf5Request) => {
  const began = performance.now();
  let said: Hdf5Answer;
  try {
    said = { ok: true, value: answer(request), ms: performance.now() - began };
  } catch (error) {
    const refused = error instanceof Refusal;
    const message = refused ? error.message : reasonOf(error);
    said = { ok: false, refused, message, ms: performance.now() - began };
  }
  parentPort?.postMessage(said, said.ok && ArrayBuffer.isView(said.value) ? [said.value.buffer as ArrayBuffer] : []);
});

const parts = span.parts ?? (await takeHdf5Apart());
library = await startHdf5(parts);
(library as unknown as { activate_throwing_error_handler(): void }).activate_throwing_error_handler();
parentPort?.postMessage(parts);
