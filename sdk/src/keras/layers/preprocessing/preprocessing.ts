import type { SymbolicTensor } from "../../../tf.js";
import { applyToInputs, isTensor } from "../../calls.js";
import { isRecord } from "../../file/container.js";
import {
  count,
  flag,
  lengths,
  list,
  number,
  numbers,
  refuse,
  required,
  type Setting,
  unsupported,
  wholeOrNull,
  wholes,
  word,
} from "../../settings/setting.js";
import { type LayerType, ownType } from "../layer-type.js";
import { CategoryEncoding } from "./category-encoding.js";
import { Discretization } from "./discretization.js";
import { IntegerLookup } from "./integer-lookup.js";
import { Normalization } from "./normalization.js";
import { Rescaling } from "./rescaling.js";

/** A number or an array of them, which Keras may write as an object of NumPy. */
const array: Setting = {
  load: (value, where) => {
    const isArray = isRecord(value) && value.class_name === "__numpy__" && isRecord(value.config);
    return numbers.load(isArray ? (value.config as { value?: unknown }).value : value, where);
  },
  save: (value) => value,
};

const modes = word("int", "one_hot", "multi_hot", "count");
/** How numbers come out; Keras 2 called `multi_hot` `binary`. */
const outputMode: Setting = {
  ...modes,
  load: (value, where) => modes.load(value === "binary" ? "multi_hot" : value, where),
};

const int32: Setting = {
  load(value, where) {
    lengths.load(value, where);
    const large = [value].flat().find((token) => Math.abs(Number(token)) >= 2 ** 31);
    return large === undefined ? value : refuse(where, `knows the number ${large}, expected numbers of 32 bits`);
  },
  save: (value) => value,
};

const oovCount: Setting = {
  load: (value, where) =>
    value === 0 ? refuse(where, "has num_oov_indices=0, which does not load") : count.load(value, where),
  save: (value) => value,
};

const sparse = unsupported("sparse", false);

/** Layers that prepare numbers for the others. Those of texts and hashes do not load. */
export const PREPROCESSING: readonly LayerType[] = [
  ownType(Normalization, { settings: { axis: wholes, mean: array, variance: array, invert: flag } }),
  ownType(Rescaling, { settings: { scale: array, offset: array } }),
  ownType(Discretization, {
    settings: {
      bin_boundaries: required(list),
      epsilon: number,
      output_mode: outputMode,
      sparse,
    },
    takesTrainable: false,
  }),
  ownType(CategoryEncoding, {
    settings: { num_tokens: required(count), output_mode: outputMode, sparse },
    apply(layer, { count_weights: weights, ...given }, where) {
      const { inputs } = given;
      if (isTensor(inputs) && isTensor(weights)) return layer.apply([inputs, weights]) as SymbolicTensor;
      return applyToInputs(layer, weights === null ? given : { ...given, count_weights: weights }, where);
    },
    given: (_, [inputs, weights]) => (weights ? { inputs, count_weights: weights } : { inputs }),
  }),
  ownType(IntegerLookup, {
    settings: {
      vocabulary: required(int32),
      num_oov_indices: oovCount,
      mask_token: wholeOrNull,
      oov_token: wholeOrNull,
      invert: flag,
      output_mode: outputMode,
      max_tokens: wholeOrNull,
      pad_to_max_tokens: flag,
      oov_method: unsupported("oov_method", "floormod"),
      sparse,
    },
  }),
];
