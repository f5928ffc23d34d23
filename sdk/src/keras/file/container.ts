/** A layer, model or operation as Keras' config.json describes it. */
export interface KerasNode {
  readonly class_name: string;
  readonly module?: string | null;
  readonly registered_name?: string | null;
  readonly name?: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly build_config?: { readonly input_shape?: unknown } | null;
  readonly inbound_nodes?: readonly unknown[] | null;
}

/** An array of an HDF5 file: what it is; its values are read on demand. */
export interface StoredArray {
  /** The absolute path in the file, `/layers/dense/vars/0`. */
  readonly path: string;
  readonly shape: readonly number[];
  /** How the values are stored, as in `float16`. */
  readonly dtype: string;
}

/** A group of an HDF5 file. Names of groups and arrays are in the file's order. */
export interface StoredGroup {
  /** The attributes that are texts, each as a list. Keras' split ones (`weight_names0`, `weight_names1`, …) are joined. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly groups: ReadonlyMap<string, StoredGroup>;
  readonly arrays: ReadonlyMap<string, StoredArray>;
}

/** What a model file holds. Its arrays can be read until it is closed. */
export interface KerasContainer {
  /** What messages call it: the path, or `bytes`. */
  readonly path: string;
  /** The model; null in a file of weights only. */
  readonly config: KerasNode | null;
  /** How the model was compiled (`compile_config`, or the legacy `training_config`); null if it was not. */
  readonly compiled: Readonly<Record<string, unknown>> | null;
  /** The major version of the Keras that wrote it: 3, or 2 for tf_keras and Keras 1 and 2. */
  readonly major: 2 | 3;
  /** `keras`: groups by layer as in `.keras`; `legacy`: groups by name as in `.h5`. */
  readonly layout: "keras" | "legacy";
  readonly weights: StoredGroup;
  /** The values of an array, row-major, block by block; each is valid until the next. */
  blocks(array: StoredArray): AsyncIterable<Values>;
  /** All values of an array. */
  read(array: StoredArray): Promise<Values>;
}

/** Values of an array; floats of any width as float32, whole numbers as int32. */
export type Values = Float32Array | Int32Array;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTextOrNothing = (value: unknown): boolean => typeof (value ?? "") === "string";

export const isNode = (value: unknown): value is KerasNode =>
  isRecord(value) &&
  typeof value.class_name === "string" &&
  isRecord(value.config) &&
  [value.module, value.registered_name, value.name].every(isTextOrNothing) &&
  Array.isArray(value.inbound_nodes ?? []);

/** The group of a `legacy` file that holds a group a layer. */
export const legacyWeights = (root: StoredGroup): StoredGroup => root.groups.get("model_weights") ?? root;
