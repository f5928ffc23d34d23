"""Python TensorFlow's side of bench/devices.mjs: makes the models in a folder, then answers lines on standard input."""

import json
import os
import resource
import sys
import time
import warnings

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

# The optimizer has not made a step yet.
warnings.filterwarnings("ignore", "Skipping variable loading")
folder = sys.argv[1]


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if sys.argv[2:] == ["first"]:
    model = tf.function(keras.models.load_model(f"{folder}/mlp.keras"), reduce_retracing=True)
    model(tf.ones([1, 512])).numpy()
    print(json.dumps({"cpuMs": time.process_time() * 1e3, "peakMb": peak_mb()}), flush=True)
    sys.exit()

keras.utils.set_random_seed(1)
models = {
    "mlp": keras.Sequential(
        [L.Input((512,)), L.Dense(1024, activation="relu"), L.Dense(512, activation="relu"), L.Dense(1)]
    ),
    "lstm": keras.Sequential([L.Input((100, 8)), L.Conv1D(32, 3, padding="same"), L.LSTM(64), L.Dense(1)]),
    "layer": keras.Sequential([L.Input((100, 32)), L.LSTM(64)]),
    "gru": keras.Sequential([L.Input((100, 8)), L.Conv1D(32, 3, padding="same"), L.GRU(64), L.Dense(1)]),
}
for name, model in models.items():
    model.compile(keras.optimizers.Adam(1e-4), "mse")
    model.save(f"{folder}/{name}.keras")
row = tf.random.normal([1, 64])
product = [tf.random.normal([1024, 1024]) for _ in range(2)]
calls = {name: tf.function(model, reduce_retracing=True) for name, model in models.items()}
batches = {}


def wave(*shape):
    return tf.constant(np.sin(np.arange(np.prod(shape)) * 0.7).astype("float32").reshape(shape))


def batch_of(name, count):
    if (name, count) not in batches:
        batches[name, count] = wave(count, *models[name].input_shape[1:]), wave(count, 1)
    return batches[name, count]


print(json.dumps("ready"), flush=True)
for line in sys.stdin:
    command, *rest = line.split()
    if rest:
        x, y = batch_of(rest[0], int(rest[1]))
    cpu, wall = time.process_time(), time.perf_counter()
    if command == "product":
        value = tf.matmul(*product).numpy()
    elif command == "ops":
        value = row
        for _ in range(50):
            value = tf.tanh(value + row)
        value = value.numpy()
    elif command == "step":
        value = models[rest[0]].train_on_batch(x, y)
    elif command == "default":
        value = models[rest[0]].predict(x, verbose=0)
    else:
        value = calls[rest[0]](x).numpy()
    took = {"cpuMs": (time.process_time() - cpu) * 1e3, "wallMs": (time.perf_counter() - wall) * 1e3}
    took["peakMb"] = peak_mb()
    print(json.dumps({"outputs": value.astype("float64").ravel().tolist()} if command == "outputs" else took), flush=True)
