/**
 * Writes one asset's files, in a thread of its own: HDF5 stamps its objects with the clock, and here that stands at 0, so
 * that the same samples give the same bytes.
 */
import { appendFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { Dataset, File } from "h5wasm";

Date.now = () => 0;

/** A dataset as it is opened: its sample's shape, its type and a label's columns. */
export interface DatasetSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "<f" | "<d";
  readonly columns: readonly string[] | null;
}

export type WriterMessage =
  | { readonly type: "open"; readonly path: string; readonly datasets: readonly DatasetSpec[] }
  | { readonly type: "append"; readonly count: number; readonly blocks: readonly (Float32Array | Float64Array)[] }
  | { readonly type: "close" };

const CHUNK = 64;
let path = "";
let file: File | undefined;
let specs: readonly DatasetSpec[] = [];
let datasets: Dataset[] = [];
let length = 0;

async function handle(message: WriterMessage): Promise<void> {
  if (message.type === "open") {
    const { loadHdf5 } = await import("../hdf5/h5wasm.js");
    const library = await loadHdf5();
    path = message.path;
    file = new library.File(path, "w");
    file.create_attribute("version", 1);
    specs = message.datasets;
    datasets = [];
    length = 0;
  } else if (message.type === "append") append(message.count, message.blocks);
  else file?.close();
}

/** HDF5 cannot hold an empty dataset that grows, so each is made with its first samples. */
function append(count: number, blocks: readonly (Float32Array | Float64Array)[]): void {
  for (const [i, { name, shape, dtype, columns }] of specs.entries()) {
    const data = blocks[i] as Float32Array;
    const dataset = datasets[i];
    if (dataset) {
      dataset.resize([length + count, ...shape]);
      dataset.write_slice([[length, length + count], ...shape.map((size): [number, number] => [0, size])], data);
      continue;
    }
    const made = file?.create_dataset({
      name,
      data,
      dtype,
      shape: [count, ...shape],
      maxshape: [null, ...shape],
      chunks: [CHUNK, ...shape],
    });
    if (!made) throw new Error("no file is open");
    if (columns) made.create_attribute("columns", [...columns]);
    datasets.push(made);
  }
  length += count;
}

/** What the system says of another write to the file: HDF5 keeps its reasons in a temporary file, which a full disk cuts off. */
function refusal(): string {
  try {
    appendFileSync(path, new Uint8Array(2 ** 16));
    return "HDF5 gives no reason";
  } catch (error) {
    return (error as Error).message;
  }
}

parentPort?.on("message", (message: WriterMessage) => {
  handle(message).then(
    () => parentPort?.postMessage({ ok: true }),
    async (error: Error) => {
      const { reasonOf } = await import("../hdf5/reason-of.js");
      parentPort?.postMessage({ ok: false, message: reasonOf(error) || refusal() });
    },
  );
});
