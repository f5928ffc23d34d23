import { test } from "vitest";
import { type Case, expectAsKeras } from "./oracle.js";

const cases: Case[] = [
  {
    name: "names",
    code: `
inside = L.Input((4,), name=' in:side')
inner = keras.Model(inside, L.Dense(3, name='Größe')(inside), name='inner model')
x = L.Input((4, 4), name='цена')
y = L.TimeDistributed(L.Dense(3, name='a step'), name='each step')(x)
y = L.Bidirectional(L.LSTM(2, name='_lstm at all'), name='both ways!')(y)
y = L.Concatenate(name='a:0')([y, inner(x[:, 0]), L.Activation('tanh', name='(a)')(y)])
first = L.Dense(2, name='out put')(y)
keras.Model(x, [first, L.Dense(2, name='out_put')(y), keras.Sequential([L.Dense(2, name='1 of 2'), L.BatchNormalization(name='_2')], name='my head')(y)], name='a model')`,
  },
  {
    name: "sequential",
    code: "keras.Sequential([L.Input((3,), name='an input'), L.Dense(2, name='a layer'), L.Dense(2, name='_b')], name='é')",
  },
  {
    name: "late",
    train: false,
    code: `
model = keras.Sequential([L.Dense(2, name='a layer'), L.Dense(2, name='_b')], name='my model')
model.build((None, 3))
model`,
  },
];

test("names of layers that TensorFlow.js has not", { timeout: 300_000 }, () => expectAsKeras(cases));
