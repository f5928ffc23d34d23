import { applyToInputs, isTensor } from "../calls.js";
import { dataFormat, flag, required, word } from "../settings/setting.js";
import { type LayerType, ownType } from "./layer-type.js";
import { named } from "./spatial/named.js";
import {
  AdaptiveAveragePooling,
  AdaptiveMaxPooling,
  AveragePooling,
  GlobalAveragePooling,
  GlobalMaxPooling,
  MaskedAveragePooling,
  MaxPooling,
} from "./spatial/pooling-layer.js";
import { sizes } from "./spatial/window.js";

const window = (axes: number) => ({
  pool_size: required(sizes(axes)),
  strides: sizes(axes),
  padding: word("valid", "same"),
  data_format: dataFormat,
});

const adaptive = (axes: number) => ({ output_size: required(sizes(axes)), data_format: dataFormat });

const all = { data_format: dataFormat, keepdims: flag };

/** Layers that give the largest value or the mean of windows over one to three spatial axes. */
export const POOLING: readonly LayerType[] = [
  ...[1, 2, 3].flatMap((axes) => [
    ownType(named(`MaxPooling${axes}D`, MaxPooling), { settings: window(axes) }),
    ownType(named(`AveragePooling${axes}D`, AveragePooling), { settings: window(axes) }),
    ownType(named(`AdaptiveMaxPooling${axes}D`, AdaptiveMaxPooling), { settings: adaptive(axes) }),
    ownType(named(`AdaptiveAveragePooling${axes}D`, AdaptiveAveragePooling), { settings: adaptive(axes) }),
    ownType(named(`GlobalMaxPooling${axes}D`, GlobalMaxPooling), { settings: all }),
  ]),
  ownType(named("GlobalAveragePooling1D", MaskedAveragePooling), {
    settings: all,
    parameters: ["inputs", "mask"],
    apply(layer, { mask, ...given }, where) {
      const { inputs } = given;
      return applyToInputs(layer, isTensor(mask) ? { ...given, inputs: [inputs, mask] } : { ...given, mask }, where);
    },
    given: (_, [inputs, mask]) => (mask ? { inputs, mask } : { inputs }),
  }),
  ownType(named("GlobalAveragePooling2D", GlobalAveragePooling), { settings: all }),
  ownType(named("GlobalAveragePooling3D", GlobalAveragePooling), { settings: all }),
];
