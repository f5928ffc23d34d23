import { LitDataError } from "../errors.js";
import { type Dataset, type File, isDataset, textsOf, withHdf5 } from "../hdf5/h5wasm.js";

/** A feature or label of an asset. */
export interface AssetDataset {
  readonly name: string;
  /** The shape of one sample. */
  readonly shape: readonly number[];
  /** A label's column names, else null. */
  readonly columns: readonly string[] | null;
}

/** The datasets of an asset's file, and how many samples it holds. */
export interface FileDatasets {
  readonly datasets: readonly AssetDataset[];
  readonly length: number;
}

/** Names of datasets that are no feature and no label begin with an underscore: when a sample was, and its close. */
export const isHidden = (name: string): boolean => name.startsWith("_");

/** The version of the format that is read and written. */
const VERSION = 1;

/** Opens an asset's file for reading. @throws LitDataError if it cannot be read, or is of a newer version */
export const withAssetFile = <T>(path: string, use: (file: File) => T): Promise<T> =>
  withHdf5(path, LitDataError, (file) => {
    const version = Number(file.attrs.version?.value ?? VERSION);
    if (version > VERSION)
      throw new LitDataError(`${path}: version ${version}, this Lit Lab reads version ${VERSION}: update it`);
    return use(file);
  });

/** What an asset's file holds. @throws LitDataError */
export const readDatasets = (path: string): Promise<FileDatasets> =>
  withAssetFile(path, (file) => {
    const names = file.keys().filter((name) => !isHidden(name));
    const datasets = names.map((name) => {
      const dataset = datasetOf(file, path, name);
      const [, ...shape] = dataset.shape ?? [];
      return { name, shape, columns: textsOf(dataset.attrs.columns) ?? null };
    });
    const lengths = new Set(
      names
        .map((name) => file.get(name))
        .filter(isDataset)
        .map(({ shape }) => shape?.[0] ?? 0),
    );
    if (lengths.size > 1)
      throw new LitDataError(`${path}: datasets of ${[...lengths].join(" and ")} samples, expected as many in each`);
    const [length] = lengths;
    if (length === undefined) throw new LitDataError(`${path}: no datasets in it, expected an asset's file`);
    return { datasets, length };
  });

/** A dataset of float32 samples. @throws LitDataError that says what was found instead */
export function datasetOf(file: File, path: string, name: string): Dataset {
  const dataset = file.keys().includes(name) ? file.get(name) : null;
  if (!isDataset(dataset))
    throw new LitDataError(`${path}: no dataset '${name}', found ${file.keys().join(", ") || "none"}`);
  const { shape, dtype } = dataset;
  if (!shape || shape.length === 0) throw new LitDataError(`${path}: dataset '${name}' has no samples' axis`);
  if (dtype !== "<f" && dtype !== "<d")
    throw new LitDataError(`${path}: dataset '${name}' is of type ${JSON.stringify(dtype)}, expected float32`);
  return dataset;
}
