import { AsyncLocalStorage } from "node:async_hooks";
import { writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { encodeFrame, type FromWorker } from "../channel.js";

/** The pipe to the front: blocking, so a worker that writes faster than frontends read waits. */
const FRONT = 3;

/** Which cell started the work that runs now. */
export const cellOf = new AsyncLocalStorage<number>();
let running = 0;

/** The cell that runs, 0 for none: work whose origin is not known belongs to it. */
export const setRunning = (cell: number): void => {
  running = cell;
};

export const currentCell = (): number => cellOf.getStore() ?? running;

export function send(message: FromWorker, buffers: readonly Uint8Array[] = []): void {
  const frame = encodeFrame(message, buffers);
  for (let at = 0; at < frame.length; ) at += writeSync(FRONT, frame, at);
}

type Write = typeof process.stdout.write;

/** Sends what is written to standard output and error to the cell that started the work. */
export function captureStreams(): void {
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new StringDecoder();
    const write = ((chunk: Uint8Array | string, encoding?: unknown, callback?: unknown) => {
      const text = typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk));
      if (text) send({ type: "stream", cell: currentCell(), name, text });
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") process.nextTick(done as () => void);
      return true;
    }) as Write;
    process[name].write = write;
  }
}
