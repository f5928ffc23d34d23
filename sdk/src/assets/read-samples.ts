import { LitDataError } from "../errors.js";
import type { Dataset } from "../hdf5/h5wasm.js";
import { sizeOf } from "../tensors/size-of.js";
import { datasetOf, withAssetFile } from "./datasets.js";

/** Samples of one dataset. */
export interface Samples {
  readonly name: string;
  /** The samples' axis first. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** HDF5 reads at most this many bytes at once: its heap is bounded. */
const BLOCK_BYTES = 64 * 2 ** 20;

/**
 * Samples of an asset's file, read by slices: `(path, names, i)` is sample i alone, no start means all, start with stop is
 * Python's `[start:stop:step]`.
 * @throws LitDataError
 */
export function readSamples(
  path: string,
  names: readonly string[],
  start?: number,
  stop?: number,
  step = 1,
): Promise<Samples[]> {
  return withAssetFile(path, (file) =>
    names.map((name) => {
      const dataset = datasetOf(file, path, name);
      const [length = 0, ...sample] = dataset.shape ?? [];
      const rows = rowsOf(length, path, start, stop, step);
      return { name, shape: [rows.count, ...sample], data: readRows(dataset, sample, rows) };
    }),
  );
}

interface Rows {
  readonly first: number;
  readonly count: number;
  readonly step: number;
}

function rowsOf(length: number, path: string, start?: number, stop?: number, step = 1): Rows {
  for (const [name, value] of Object.entries({ start, stop, step }))
    if (value !== undefined && (!Number.isSafeInteger(value) || (name === "step" && value === 0)))
      throw new LitDataError(`${path}: ${name} is ${value}, expected a whole number${name === "step" ? " but 0" : ""}`);
  if (start !== undefined && stop === undefined) {
    const first = start < 0 ? start + length : start;
    if (first < 0 || first >= length)
      throw new LitDataError(`${path}: there is no sample ${start}, the file has ${length} samples`);
    return { first, count: 1, step: 1 };
  }
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (value: number) => Math.min(most, Math.max(least, value < 0 ? value + length : value));
  const first = start === undefined ? (step > 0 ? least : most) : clamp(start);
  const end = stop === undefined ? (step > 0 ? most : least) : clamp(stop);
  return { first, count: Math.max(0, Math.ceil((end - first) / step)), step };
}

function readRows(dataset: Dataset, sample: readonly number[], { first, count, step }: Rows): Float32Array {
  const width = sizeOf(sample);
  const data = new Float32Array(count * width);
  const stride = Math.abs(step);
  const rowsAtOnce = Math.max(1, Math.floor(BLOCK_BYTES / (8 * Math.max(1, width) * stride)));
  const rest = sample.map(() => [] as []);
  for (let row = 0; row < count; row += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - row);
    const low = step > 0 ? first + row * step : first + (row + rows - 1) * step;
    const block = dataset.slice([[low, low + (rows - 1) * stride + 1], ...rest]) as Float32Array | Float64Array;
    for (let i = 0; i < rows; i++) {
      const from = (step > 0 ? i : rows - 1 - i) * stride * width;
      data.set(block.subarray(from, from + width), (row + i) * width);
    }
  }
  return data;
}
