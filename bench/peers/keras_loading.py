"""Keras' side of bench/keras.mjs: makes the models, then answers `load PATH` and `predict PATH` on standard input."""

import json
import os
import resource
import sys
import time

os.environ["KERAS_BACKEND"] = "jax"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from keras import layers as L

folder = sys.argv[1]


def weights():
    """100 MB of weights: 5 layers of 2,236 x 2,236."""
    return keras.Sequential([L.Input((2236,)), *[L.Dense(2236, activation="relu") for _ in range(5)], L.Dense(1)])


def mobile_net():
    return keras.applications.MobileNetV2(weights=None)


def functional():
    """200 layers: blocks of Dense, BatchNormalization, Activation and Add."""
    x = given = L.Input((32,))
    for _ in range(50):
        y = L.Activation("relu")(L.BatchNormalization()(L.Dense(32)(x)))
        x = L.Add()([x, y])
    return keras.Model(given, x)


if not os.path.exists(f"{folder}/weights.keras"):
    for make in (weights, mobile_net, functional):
        make().save(f"{folder}/{make.__name__}.keras")
print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    command, path = line.split()
    cpu, wall = time.process_time(), time.perf_counter()
    model = keras.saving.load_model(path)
    took = {"cpuMs": (time.process_time() - cpu) * 1e3, "wallMs": (time.perf_counter() - wall) * 1e3}
    took["peakMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if command == "predict":
        shape = [1, *model.inputs[0].shape[1:]]
        x = (np.arange(np.prod(shape), dtype="float32") % 7 / 7).reshape(shape)
        took = {"outputs": np.asarray(model(x), "float64").ravel().tolist()}
    print(json.dumps(took), flush=True)
