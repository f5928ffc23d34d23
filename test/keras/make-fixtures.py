"""Models that real Keras makes, with random weights, as .keras and .h5, their inputs and predictions as JSON. Usage: make-fixtures.py FOLDER SEED"""

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from keras import layers as L

folder, seed = Path(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(seed)
keras.utils.set_random_seed(seed)


def save(name, model, formats=("keras", "h5")):
    for weight in model.weights:
        if "seed" in weight.path:
            continue
        value = random.normal(0, 0.4, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    inputs = [random.normal(size=[5, *tensor.shape[1:]]).astype("float32") for tensor in model.inputs]
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    pack = lambda arrays: [{"shape": list(a.shape), "values": np.asarray(a).ravel().tolist()} for a in arrays]
    io = {"inputs": pack(inputs), "outputs": pack(outputs), "parameters": model.count_params()}
    io["formats"] = list(formats)
    (folder / f"{name}.json").write_text(json.dumps(io))
    for extension in formats:
        model.save(folder / f"{name}.{extension}")


def canvas():
    dense, end = "dense_40c93684-299b-41df-b233-912a47954a84", "end_d1657694-e01d-409b-aec8-15b33a9aefbc"
    x = L.Input((801,), name="input_1")
    bars, rsi = L.Flatten()(x[:, 0:800]), L.Flatten()(x[:, 800:801])
    y = L.Concatenate(name=f"{dense}_concatenate")([bars, rsi])
    y = L.Dropout(0.5)(y)
    y = L.Dense(16, activation="relu", name=f"{dense}_0")(y)
    y = L.Dropout(0.5)(L.GaussianNoise(0.5)(y))
    return keras.Model(x, L.Dense(1, activation="sigmoid", name=end)(y))


save("canvas", canvas(), ["keras"])

x = L.Input((6, 4, 3))
parts = [
    x[:, 1], x[:, -1, 1:], x[:, ::2, ..., 0], x[..., 1], x[:, 4:1:-1], x[:, :, None, 1, 2], x[:, 2:99, -3:-1, ::-2],
]  # fmt: skip
save("slices", keras.Model(x, L.Dense(2)(L.Concatenate()([L.Flatten()(part) for part in parts]))), ["keras"])

ACTIVATIONS = [
    "linear", "relu", "relu6", "elu", "selu", "sigmoid", "tanh", "softmax", "softplus", "softsign", "silu", "gelu", "mish",
    "exponential", "leaky_relu", "hard_sigmoid", "hard_silu", "log_sigmoid", "log_softmax",
]  # fmt: skip
x = L.Input((7,))
save("activations", keras.Model(x, [L.Activation(name)(L.Dense(4, activation=name)(x)) for name in ACTIVATIONS]))

save("sequential", keras.Sequential([L.Input((5,)), L.Dense(4, activation="relu"), L.Dropout(0.3), L.Dense(2)]))
late = keras.Sequential([L.Dense(4, use_bias=False), L.BatchNormalization(), L.Dense(2, kernel_regularizer="l2")])
late.build((None, 5))
late.predict(np.zeros((1, 5), "float32"), verbose=0)
save("sequential_without_input", late)

a, b = L.Input((3,), name="a"), L.Input((2, 2), name="b")
joined = L.Concatenate(axis=-1)([L.Dense(3)(a), L.Flatten()(b)])
save("two_inputs_two_outputs", keras.Model([a, b], [L.Dense(1)(joined), L.Reshape((7, 1))(joined)]))

x = L.Input((4, 6))
y = L.BatchNormalization(axis=1, epsilon=0.01)(x)
y = L.BatchNormalization(center=False)(y)
y = L.BatchNormalization(scale=False)(L.Reshape((-1, 3))(y))
save("batch_normalization", keras.Model(x, L.Flatten()(y)))

x = L.Input((4,))
shared = L.Dense(4, activation="tanh", name="shared")
save("shared_layer", keras.Model(x, L.Dense(1)(shared(shared(x)))))

x = L.Input((3, 2, 4))
y = L.Flatten(data_format="channels_first")(x)
save("flatten_channels_first", keras.Model(x, L.Dense(2)(L.Concatenate(axis=1)([y, L.Flatten()(x)]))))

trained = keras.Sequential([L.Input((3,)), L.Dense(4, activation="hard_sigmoid"), L.Dense(1)])
trained.compile("adam", "mse")
trained.fit(random.normal(size=(32, 3)), random.normal(size=(32, 1)), verbose=0)
save("trained", trained)

x = L.Input((3,))
mixed = L.Dense(1, dtype="float32")(L.Dense(4)(x))
save("frozen", keras.Model(x, mixed, trainable=False))

x = L.Input((4,))
lambda_model = keras.Model(x, L.Lambda(lambda t: t[:, 0:2], output_shape=(2,), name="slice")(x))
save("lambda", lambda_model)

# Models that must be refused.
opaque = keras.Model(x, L.Lambda(lambda t: keras.ops.square(t), output_shape=(4,), name="sneaky")(x))
opaque.save(folder / "opaque.keras")
opaque.save(folder / "opaque.h5")
keras.Sequential([L.Input((8, 8, 2)), L.RandomFlip(name="flip")]).save(folder / "flip.keras")
