"""Trains the demo's model spy_e1 on the demo's asset with Keras 3 and saves it beside this script.

Usage: KERAS_BACKEND=jax python train_spy_e1.py HOME/contoso/assets/schema_demo

With Python 3.10 and its newest Keras, 3.12: that one does not read what later ones write, and they read what it writes.
"""

import sys
from pathlib import Path

import h5py
import keras
import numpy as np
from keras import layers

FEATURES = ["100_1_min", "RSI14TA_day"]
LABEL, COLUMN = "long_updown", 0
# A move of 5 % is 1 to a unit; with more, float32 alone moves predictions by more than 1e-5.
GAIN = 20


def read(path):
    with h5py.File(path) as file:
        x = np.concatenate([file[name][:].reshape(len(file[name]), -1) for name in FEATURES], axis=1)
        return x, file[LABEL][:, COLUMN]


def canvas():
    """The reference's eleven entries: the two slices of the input are operations, the others are layers."""
    dense, end = "dense_40c93684-299b-41df-b233-912a47954a84", "end_d1657694-e01d-409b-aec8-15b33a9aefbc"
    x = keras.Input((801,), name="input_1")
    bars, strength = layers.Flatten(name="flatten")(x[:, 0:800]), layers.Flatten(name="flatten_1")(x[:, 800:801])
    y = layers.Concatenate(name=f"{dense}_concatenate")([bars, strength])
    y = layers.Dropout(0.0, name="dropout")(y)  # a dropped price would be a move of 100 %
    y = layers.Dense(16, activation="tanh", name=f"{dense}_0")(y)
    y = layers.GaussianNoise(0.05, name="gaussian_noise")(y)
    y = layers.Dropout(0.1, name="dropout_1")(y)
    return keras.Model(x, layers.Dense(1, activation="sigmoid", name=end)(y), name="spy_e1")


def trends(units, random):
    """Fixed filters: each unit sees the mean close of the last few bars against that of more of them."""
    kernel = np.zeros((801, units), "float32")
    closes = np.arange(100) * 8 + 3
    for unit in range(units):
        few, more = sorted(random.choice(np.arange(1, 101), 2, replace=False))
        kernel[closes[-few:], unit] += GAIN / few
        kernel[closes[-more:], unit] -= GAIN / more
    return kernel


if __name__ == "__main__":
    keras.utils.set_random_seed(1)
    asset = Path(sys.argv[1])
    parts = [read(path) for path in sorted(asset.glob("*_train_*.h5"))]
    x, y = (np.concatenate(part) for part in zip(*parts))
    model = canvas()
    hidden = next(layer for layer in model.layers if layer.name.startswith("dense") and layer.weights)
    hidden.set_weights([trends(16, np.random.default_rng(1)), np.zeros(16)])
    hidden.trainable = False
    model.compile(keras.optimizers.Adam(1e-2), "binary_crossentropy", metrics=["accuracy"])
    test = read(asset / f"{asset.name}_test.h5")
    model.fit(x, y, batch_size=32, epochs=60, validation_data=test, verbose=2)
    keras.backend.clear_session()  # names count from the start again
    untouched = canvas()  # no layer frozen, no optimizer
    untouched.set_weights(model.get_weights())
    untouched.save(Path(__file__).with_name("spy_e1.keras"))
