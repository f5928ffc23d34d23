import { LitDataError } from "../errors.js";
import { isDataset } from "../hdf5/h5wasm.js";
import { withAssetFile } from "./datasets.js";

/** When the samples of an asset's file were. */
export interface SampleTimes {
  /** µs since the epoch, UTC. */
  readonly time: Float64Array;
  /** The last price then. */
  readonly close: Float64Array;
}

/** The instants of an asset's file and the closes then, a value a sample. @throws LitDataError if the file has none */
export const readTimes = (path: string): Promise<SampleTimes> =>
  withAssetFile(path, (file) => {
    const read = (name: string): Float64Array => {
      const dataset = file.keys().includes(name) ? file.get(name) : null;
      const value = isDataset(dataset) ? dataset.value : null;
      if (value instanceof Float64Array) return value;
      throw new LitDataError(`${path}: it does not say when its samples were, expected the dataset '${name}'`);
    };
    return { time: read("_time"), close: read("_close") };
  });
