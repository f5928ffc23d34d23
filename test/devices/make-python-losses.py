"""Writes python-losses.json: what TensorFlow loses a step when it trains. .cache/peers/devices/bin/python test/devices/make-python-losses.py"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

L = keras.layers


def values(shape, step):
    """Numbers from -0.5 to below 0.5, which the spec makes alike."""
    i = np.arange(np.prod(shape), dtype=np.int64)
    return ((i * step % 1009) / 1009 - 0.5).astype("float32").reshape(shape)


def dense(units):
    return L.Dense(units, activation="tanh")


MODELS = {
    "mlp": ([16], [dense(32), L.Dense(1)]),
    "cnn": ([12, 12, 1], [L.Conv2D(8, 3, activation="relu"), L.MaxPooling2D(2), L.Flatten(), L.Dense(1)]),
    "lstm": ([10, 4], [L.LSTM(8), L.Dense(1)]),
    "batchNorm": ([16], [dense(32), L.BatchNormalization(), L.Dense(1)]),
}


def losses(shape, layers):
    model = keras.Sequential([keras.Input(shape), *layers])
    for number, layer in enumerate(model.layers):
        if not isinstance(layer, L.BatchNormalization):
            layer.set_weights([values(w.shape, 7919 + 2 * number + i) for i, w in enumerate(layer.get_weights())])
    model.compile(keras.optimizers.SGD(0.05), "mse")
    x, y = values([128, *shape], 733), values([128, 1], 389)
    found = []
    for _ in range(5):
        for at in range(0, 128, 32):
            found.append(float(model.train_on_batch(x[at : at + 32], y[at : at + 32])))
            model.reset_metrics()
    return found


result = {
    "python": sys.version.split()[0],
    "tensorflow": tf.__version__,
    "keras": keras.__version__,
    "losses": {name: losses(*given) for name, given in MODELS.items()},
}
Path(__file__).with_name("python-losses.json").write_text(json.dumps(result, indent=2) + "\n")
