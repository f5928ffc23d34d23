import { applyToInputs } from "../calls.js";
import { activation } from "../settings/activations.js";
import { constraint } from "../settings/constraints.js";
import { initializer } from "../settings/initializers.js";
import { regularizer } from "../settings/regularizers.js";
import {
  count,
  dataFormat,
  flag,
  lengths,
  number,
  numberOrNull,
  required,
  type Setting,
  text,
  textOrNull,
  unsupported,
  wholes,
} from "../settings/setting.js";
import { Activation, ELU, LeakyReLU, PReLU, ReLU, Softmax } from "./advanced-activations.js";
import { Dense } from "./dense.js";
import { EinsumDense } from "./einsum-dense.js";
import { Embedding } from "./embedding.js";
import { Flatten } from "./flatten.js";
import { ActivityRegularization, Identity } from "./identity.js";
import { Lambda, makeLambda } from "./lambda.js";
import { type LayerType, ownType } from "./layer-type.js";
import { Masking } from "./masking.js";
import {
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
} from "./noise.js";
import { Permute, RepeatVector, Reshape } from "./reshaping.js";

/** A generator instead of a number is none that could be followed here. */
const seed: Setting = { load: (value) => (Number.isSafeInteger(value) ? value : null), save: (value) => value };

/** What Keras writes is kept as it is. */
const kept: Setting = { load: (value) => value, save: (value) => value };

const dropout = { rate: required(number), seed };

const quantization = {
  lora_rank: unsupported("lora_rank"),
  quantization_config: unsupported("quantization_config"),
};

const kernel = {
  kernel_initializer: initializer,
  bias_initializer: initializer,
  kernel_regularizer: regularizer,
  bias_regularizer: regularizer,
  activity_regularizer: regularizer,
  kernel_constraint: constraint,
  bias_constraint: constraint,
};

/** Dense and the layers that only reshape or change values in place. */
export const CORE: readonly LayerType[] = [
  ownType(Dense, { settings: { units: required(count), activation, use_bias: flag, ...kernel, ...quantization } }),
  ownType(EinsumDense, {
    settings: {
      equation: required(text),
      output_shape: required(wholes),
      activation,
      bias_axes: textOrNull,
      ...kernel,
      ...quantization,
    },
  }),
  ownType(Embedding, {
    settings: {
      input_dim: required(count),
      output_dim: required(count),
      embeddings_initializer: initializer,
      embeddings_regularizer: regularizer,
      embeddings_constraint: constraint,
      activity_regularizer: regularizer,
      mask_zero: flag,
      ...quantization,
    },
  }),
  ownType(Masking, { settings: { mask_value: number } }),
  ownType(Activation, { settings: { activation } }),
  ownType(ReLU, { settings: { max_value: numberOrNull, negative_slope: numberOrNull, threshold: numberOrNull } }),
  {
    ...ownType(LeakyReLU, { settings: { alpha: number, negative_slope: number } }),
    // Keras 2's name.
    make: (({ alpha, ...config }: { readonly alpha?: number }) =>
      new LeakyReLU({ ...(alpha !== undefined && { negativeSlope: alpha }), ...config })) as LayerType["make"],
  },
  ownType(ELU, { settings: { alpha: number } }),
  {
    ...ownType(ReLU, { settings: { theta: number } }),
    // Keras 2's; in Keras 3 it is a ReLU.
    className: "ThresholdedReLU",
    make: (({ theta = 1, ...config }: { readonly theta?: number }) =>
      new ReLU({ ...config, threshold: theta })) as LayerType["make"],
  },
  ownType(PReLU, {
    settings: {
      alpha_initializer: initializer,
      alpha_regularizer: regularizer,
      alpha_constraint: constraint,
      shared_axes: wholes,
    },
  }),
  ownType(Softmax, {
    settings: { axis: wholes },
    parameters: ["inputs", "mask"],
    apply: (layer, { inputs, mask, ...others }, where) =>
      applyToInputs(layer, { inputs: mask ? [inputs, mask] : inputs, ...others }, where),
    given: (_, [inputs, mask]) => (mask ? { inputs, mask } : { inputs }),
  }),
  ownType(Dropout, { settings: { ...dropout, noise_shape: wholes } }),
  ownType(AlphaDropout, { settings: { ...dropout, noise_shape: wholes } }),
  ownType(GaussianDropout, { settings: dropout }),
  ownType(GaussianNoise, { settings: { stddev: required(number), seed } }),
  ownType(SpatialDropout1D, { settings: dropout, takesTrainable: false }),
  ownType(SpatialDropout2D, { settings: { ...dropout, data_format: dataFormat }, takesTrainable: false }),
  ownType(SpatialDropout3D, { settings: { ...dropout, data_format: dataFormat }, takesTrainable: false }),
  ownType(ActivityRegularization, { settings: { l1: number, l2: number } }),
  ownType(Identity, { settings: {} }),
  ownType(Reshape, { settings: { target_shape: required(lengths) } }),
  ownType(Permute, { settings: { dims: required(lengths) } }),
  ownType(RepeatVector, { settings: { n: required(count) } }),
  ownType(Flatten, { settings: { data_format: dataFormat } }),
  {
    ...ownType(Lambda, { settings: { function: kept, output_shape: kept, mask: kept, arguments: kept } }),
    make: makeLambda as LayerType["make"],
    parameters: ["inputs", "mask", "training"],
    // Keras gives the mask and the mode to functions that take them: what is passed for one does not.
    apply: (layer, { mask: _mask, training: _training, ...given }, where) => applyToInputs(layer, given, where),
    note: "in a Functional model a slice is saved as the operation GetItem; another Lambda needs stock Keras' `safe_mode=False`",
  },
];
