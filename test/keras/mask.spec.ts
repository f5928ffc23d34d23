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
  {
    name: "given",
    // With numpy a nested model takes copies, so its masks are not the tensors'.
    reload: "jax",
    code: `${embedded}
pool = L.GlobalAveragePooling1D
side = L.Input((4, 3)); other = L.Input((4, 3))
inner = keras.Model(side, L.LSTM(2, return_sequences=True)(L.Dense(3)(side)), name='inner')
both = keras.Model([side, other], [L.Add()([L.Dense(3)(side), other]), L.Identity()(other)], name='both')
line = keras.Sequential([L.Input((4, 3)), L.Dense(2), L.GRU(2, return_sequences=True)], name='line')
mask = ops.not_equal(x, 1)
first = inner(y, mask=mask)
total, rest = both([y, plain], mask=[None, mask])
more, _ = both([e, y], mask=[mask, ops.not_equal(x, 2)])
keras.Model([x, y], [pool()(first), inner(e), inner(e, mask=mask), L.Dense(2)(total), L.LSTM(2)(rest), line(plain, mask=mask), L.Add()([y, y]), L.Multiply()([plain, first[..., :1]]), L.LSTM(2)(more)])`,
  },
];

/** Random graphs in which MultiHeadAttention takes tensors that other layers take too, and nested models get masks. */
const graphs = (count: number): Case[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `order_${i}`,
    formats: ["keras"],
    reload: "jax",
    train: false,
    code: `
import random
pick = random.Random("${SEED} ${i}")
def nested(n):
    side = L.Input((4, 3))
    takes = pick.random() < 0.5
    last = L.MultiHeadAttention(1, 2)(side, side) if takes else L.Dense(3)(side)
    return keras.Model(side, L.Add()([side, last]), name=f'nested_{n}')
x = L.Input((4,), dtype='int32')
e = L.Embedding(5, 3, mask_zero=True)(x)
masks = [ops.not_equal(x, n) for n in (1, 2)]
tensors = [e, L.Dropout(0.1)(e)]
takes = lambda: pick.choice(tensors[-4:] if pick.random() < 0.7 else tensors)
attend = L.MultiHeadAttention(1, 2)
for n in range(12):
    kind = pick.randrange(9)
    a, b = takes(), takes()
    tensors.append(
        L.MultiHeadAttention(1, 2)(a, b) if kind < 2 else attend(a, b, use_causal_mask=True) if kind == 2
        else L.Add()([a, b]) if kind == 3 else L.Multiply()([a, b]) if kind == 4 else L.Dropout(0.3)(a) if kind == 5
        else nested(n)(a, mask=pick.choice(masks)) if kind == 6 else nested(n)(a) if kind == 7 else L.LayerNormalization()(a))
keras.Model(x, [L.Multiply()([t, t]) for t in pick.sample(tensors, 6)])`,
  }));

test(`masks of seed ${SEED}`, { timeout: 300_000 }, async () => {
  await expectAsKeras([...cases, ...graphs(6)]);
});
