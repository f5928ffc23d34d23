"""Models of many kinds of layers, as `.keras` and `.h5`. Usage: make-hostile-models.py FOLDER SEED"""

import sys

import keras
import numpy as np
from keras import layers as L
from keras import ops

folder, seed = sys.argv[1], int(sys.argv[2])
keras.utils.set_random_seed(seed)


def spatial():
    x = L.Input((8, 8, 2))
    y = L.Conv2D(3, 3, strides=2, padding="same", activation="relu", kernel_regularizer="l2")(x)
    y = L.DepthwiseConv2D(3, dilation_rate=2, padding="same", data_format="channels_last")(y)
    y = L.SeparableConv2D(4, 2, depth_multiplier=2)(L.UpSampling2D(2)(y))
    y = L.Conv2DTranspose(3, 3, strides=2)(L.ZeroPadding2D(((1, 0), (2, 1)))(y))
    y = L.AveragePooling2D(2)(L.MaxPooling2D(3, strides=2)(y))
    y = L.Cropping2D(1)(L.Resizing(6, 6)(y))
    y = L.GroupNormalization(3)(y)
    one = L.Conv1D(2, 2, groups=2, padding="causal")(L.Reshape((-1, 4))(L.Dense(4)(y)))
    return keras.Model(x, [L.GlobalAveragePooling2D()(y), L.Flatten()(L.Cropping1D((1, 1))(one))])


def recurrent():
    x = L.Input((5, 3))
    y = L.Bidirectional(L.LSTM(2, return_sequences=True, dropout=0.1))(L.Masking(-1.0)(x))
    y = L.GRU(3, return_sequences=True, kernel_initializer="orthogonal", bias_constraint="non_neg")(y)
    y = L.RNN(L.StackedRNNCells([L.SimpleRNNCell(2), L.LSTMCell(3)]), return_sequences=True)(y)
    y = L.TimeDistributed(L.Dense(4, activation=keras.layers.LeakyReLU(0.1)))(y)
    y = L.ConvLSTM1D(2, 2, padding="same")(L.Reshape((5, 2, 2))(y))
    return keras.Model(x, L.SimpleRNN(2, stateful=False)(y))


def attention():
    words = L.Input((6,), dtype="int32")
    x = L.Embedding(7, 4, mask_zero=True)(words)
    y = L.MultiHeadAttention(2, 3, value_dim=2, dropout=0.1)(x, x, use_causal_mask=True)
    y = L.LayerNormalization(axis=-1, epsilon=1e-5)(L.Add()([x, y]))
    y = L.Concatenate(axis=-1)([y, L.GroupQueryAttention(2, 4, 2)(y, y)])
    y = L.Attention(use_scale=True)([y, y])
    y = L.EinsumDense("abc,cd->abd", output_shape=(None, 4), bias_axes="d")(y)
    y = L.Dot(axes=(1, 1), normalize=True)([y, L.PReLU(shared_axes=[1])(y)])
    model = keras.Model(words, L.Dense(1)(L.Softmax(axis=[1])(L.Permute((2, 1))(y))))
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([2, 5], [0.1, 0.05, 0.01])
    model.compile(keras.optimizers.AdamW(rate, clipnorm=1.0), keras.losses.Huber(), metrics=["mae"])
    model.fit(np.ones((2, 6)), np.ones((2, 4, 1)), verbose=0)
    return model


def nested():
    small = keras.Sequential([L.Input((4,)), L.Dense(3, activation="relu"), L.BatchNormalization()], name="small")
    a, b = L.Input((4,), name="a"), L.Input((4,), name="b")
    inner = keras.Model([a, b], {"sum": L.Add()([small(a), small(b)]), "x": L.Multiply()([a, b])}, name="inner")
    p, q = L.Input((4,), name="p"), L.Input((4,), name="q")
    out = inner([p, q])
    y = L.Concatenate(name="c")([out["sum"], out["x"], L.GaussianNoise(0.1)(L.Rescaling(0.5)(p))])
    y = L.Lambda(lambda x: x[:, 1:6], name="cut")(y)
    shared = L.Dense(5, name="shared", kernel_constraint=keras.constraints.MaxNorm(2))
    model = keras.Model({"p": p, "q": q}, [shared(shared(y)), L.UnitNormalization(name="unit")(y)])
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True), loss=["mse", "mae"], loss_weights=[1.0, 2.0]
    )
    model.fit([np.ones((2, 4))] * 2, [np.ones((2, 5))] * 2, verbose=0)
    return model


def operations():
    x, y = L.Input((4, 6)), L.Input((4, 6))
    z = ops.concatenate([x[:, 1:3, ::2], ops.pad(y[:, :2], [[0, 0], [0, 0], [0, 1]])], axis=-1)
    z = ops.matmul(z, ops.transpose(z, (0, 2, 1))) * 2.0 + np.ones((2, 2), "float32")
    z = ops.tile(ops.repeat(ops.expand_dims(z, -1), 2, axis=1), (1, 1, 2, 3))
    z = ops.where(z > 0, z, ops.broadcast_to(ops.mean(z, axis=(1, 2), keepdims=True), (1, 4, 4, 3)))
    z = ops.einsum("abcd,abce->ade", z, ops.moveaxis(ops.roll(z, 1, axis=1), 1, 2))
    w = ops.one_hot(ops.argmax(z, axis=-1), 3) + ops.take(z, [0, 2, 1], axis=1)
    v = ops.conv(ops.stack([w, w], axis=-1), np.ones((2, 2, 2, 2), "float32"), strides=1, padding="same")
    first, last = ops.split(ops.reshape(v, (-1, 18)), [9], axis=-1)
    return keras.Model([x, y], [ops.softmax(first), ops.top_k(last, 2)[0], ops.clip(ops.cumsum(w, axis=1), -1, 1)])


def preprocessing():
    x, n = L.Input((3,)), L.Input((1,), dtype="int32")
    norm = L.Normalization(mean=[0.0, 1.0, 2.0], variance=[1.0, 2.0, 3.0])(x)
    bins = L.Discretization(bin_boundaries=[0.0, 1.0])(x)
    codes = L.CategoryEncoding(4, output_mode="multi_hot")(n)
    both = L.Concatenate()([norm, L.Dropout(0.3)(ops.cast(bins, "float32")), codes])
    dense = L.SpectralNormalization(L.Dense(4, use_bias=False))(both)
    return keras.Model([x, n], L.Maximum()([L.RepeatVector(2)(dense), L.ActivityRegularization(0.1)(L.RepeatVector(2)(dense))]))


for make in (spatial, recurrent, attention, nested, operations, preprocessing):
    model = make()
    model.save(f"{folder}/{make.__name__}.keras")
    if make is not operations:  # Keras writes no operations into `.h5`.
        model.save(f"{folder}/{make.__name__}.h5")
