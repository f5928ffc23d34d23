import { LitModelError } from "../errors.js";
import { isNode, type KerasNode } from "./file/container.js";
import { LAYER_TYPES } from "./layers/layer-types.js";

/** Keras 2's names of Keras 1's settings. */
const SETTINGS: Readonly<Record<string, string>> = {
  W_constraint: "kernel_constraint",
  W_regularizer: "kernel_regularizer",
  atrous_rate: "dilation_rate",
  b_constraint: "bias_constraint",
  b_regularizer: "bias_regularizer",
  bias: "use_bias",
  border_mode: "padding",
  concat_axis: "axis",
  init: "kernel_initializer",
  length: "size",
  nb_filter: "filters",
  output_dim: "units",
  p: "rate",
  pool_length: "pool_size",
  sigma: "stddev",
  stride: "strides",
  subsample: "strides",
};

/** Where a class has other names. */
const SETTINGS_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Embedding: {
    W_constraint: "embeddings_constraint",
    W_regularizer: "embeddings_regularizer",
    init: "embeddings_initializer",
    output_dim: "output_dim",
  },
  PReLU: { init: "alpha_initializer" },
};

const CLASSES: Readonly<Record<string, string>> = {
  AtrousConvolution2D: "Conv2D",
  Convolution2D: "Conv2D",
  Convolution3D: "Conv3D",
  SeparableConvolution2D: "SeparableConv2D",
};

/** The classes of Keras 1's Merge, by its mode. */
const MERGES: Readonly<Record<string, string>> = {
  ave: "Average",
  concat: "Concatenate",
  max: "Maximum",
  mul: "Multiply",
  sum: "Add",
};

/** The lengths of a kernel, in order. */
const KERNEL = ["kernel_dim1", "kernel_dim2", "kernel_dim3", "nb_row", "nb_col"];
/** Their weights are other ones. */
const RECURRENT = new Set(["SimpleRNN", "LSTM", "GRU"]);

/**
 * A layer as Keras 2 has it, of one that may be Keras 1's: the names of its class and settings.
 * @throws LitModelError for what Keras 1 keeps in another way
 */
export function fromKeras1(node: KerasNode, path: string): KerasNode {
  const { class_name: className, config } = node;
  const [classes, key] = className === "Merge" ? [MERGES, String(config.mode)] : [CLASSES, className];
  const known = (Object.hasOwn(classes, key) && classes[key]) || className;
  // A custom layer's settings have whatever names.
  if (!LAYER_TYPES.has(known)) return node;
  const refuse = (what: string): never => {
    throw new LitModelError(`${path}: layer '${config.name ?? node.name}' of Keras 1 ${what}, which does not load`);
  };
  if (RECURRENT.has(className) && "output_dim" in config) refuse(`is a ${className}`);
  if (config.dim_ordering === "th") refuse("has the dim_ordering 'th'");
  if (className === "BatchNormalization" && config.mode) refuse(`has the mode ${config.mode}`);
  const names = { ...SETTINGS, ...(Object.hasOwn(SETTINGS_OF, className) && SETTINGS_OF[className]) };
  const kept = Object.entries(config).filter(([key]) => !KERNEL.includes(key));
  const settings: Record<string, unknown> = Object.fromEntries(
    kept.map(([key, value]) => [Object.hasOwn(names, key) ? names[key] : key, value]),
  );
  const kernel = KERNEL.flatMap((key) => config[key] ?? []);
  if (kernel.length > 0) settings.kernel_size = kernel;
  if (isNode(settings.layer)) settings.layer = fromKeras1(settings.layer, path);
  // Without it, a layer of this class' name would be an operation.
  if (className === "Merge") settings.trainable = true;
  return { ...node, class_name: known, config: settings };
}
