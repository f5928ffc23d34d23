import type { SymbolicTensor } from "../../../tf.js";
import { isTensor } from "../../calls.js";
import { constraint } from "../../settings/constraints.js";
import { initializer } from "../../settings/initializers.js";
import { regularizer } from "../../settings/regularizers.js";
import {
  count,
  flag,
  number,
  refuse,
  required,
  unsupported,
  type Where,
  wholeOrNull,
  wholes,
  word,
} from "../../settings/setting.js";
import { type Arguments, type Layer, type LayerContext, type LayerType, ownType } from "../layer-type.js";
import type { AttentionLayer } from "./attention-layer.js";
import { AdditiveAttention, Attention } from "./dot-attention.js";
import { GroupQueryAttention } from "./grouped-query-attention.js";
import type { HeadsAttention, HeadsConfig } from "./heads.js";
import { MultiHeadAttention } from "./multi-head-attention.js";

type Own = AttentionLayer<object>;

/** Options of a call; `training` is the model's. */
const OPTIONS = ["return_attention_scores", "use_causal_mask", "training"];

/** Calls a layer with tensors under these names. */
function applyNamed(layer: Layer, tensors: Arguments, options: Arguments, where: Where) {
  const given = Object.entries(tensors).filter(([, value]) => value !== undefined && value !== null);
  const odd = Object.entries(options).filter(
    ([name, value]) =>
      !OPTIONS.includes(name) || typeof (value ?? false) !== "boolean" || (name === "training" && value),
  );
  for (const [name] of [...odd, ...given.filter(([, value]) => !isTensor(value))])
    refuse(where, `is called with ${name} in a way that does not load`);
  const { return_attention_scores: scores, use_causal_mask: causal } = options;
  const names = given.map(([name]) => name);
  if (!names.includes("query") || !names.includes("value")) refuse(where, "is called without query and value");
  (layer as Own).setForm({ names, returnAttentionScores: scores === true, useCausalMask: causal === true }, where);
  return layer.apply(given.map(([, value]) => value as SymbolicTensor)) as SymbolicTensor | SymbolicTensor[];
}

/** The options that a layer is called with, and its inputs by name. */
function givenTo(layer: Layer, inputs: readonly SymbolicTensor[]): { tensors: Arguments; options: Arguments } {
  const { names, returnAttentionScores, useCausalMask } = (layer as Own).form;
  return {
    tensors: Object.fromEntries(inputs.map((input, i) => [names[i] as string, input])),
    options: {
      ...(returnAttentionScores && { return_attention_scores: true }),
      ...(useCausalMask && { use_causal_mask: true }),
    },
  };
}

const TENSORS = ["query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask"];

/** Layers that are called with their tensors one by one. */
const byName = {
  parameters: [...TENSORS, ...OPTIONS.toSorted()],
  apply(layer, given, where) {
    const entries = Object.entries(given);
    const [tensors, options] = [true, false].map((isNamed) =>
      Object.fromEntries(entries.filter(([name]) => TENSORS.includes(name) === isNamed)),
    ) as [Arguments, Arguments];
    return applyNamed(layer, tensors, options, where);
  },
  given(layer, inputs) {
    const { tensors, options } = givenTo(layer, inputs);
    return { ...tensors, ...options };
  },
} satisfies Partial<LayerType>;

/** Layers that are called with a list `[query, value, key]`, and a list of masks. */
const byList = {
  parameters: ["inputs", "mask", "training", "return_attention_scores", "use_causal_mask"],
  apply(layer, { inputs, mask, ...options }, where) {
    const [query, value, key] = Array.isArray(inputs) ? inputs : [];
    const [query_mask, value_mask] = Array.isArray(mask) ? mask : [];
    return applyNamed(layer, { query, value, key, query_mask, value_mask }, options, where);
  },
  given(layer, inputs) {
    const { tensors, options } = givenTo(layer, inputs);
    const { query_mask: queryMask, value_mask: valueMask, ...others } = tensors;
    const isMasked = queryMask !== undefined || valueMask !== undefined;
    const mask = isMasked ? { mask: [queryMask ?? null, valueMask ?? null] } : {};
    return { inputs: Object.values(others), ...mask, ...options };
  },
} satisfies Partial<LayerType>;

/** Where a layer of heads keeps its weights; what its Python class does not name publicly has an underscore. */
const placesOf =
  (nameOf: (part: string) => string) =>
  (layer: Layer): readonly string[] => {
    const { parts, config } = layer as HeadsAttention<HeadsConfig>;
    const kinds = config.useBias === false ? [0] : [0, 1];
    return parts.flatMap((part) => kinds.map((kind) => `${nameOf(part)}_dense/vars/${kind}`));
  };

const heads = {
  dropout: number,
  use_bias: flag,
  use_gate: flag,
  sliding_window: wholeOrNull,
  kernel_initializer: initializer,
  bias_initializer: initializer,
  kernel_regularizer: regularizer,
  bias_regularizer: regularizer,
  kernel_constraint: constraint,
  bias_constraint: constraint,
  // Keras gives it to the projections.
  activity_regularizer: unsupported("activity_regularizer"),
  seed: wholeOrNull,
};

/** Layers in which positions attend to each other. */
export const ATTENTION: readonly LayerType[] = [
  {
    ...ownType(MultiHeadAttention, {
      settings: {
        num_heads: required(count),
        key_dim: required(count),
        value_dim: wholeOrNull,
        output_shape: wholes,
        attention_axes: wholes,
        ...heads,
      },
      ...byName,
      places: placesOf((part) => (part === "gate" ? "_gate" : part)),
    }),
    make: ((config: object, { major }: LayerContext) =>
      new MultiHeadAttention({ ...config, ...(major === 2 && { weighsHidden: true }) } as never)) as LayerType["make"],
  },
  ownType(GroupQueryAttention, {
    settings: {
      head_dim: required(count),
      num_query_heads: required(count),
      num_key_value_heads: required(count),
      ...heads,
    },
    ...byName,
    pythonName: "GroupedQueryAttention",
    places: placesOf((part) => `_${part}`),
  }),
  ownType(Attention, {
    settings: {
      use_scale: flag,
      score_mode: word("dot", "concat"),
      dropout: number,
      seed: wholeOrNull,
      causal: unsupported("causal", false),
    },
    ...byList,
  }),
  ownType(AdditiveAttention, {
    settings: { use_scale: flag, dropout: number, seed: wholeOrNull, causal: unsupported("causal", false) },
    ...byList,
  }),
];
