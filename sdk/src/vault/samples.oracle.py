"""Assets and a model of the reference's eleven entries by h5py and Keras, and what they give: JSON on stdout."""

import json
import os
import sys

import h5py
import keras
import numpy as np
from keras import layers

home, folder = sys.argv[1:]
random = np.random.default_rng(3)
keras.utils.set_random_seed(3)


def asset(name, parts, age, **extra):
    path = f"{home}/contoso/assets/{name}"
    os.makedirs(path)
    data = {}
    for part, count in parts.items():
        data[part] = {
            "100_1_min": random.normal(size=(count, 100, 8)).astype("f4"),
            "RSI14TA_day": random.normal(size=(count, 1)).astype("f4"),
            "long_updown": random.normal(size=(count, 6)).astype("f4"),
        } | {key: random.normal(size=(count, *shape)).astype("f4") for key, shape in extra.items()}
        with h5py.File(f"{path}/{name}_{part}.h5", "w") as file:
            for key, values in data[part].items():
                file[key] = values
    os.utime(path, (age, age))
    return data


test = asset("demo", {"test": 7, "train_0": 20}, 2000)["test"]
asset("newer", {"test": 2}, 3000)
asset("other", {"test": 2}, 4000, **{"RSI14TA_day": (2,)})
os.makedirs(f"{home}/contoso/assets/empty")

x = keras.Input((801,), name="input_1")
bars = layers.Reshape((100, 8))(x[:, :800])
both = layers.Concatenate()([layers.Flatten()(bars), layers.Flatten()(x[:, 800:])])
model = keras.Model(x, layers.Dense(1, activation="sigmoid")(layers.Dropout(0.5)(both)))
model.save(f"{folder}/eleven.keras")

a, b = keras.Input((100, 8), name="a"), keras.Input((1,), name="b")
two = keras.Model([a, b], [layers.Dense(1, name="p")(layers.Flatten()(a)), layers.Dense(6, name="q")(b)])
two.save(f"{folder}/two_outputs.keras")

flat = np.concatenate([test["100_1_min"].reshape(7, -1), test["RSI14TA_day"]], axis=1)
print(
    json.dumps(
        {
            "x": flat.tolist(),
            "label": test["long_updown"].tolist(),
            "predictions": np.asarray(model(flat)).tolist(),
            "two": [np.asarray(y).tolist() for y in two([test["100_1_min"], test["RSI14TA_day"]])],
        }
    )
)
