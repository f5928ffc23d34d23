/**
 * What the front and the worker say to each other, and how it travels: frames over a pipe in each direction, a length,
 * a JSON text, and the bytes that go with it.
 */
import type { Piece } from "./cell/edited-text.js";

/** A display bundle on its way to a frontend. */
export interface Bundle {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An error as Jupyter shows it. */
export interface ErrorReport {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** A module that a cell imports, and the names that it binds. `name` "*" is the whole namespace. */
export interface CellImport {
  readonly specifier: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly bindings: readonly { readonly local: string; readonly name: string; readonly used: boolean }[];
}

/** Leads from a text back to what it was made of: a compiler's source map, or our own edits. */
export type PlaceMap = string | readonly Piece[];

/** A cell that is ready to run. */
export interface CompiledCell {
  /** A script whose value is an async function of `parameters`. */
  readonly code: string;
  /** The script's file name: `Cell[3]`. */
  readonly file: string;
  /** The cell's code. */
  readonly source: string;
  /** From the script back to the cell, in the order in which they apply. */
  readonly maps: readonly PlaceMap[];
  readonly imports: readonly CellImport[];
  /** The notebook's names that the cell declares itself. */
  readonly declares: readonly string[];
  /** Those that `var` declares. */
  readonly vars: readonly string[];
  /** The notebook's names that the script uses, in the order of its parameters, after the kernel's own four. */
  readonly names: readonly string[];
}

export type ToWorker =
  /** What a cell imports, while its types are checked: packages can be loaded meanwhile. */
  | { readonly type: "preload"; readonly cell: number; readonly imports: readonly CellImport[] }
  | {
      readonly type: "run";
      readonly cell: number;
      readonly compiled: CompiledCell;
      /** Types were checked, so an import that is not there and not used is a type. */
      readonly isChecked: boolean;
      readonly expressions: Readonly<Record<string, CompiledCell | ErrorReport>>;
      readonly allowStdin: boolean;
    }
  /** `cell` stands for the message: what its handler does comes from there. */
  | { readonly type: "comm"; readonly cell: number; readonly message: CommMessage }
  | { readonly type: "input"; readonly id: number; readonly value: string | null }
  | {
      readonly type: "transformed";
      readonly id: number;
      readonly code?: string;
      readonly map?: string;
      readonly error?: string;
    };

export interface CommMessage {
  readonly action: "open" | "msg" | "close";
  readonly id: string;
  /** Of an open comm only. */
  readonly target?: string;
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** How a cell ended. */
export type Outcome =
  | {
      readonly status: "ok";
      readonly result: Bundle | null;
      readonly expressions: Readonly<
        Record<string, (Bundle & { readonly status: "ok" }) | (ErrorReport & { readonly status: "error" })>
      >;
    }
  | { readonly status: "error"; readonly error: ErrorReport; readonly started: boolean };

/** `cell` is the cell that started the work, 0 for none. */
export type FromWorker =
  | { readonly type: "stream"; readonly cell: number; readonly name: "stdout" | "stderr"; readonly text: string }
  | {
      readonly type: "display";
      readonly cell: number;
      readonly bundle: Bundle;
      readonly displayId: string;
      readonly update: boolean;
    }
  | { readonly type: "clear"; readonly cell: number; readonly wait: boolean }
  | { readonly type: "comm"; readonly cell: number; readonly message: CommMessage }
  | {
      readonly type: "input";
      readonly cell: number;
      readonly id: number;
      readonly prompt: string;
      readonly password: boolean;
    }
  | { readonly type: "transform"; readonly id: number; readonly path: string; readonly code: string }
  | { readonly type: "done"; readonly cell: number; readonly outcome: Outcome };

const HEAD = 16;
const MAGIC = 0x4c49544c;

/** What comes out of a pipe is no frame: something else has written to it. */
export class BrokenChannelError extends Error {
  override readonly name = "BrokenChannelError";
}

/** A message as bytes: a magic number, its length, the JSON's length, the number of buffers, the JSON, and each buffer after its length. */
export function encodeFrame(message: ToWorker | FromWorker, buffers: readonly Uint8Array[] = []): Buffer {
  const json = Buffer.from(JSON.stringify(message));
  const total = buffers.reduce((sum, buffer) => sum + 4 + buffer.byteLength, HEAD + json.length);
  const frame = Buffer.allocUnsafe(total);
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt32LE(total, 4);
  frame.writeUInt32LE(json.length, 8);
  frame.writeUInt32LE(buffers.length, 12);
  json.copy(frame, HEAD);
  let at = HEAD + json.length;
  for (const buffer of buffers) {
    frame.writeUInt32LE(buffer.byteLength, at);
    frame.set(buffer, at + 4);
    at += 4 + buffer.byteLength;
  }
  return frame;
}

/** Puts frames together from the chunks of a pipe. */
export class FrameReader<M> {
  readonly #use: (message: M, buffers: readonly Buffer[]) => void;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(use: (message: M, buffers: readonly Buffer[]) => void) {
    this.#use = use;
  }

  /** @throws BrokenChannelError */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= HEAD) {
      const [first] = this.#chunks;
      if (first && first.length < HEAD) this.#join();
      const head = this.#chunks[0] as Buffer;
      const total = head.readUInt32LE(4);
      if (head.readUInt32LE(0) !== MAGIC || total < HEAD) throw new BrokenChannelError("no frame begins here");
      if (this.#length < total) return;
      if ((this.#chunks[0] as Buffer).length < total) this.#join();
      const all = this.#chunks[0] as Buffer;
      this.#length -= total;
      if (all.length === total) this.#chunks.shift();
      else this.#chunks[0] = all.subarray(total);
      this.#use(...this.#read(all.subarray(0, total)));
    }
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)];
  }

  #read(frame: Buffer): [M, readonly Buffer[]] {
    const buffers: Buffer[] = [];
    try {
      const end = HEAD + frame.readUInt32LE(8);
      let at = end;
      for (let count = frame.readUInt32LE(12); count > 0; count--) {
        const length = frame.readUInt32LE(at);
        buffers.push(Buffer.from(frame.subarray(at + 4, at + 4 + length)));
        at += 4 + length;
      }
      return [JSON.parse(frame.toString("utf8", HEAD, end)) as M, buffers];
    } catch (cause) {
      throw new BrokenChannelError("a frame cannot be read", { cause });
    }
  }
}
