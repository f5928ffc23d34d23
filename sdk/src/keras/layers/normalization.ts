import { applyToInputs } from "../calls.js";
import { constraint } from "../settings/constraints.js";
import { initializer } from "../settings/initializers.js";
import { regularizer } from "../settings/regularizers.js";
import { flag, number, type Setting, unsupported, whole, wholes } from "../settings/setting.js";
import { BatchNormalization } from "./batch-normalization.js";
import { GroupNormalization } from "./group-normalization.js";
import { LayerNormalization } from "./layer-normalization.js";
import { type LayerType, ownType } from "./layer-type.js";
import { RMSNormalization } from "./rms-normalization.js";
import { UnitNormalization } from "./unit-normalization.js";

/** One axis; Keras 2 wrote a list of one. */
const axis: Setting = {
  load: (value, where) => whole.load(Array.isArray(value) && value.length === 1 ? value[0] : value, where),
  save: (value) => value,
};

const scaled = {
  epsilon: number,
  center: flag,
  scale: flag,
  beta_initializer: initializer,
  gamma_initializer: initializer,
  beta_regularizer: regularizer,
  gamma_regularizer: regularizer,
  beta_constraint: constraint,
  gamma_constraint: constraint,
};

/** Layers that bring their input's values to a common scale. */
export const NORMALIZATION: readonly LayerType[] = [
  ownType(BatchNormalization, {
    settings: {
      axis,
      momentum: number,
      ...scaled,
      moving_mean_initializer: initializer,
      moving_variance_initializer: initializer,
      renorm: unsupported("renorm", false),
      virtual_batch_size: unsupported("virtual_batch_size"),
    },
    parameters: ["inputs", "training", "mask"],
    apply: (layer, { inputs, mask, ...others }, where) =>
      applyToInputs(layer, { inputs: mask ? [inputs, mask] : inputs, ...others }, where),
    given: (_, [inputs, mask]) => (mask ? { inputs, mask } : { inputs }),
  }),
  ownType(LayerNormalization, { settings: { axis: wholes, rms_scaling: flag, ...scaled } }),
  ownType(GroupNormalization, { settings: { groups: whole, axis, ...scaled } }),
  ownType(RMSNormalization, { settings: { axis: wholes, epsilon: number } }),
  ownType(UnitNormalization, { settings: { axis: wholes } }),
];
