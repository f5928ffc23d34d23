"""What real Keras does with the settings of layers: reads { folder } as JSON, prints a record of results.

`save` builds models, saves them untrained and takes one step of SGD; `check` reads models that Lit Lab saved.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import constraints, initializers, layers as L, regularizers

request = json.load(sys.stdin)
folder = Path(request["folder"])
random = np.random.default_rng(request["seed"])
keras.utils.set_random_seed(request["seed"])


def pack(array):
    array = np.asarray(array)
    kind = "int32" if array.dtype.kind in "iu" else "float32"
    return {"shape": list(array.shape), "dtype": kind, "values": array.astype("float64").ravel().tolist()}


INITIALIZERS = [
    initializers.Zeros(), initializers.Ones(), initializers.Constant(0.3), initializers.Identity(),
    initializers.RandomNormal(0.5, 0.2, seed=1), initializers.RandomUniform(-0.3, 0.6), initializers.TruncatedNormal(0.1, 0.4),
    initializers.GlorotNormal(), initializers.GlorotUniform(seed=4), initializers.HeNormal(), initializers.HeUniform(),
    initializers.LecunNormal(), initializers.LecunUniform(), initializers.Orthogonal(1.5),
    initializers.VarianceScaling(0.7, "fan_out", "untruncated_normal"), initializers.VarianceScaling(0.7, "fan_avg", "uniform"),
    initializers.VarianceScaling(0.7, "fan_in", "truncated_normal"),
]
REGULARIZERS = [regularizers.L1(0.1), regularizers.L2(0.2), regularizers.L1L2(0.1, 0.2),
                regularizers.OrthogonalRegularizer(0.3), regularizers.OrthogonalRegularizer(0.3, "columns")]
CONSTRAINTS = [constraints.MaxNorm(0.8, 0), constraints.MaxNorm(0.8, [0, 1]), constraints.NonNeg(), constraints.UnitNorm(1),
               constraints.MinMaxNorm(0.5, 0.9, rate=0.7, axis=0), constraints.UnitNorm([0, 1])]


def settings():
    """A layer for each object, and what the object does: draws, penalties, projections."""
    x = L.Input((24,), name="x")
    kernel = random.normal(size=(24, 5)).astype("float32")
    layers, found = [], {}
    for i, initializer in enumerate(INITIALIZERS):
        layers.append(L.Dense(30, kernel_initializer=initializer, name=f"initializer_{i}"))
        drawn = np.asarray(initializer((60, 50) if i != 3 else (24, 30)))
        found[f"initializer_{i}"] = [float(drawn.mean()), float(drawn.std()), float(drawn.min()), float(drawn.max())]
    for i, regularizer in enumerate(REGULARIZERS):
        layers.append(L.Dense(5, kernel_regularizer=regularizer, name=f"regularizer_{i}"))
        found[f"regularizer_{i}"] = float(regularizer(keras.ops.convert_to_tensor(kernel)))
    for i, constraint in enumerate(CONSTRAINTS):
        layers.append(L.Dense(5, kernel_constraint=constraint, name=f"constraint_{i}"))
        found[f"constraint_{i}"] = pack(constraint(keras.ops.convert_to_tensor(kernel)))
    model = keras.Model(x, [layer(x) for layer in layers])
    model.save(folder / "settings.keras")
    configs = {layer.name: layer.get_config() for layer in layers}
    return {"kernel": pack(kernel), "found": found, "configs": configs}


def penalized():
    """Each layer that punishes its output is called once: of several calls Keras' jax trainer counts the last only, others all."""
    inner_x = L.Input((3,))
    inner = keras.Model(inner_x, L.Dense(3, activation="tanh", activity_regularizer=regularizers.L2(0.3))(inner_x), name="inner")
    x = L.Input((3,))
    shared = L.Dense(3, kernel_regularizer=regularizers.L1L2(0.1, 0.2))
    y = L.ActivityRegularization(0.05, 0.02)(shared(shared(inner(x))))
    y = L.Dense(3, activity_regularizer="l1")(y)
    return keras.Model(x, L.Dense(2, kernel_constraint=constraints.MaxNorm(0.5), bias_constraint=constraints.NonNeg(),
                                  kernel_regularizer=regularizers.OrthogonalRegularizer(0.3))(y))


def masked():
    x = L.Input((6,), dtype="int32")
    e = L.Embedding(4, 3, mask_zero=True)(x)
    return keras.Model(x, L.Dense(2)(L.Add()([L.Dropout(0.0)(e), L.Dense(3, activation="tanh")(e)])))


def trained(name, model, x):
    """One step of plain gradient descent, and what evaluating says before it."""
    model.compile(keras.optimizers.SGD(0.1), loss="mse", metrics=["mae"])
    model.save(folder / f"{name}.keras")
    y = random.normal(size=(len(x), *model.output_shape[1:])).astype("float32")
    loss, metric = model.train_on_batch(x, y)
    return {"x": pack(x), "y": pack(y), "loss": float(loss), "metric": float(metric), "weights": [pack(w) for w in model.get_weights()]}


if request["task"] == "save":
    x = random.normal(size=(4, 3)).astype("float32")
    steps = random.integers(0, 4, size=(4, 6)).astype("int32")
    print(json.dumps({
        "settings": settings(),
        "penalized": trained("penalized", penalized(), x),
        "masked": trained("masked", masked(), steps),
    }))
else:
    saved = keras.saving.load_model(folder / "saved.keras")
    differing = [
        {"name": name, "found": found, "wanted": config}
        for name, config in request["configs"].items()
        for found in [json.loads(json.dumps(saved.get_layer(name).get_config()))]
        if {**found, "dtype": 0, "build_config": 0} != {**config, "dtype": 0, "build_config": 0}
    ]
    print(json.dumps(differing))
