import { test } from "vitest";
import { type Case, expectAsKeras, SEED } from "./oracle.js";

const embedded = `
x = L.Input((4,), dtype='int32')
e = L.Embedding(5, 3, mask_zero=True)(x)
plain = L.Embedding(5, 3)(x)
y = L.Input((4, 3))
m = L.Masking(0.0)(L.ReLU(max_value=1.0)(L.Dense(3, use_bias=False)(y)))`;

const cases: Case[] = [
  {
    name: "pooled",
    code: `${embedded}
pool = L.GlobalAveragePooling1D
through = L.Dropout(0.0)(L.Activation('tanh')(L.Dense(3)(e)))
keras.Model([x, y], [pool()(e), pool()(m), pool()(plain), pool()(through), pool()(L.Reshape((2, 6))(e)), pool()(e)])`,
  },
  {
    name: "merged",
    code: `${embedded}
pool = L.GlobalAveragePooling1D
both = [e, L.Dense(3)(m)]
half = [plain, e]
layers = [L.Add, L.Subtract, L.Average, L.Multiply, L.Maximum, L.Minimum]
keras.Model([x, y], [pool()(layer()(given)) for layer in layers for given in [both, half]])`,
  },
  {
    name: "concatenated",
    code: `${embedded}
pool = L.GlobalAveragePooling1D
given = [[e, m], [e, plain], [plain, m], [plain, plain]]
keras.Model([x, y], [pool()(L.Concatenate(axis=axis)(pair)) for axis in [1, 2] for pair in given])`,
  },
  {
    name: "recurrent",
    code: `${embedded}
a = L.LSTM(2, return_sequences=True)(e)
b = L.LSTM(2)(a)
c = L.LSTM(2)(plain)
d = L.LSTM(2, go_backwards=True)(L.TimeDistributed(L.Dense(2))(m))
keras.Model([x, y], [L.GlobalAveragePooling1D()(a), b, c, d])`,
  },
  {
    name: "attention",
    code: `${embedded}
attend = L.MultiHeadAttention(2, 3)
keras.Model([x, y], [L.GlobalAveragePooling1D()(attend(e, m)), attend(plain, e), attend(e, plain), attend(plain, plain)])`,
  },
  {
    // Masks that leave a nested model are attached at run time and in no call of the file.
    name: "nested",
    code: `
def encoder(name):
    x = L.Input((4,), dtype='int32')
    e = L.Embedding(5, 3, mask_zero=True)(x)
    return keras.Model(x, [L.Identity()(e), L.Dense(3)(e), L.Embedding(5, 3)(x)], name=name)

decode = keras.Sequential([L.Input((4, 3)), L.Dense(3, activation='relu'), L.GlobalAveragePooling1D()], name='decode')
x, y = L.Input((4,), dtype='int32'), L.Input((4,), dtype='int32')
first, second, plain = encoder('one')(x)
other, more, extra = encoder('two')(y)
pool = lambda tensor: L.GlobalAveragePooling1D()(tensor)
merges = [L.Add, L.Subtract, L.Average, L.Multiply, L.Maximum, L.Minimum, L.Concatenate, lambda: L.Concatenate(axis=1)]
outputs = [pool(layer()(pair)) for layer in merges for pair in [[first, other], [plain, first], [second, second]]]
outputs += [pool(more), pool(extra), pool(first), pool(L.Dropout(0.0)(second)), decode(second), decode(plain), L.LSTM(2)(second)]
outputs += [pool(L.TimeDistributed(L.Dense(2))(second)), pool(L.Permute((2, 1))(first)), L.MultiHeadAttention(1, 2)(plain, other)]
keras.Model([x, y], outputs)`,
  },
];

test(`masks of seed ${SEED}`, { timeout: 300_000 }, async () => {
  await expectAsKeras(cases);
});
