/**
 * Writes model.weights.h5, in a thread of its own: HDF5 stamps its objects with the clock, and here that stands at 0, so
 * that the same weights give the same bytes.
 */

import { parentPort } from "node:worker_threads";
import type { File, Group } from "h5wasm";
import { isGroup, loadHdf5 } from "../../hdf5/h5wasm.js";
import { reasonOf } from "../../hdf5/reason-of.js";
import { sizeOf } from "../../tensors/size-of.js";

Date.now = () => 0;

export type WriterMessage =
  | { readonly type: "open"; readonly path: string }
  | { readonly type: "group"; readonly path: string; readonly name: string }
  | {
      readonly type: "array";
      readonly path: string;
      readonly shape: readonly number[];
      readonly values: Float32Array | Int32Array;
    }
  | { readonly type: "close" };

/** Values of a block: HDF5 copies what it writes into memory of its own. */
const BLOCK = 2 ** 24;
let file: File | undefined;

async function handle(message: WriterMessage): Promise<void> {
  if (message.type === "open") file = new (await loadHdf5()).File(message.path, "w");
  else if (message.type === "group") {
    const group = makeGroup(message.path);
    if (message.name) group?.create_attribute("name", message.name);
  } else if (message.type === "array") write(message);
  else file?.close();
}

/** A group and those above it that are not there yet. */
function makeGroup(path: string): Group | null {
  let group: Group | null = file ?? null;
  for (const name of path.split("/")) {
    const found: unknown = group?.keys().includes(name) ? group.get(name) : null;
    group = isGroup(found as Group) ? (found as Group) : (group?.create_group(name) ?? null);
  }
  return group;
}

function write({ path, shape, values }: WriterMessage & { type: "array" }): void {
  const dtype = values instanceof Float32Array ? "<f" : "<i";
  const [rows = 1, ...rest] = shape;
  const width = sizeOf(rest);
  const step = Math.max(1, Math.floor(BLOCK / Math.max(1, width)));
  if (rows <= step) {
    file?.create_dataset({ name: path, data: values, shape: [...shape], dtype });
    return;
  }
  const block = (from: number, to: number) => values.subarray(from * width, to * width);
  const whole = rest.map((length): [number, number] => [0, length]);
  const dataset = file?.create_dataset({
    name: path,
    data: block(0, step),
    shape: [step, ...rest],
    maxshape: [rows, ...rest],
    chunks: [step, ...rest],
    dtype,
  });
  dataset?.resize([rows, ...rest]);
  for (let from = step; from < rows; from += step) {
    const to = Math.min(rows, from + step);
    dataset?.write_slice([[from, to], ...whole], block(from, to));
  }
}

parentPort?.on("message", (message: WriterMessage) => {
  handle(message).then(
    () => parentPort?.postMessage({ ok: true }),
    (error: Error) => parentPort?.postMessage({ ok: false, message: reasonOf(error) || "HDF5 gives no reason" }),
  );
});
