import fc from "fast-check";
import { test } from "vitest";
import { type Case, expectAsKeras, SEED } from "./oracle.js";

/** A model of some of query q [5, 4], another s [5, 4], value v [3, 6], key k [3, 2] and mask m [5, 3] of 0 and 1. */
const attending = (name: string, inputs: string, ...outputs: string[]): Case => ({
  name,
  below: 2,
  code: `
q = L.Input((5, 4)); v = L.Input((3, 6)); k = L.Input((3, 2)); m = L.Input((5, 3), dtype='int32'); s = L.Input((5, 4))
keras.Model([${inputs}], [${outputs.map((output) => `*keras.tree.flatten(${output})`).join(", ")}])`,
});

const FIXED: readonly Case[] = [
  attending(
    "heads",
    "q, v, k, m, s",
    "L.MultiHeadAttention(2, 3)(q, v)",
    "L.MultiHeadAttention(2, 3, output_shape=7, use_bias=False)(q, v, k)",
    "L.MultiHeadAttention(3, 2, output_shape=(2, 3))(q, v, attention_mask=m)",
    "L.MultiHeadAttention(2, 3, use_gate=True)(query=q, value=s, use_causal_mask=True)",
    "L.MultiHeadAttention(1, 4, sliding_window=2)(q, q)",
  ),
  attending(
    "heads_scores",
    "q, v, k, m, s",
    // Keras with jax takes no other value_dim unless it gives the scores.
    "L.MultiHeadAttention(2, 3, value_dim=2, use_gate=True)(q, v, k, return_attention_scores=True)",
    "L.MultiHeadAttention(2, 3)(q, v, attention_mask=m, return_attention_scores=True)",
    "L.MultiHeadAttention(2, 3)(q, s, return_attention_scores=True, use_causal_mask=True)",
  ),
  attending(
    "grouped",
    "q, s",
    "L.GroupQueryAttention(3, 4, 2)(q, s, use_causal_mask=True)",
    "L.GroupQueryAttention(2, 6, 2, use_gate=True, use_bias=False)(q, s, s)",
    "L.GroupQueryAttention(2, 2, 1, sliding_window=3)(q, q, return_attention_scores=True)",
  ),
  attending(
    "dots",
    "q, s",
    "L.Attention()([q, s])",
    "L.Attention(use_scale=True)([q, s, s])",
    "L.Attention(score_mode='concat')([q, s], use_causal_mask=True)",
    "L.Attention(score_mode='concat', use_scale=True)([q, s], return_attention_scores=True)",
    "L.AdditiveAttention()([q, s])",
    "L.AdditiveAttention(use_scale=False)([q, s], use_causal_mask=True)",
  ),
  {
    name: "images",
    code: `
x = L.Input((2, 3, 4)); y = L.Input((2, 5, 4))
keras.Model([x, y], [L.MultiHeadAttention(2, 3)(x, y), *L.MultiHeadAttention(2, 3, attention_axes=2)(x, y, return_attention_scores=True)])`,
  },
  {
    name: "padded",
    formats: ["keras"],
    below: 4,
    code: `
x = L.Input((4,), dtype='int32'); y = L.Input((6,), dtype='int32')
embed = L.Embedding(4, 6, mask_zero=True)
pooled = L.GlobalAveragePooling1D()
def block(layer, *args, **kwargs):
    a, b = embed(x), embed(y)
    found = layer(a, b, *args, **kwargs)
    return [found, pooled(found), pooled(L.Add()([a, found]))]
pair = lambda: [embed(x), embed(y)]
dot, scores = L.Attention()(pair(), return_attention_scores=True)
keras.Model([x, y], [
    *block(L.MultiHeadAttention(2, 3)), *block(L.MultiHeadAttention(2, 3), use_causal_mask=True),
    *L.MultiHeadAttention(2, 3)(*pair(), return_attention_scores=True),
    *block(L.GroupQueryAttention(2, 2, 1)), dot, scores, pooled(dot), L.AdditiveAttention()(pair(), use_causal_mask=True),
    L.Attention()(pair(), mask=[ops.cast(x, 'bool'), ops.cast(y, 'bool')])])`,
  },
  {
    // The mean of a sequence that is padding alone is 0 / 0 in Keras.
    name: "nothing_but_padding",
    formats: ["keras"],
    below: 1,
    code: `
x = L.Input((4,), dtype='int32')
found = L.Embedding(4, 6, mask_zero=True)(x)
keras.Model(x, [L.GlobalAveragePooling1D()(found), L.Attention()([found, found]), L.MultiHeadAttention(2, 3)(found, found)])`,
  },
];

const flag = fc.constantFrom("True", "False");
const call = fc
  .tuple(flag, flag)
  .map(([causal, scores]) => `use_causal_mask=${causal}, return_attention_scores=${scores}`);
const few = fc.integer({ min: 1, max: 3 });
const heads = fc
  .tuple(few, few, flag, flag, fc.constantFrom("None", "2", "1"))
  .map(([heads, size, bias, gate, window]) => ({
    heads,
    size,
    rest: `use_bias=${bias}, use_gate=${gate}, sliding_window=${window}`,
  }));
const random = fc.tuple(
  fc
    .tuple(heads, fc.constantFrom("None", "3", "(2, 2)"), call)
    .map(
      ([{ heads, size, rest }, output, call]) =>
        `L.MultiHeadAttention(${heads}, ${size}, output_shape=${output}, ${rest})(q, s, ${call})`,
    ),
  fc
    .tuple(heads, few, call)
    .map(
      ([{ heads, size, rest }, shared, call]) =>
        `L.GroupQueryAttention(${size}, ${heads * shared}, ${shared}, ${rest})(s, q, ${call})`,
    ),
  fc
    .tuple(flag, fc.constantFrom("dot", "concat"), call)
    .map(([scale, mode, call]) => `L.Attention(use_scale=${scale}, score_mode='${mode}')([q, s, q], ${call})`),
);

const RANDOM = fc
  .sample(random, { seed: SEED, numRuns: 2 })
  .map((outputs, i) => attending(`random_${i}`, "q, s", ...outputs));

test("attention layers as in Keras", { timeout: 600_000 }, async () => {
  await expectAsKeras([...FIXED, ...RANDOM]);
});
