"""Trains models with real Keras: reads { folder, seed, cases }, { folder, resume } or { folder, freeze } as JSON.

A case is { name, model, compile, targets }: Python for a model and for compile's arguments, and the kind of each output's targets.
It trains 3 batches, is saved as <name>.keras (<name>.h5 if the name ends in _1), and trains 6 more. <name>.json holds the 6 batches, what each
gave (loss and metrics), the weights after 3 and after 6, and what an evaluation of the first then gives if the case asks.
A case with `fit`, Python for arguments of fit, does that instead of the 6: <name>.json holds the data, the history, the weights,
and an evaluation by name and as a list. `resume` lists { name, batches }: <name>.saved.keras trains them.
`freeze` lists { file, set, result }: layers by their path and what their `trainable` becomes; <result>.json says what then is.
"""

import functools
import json
import os
import sys
import zlib
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
# Compiling costs more than these steps.
os.environ["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"

import keras
import numpy as np
from keras import layers as L


@keras.saving.register_keras_serializable("litlab")
def strange(y_true, y_pred):
    return keras.ops.mean(y_true * y_pred, axis=-1)


request = json.load(sys.stdin)
folder = Path(request["folder"])
scope = {"keras": keras, "L": L, "np": np, "strange": strange, "M": keras.metrics, "O": keras.optimizers, "S": keras.optimizers.schedules}


def target(kind, shape, random):
    if kind == "numbers":
        return random.normal(size=shape)
    if kind == "positive":
        return random.uniform(0.1, 2, shape)
    if kind == "binary":
        return random.integers(0, 2, shape).astype("float32")
    if kind == "first class":
        return random.integers(0, 2, shape[:-1] + [1]).astype("float32")
    if kind == "signs":
        return random.integers(0, 2, shape) * 2.0 - 1
    if kind == "labels":
        return random.integers(0, shape[-1], [shape[0], 4])
    classes = random.integers(0, shape[-1], shape[:-1])
    if kind == "classes":
        return classes[..., None].astype("float32")
    one_hot = np.eye(shape[-1])[classes]
    return one_hot if kind == "one hot" else (one_hot + 0.1) / (1 + 0.1 * shape[-1])


def pack(array):
    array = np.asarray(array, "float32")
    return {"shape": list(array.shape), "values": array.astype("float64").ravel().tolist()}


def unpack(packed):
    return np.array(packed["values"], "float32").reshape(packed["shape"])


def single(values):
    return values[0] if len(values) == 1 else values


def numbers(value):
    return np.asarray(value, "float64").ravel().tolist()


def listed(results):
    return [n for value in (results if isinstance(results, list) else [results]) for n in numbers(value)]


def train(model, inputs, targets, step="train_on_batch"):
    model.reset_metrics()
    found = getattr(model, step)(single(inputs), single(targets))
    return listed(found)


def fit(model, name, arguments, batch):
    (inputs, targets), (held, wanted) = batch(11), batch(5)
    held_out = (single(held), single(wanted))
    data = [single(inputs), single(targets)]
    common = {"batch_size": 4, "verbose": 0}
    history = model.fit(*data, epochs=2, shuffle=False, validation_data=held_out, **common, **arguments).history
    named = model.evaluate(*data, **common, return_dict=True)
    found = {
        "data": [[pack(a) for a in arrays] for arrays in (inputs, targets, held, wanted)],
        "history": {key: [numbers(value) for value in values] for key, values in history.items()},
        "named": {key: numbers(value) for key, value in named.items()},
        "listed": listed(model.evaluate(*data, **common)),
        "after": [pack(w) for layer in model.layers for w in layer.weights],
    }
    (folder / f"{name}.json").write_text(json.dumps(found))


def build(case):
    *body, last = case["model"].strip().rsplit("\n", 1)
    here = dict(scope)
    exec("\n".join(body), here)
    model = eval(last, here)
    model.compile(**eval(f"dict({case['compile']})", here))
    return model


for case in request.get("cases", []):
    name = case["name"]
    try:
        seed = zlib.crc32(f"{request['seed']} {name}".encode())
        random = np.random.default_rng(seed)
        keras.utils.set_random_seed(seed)
        model = build(case)
        for weight in model.weights:
            value = random.normal(0, 0.4, weight.shape)
            weight.assign(abs(value) if weight.name == "moving_variance" else value)

        def batch(size=5):
            inputs = [random.normal(size=[size, *x.shape[1:]]).astype("float32") for x in model.inputs]
            kinds = zip(case["targets"], model.outputs)
            return inputs, [target(kind, [size, *y.shape[1:]], random).astype("float32") for kind, y in kinds]

        for _ in range(3):
            train(model, *batch())
        model.save(folder / f"{name}.{'h5' if name.endswith('_1') else 'keras'}")
        if "fit" in case:
            fit(model, name, eval(f"dict({case['fit']})"), batch)
            continue
        steps, after = [], []
        for _ in range(2):
            for _ in range(3):
                inputs, targets = batch()
                results = train(model, inputs, targets)
                steps.append({"inputs": [pack(a) for a in inputs], "targets": [pack(a) for a in targets], "results": results})
            after.append([pack(w) for layer in model.layers for w in layer.weights])
        found = {"steps": steps, "after": after, "iterations": int(model.optimizer.iterations)}
        if case.get("evaluate"):
            first = [[unpack(a) for a in steps[0][key]] for key in ("inputs", "targets")]
            found["evaluated"] = train(model, *first, "test_on_batch")
        (folder / f"{name}.json").write_text(json.dumps(found))
    except Exception as error:
        raise RuntimeError(f"case {name}: {case['compile']}") from error

def within(layer, name):
    return getattr(layer, name, None) or layer.get_layer(name)


def leaves(model):
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from leaves(layer)
        elif layer.weights:
            yield layer


for case in request.get("freeze", []):
    model = keras.saving.load_model(folder / case["file"])
    for path, value in case["set"]:
        functools.reduce(within, path, model).trainable = value
    found = {"trained": len(model.trainable_weights), "layers": {layer.name: layer.trainable for layer in leaves(model)}}
    (folder / f"{case['result']}.json").write_text(json.dumps(found))

for case in request.get("resume", []):
    try:
        model = keras.saving.load_model(folder / f"{case['name']}.saved.keras")
        results = [train(model, [unpack(a) for a in s["inputs"]], [unpack(a) for a in s["targets"]]) for s in case["batches"]]
        after = [pack(w) for layer in model.layers for w in layer.weights]
        found = {"results": results, "after": after, "iterations": int(model.optimizer.iterations)}
        (folder / f"{case['name']}.resumed.json").write_text(json.dumps(found))
    except Exception as error:
        raise RuntimeError(f"{case['name']}.saved.keras") from error
