"""Builds models with real Keras and computes what they give: reads { folder, seed, cases: [{ name, code, formats, tolerance }] } as JSON.

`code` is Python whose last expression is a model; `keras`, `L` (keras.layers), `ops` and `np` are there. Each model gets random
weights and random inputs, is saved as <name>.<format>, and <name>.json holds inputs, outputs and gradients of one training step.
"""

import ast
import json
import os
import sys
import zlib
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
# Most of the time goes into compiling.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import jax
import keras
import numpy as np
from keras import layers as L
from keras import ops

request = json.load(sys.stdin)
folder = Path(request["folder"])


def pack(array):
    array = np.asarray(array)
    kind = "int32" if array.dtype.kind in "iub" else "float32"
    return {"shape": list(array.shape), "dtype": kind, "values": array.astype("float64").ravel().tolist()}


def evaluate(code):
    tree = ast.parse(code)
    scope = {"keras": keras, "L": L, "ops": ops, "np": np}
    *body, last = tree.body
    exec(compile(ast.Module(body, []), "case", "exec"), scope)
    return eval(compile(ast.Expression(last.value), "case", "eval"), scope)


def random_weights(model, random):
    for weight in model.weights:
        if "seed" in weight.path:
            continue
        value = random.normal(0, 0.4, weight.shape)
        if "variance" in weight.path:
            value = np.abs(value) + 0.5
        weight.assign(value.astype("int32") if "int" in str(weight.dtype) else value)


def random_input(tensor, case, random):
    shape = [3, *[4 if length is None else length for length in tensor.shape[1:]]]
    if "int" in tensor.dtype:
        return random.integers(0, case.get("below", 5), shape).astype("int32")
    return random.normal(size=shape).astype("float32")


def gradients(model, inputs, targets):
    """Of the sum of each output's mean squared distance from its target, by layer; training, without the regularizers' losses.

    Also what each layer's weights that are not trained are after that step.
    """
    trainable, fixed = model.trainable_variables, model.non_trainable_variables

    def loss(values):
        outputs, states = model.stateless_call(values, [v.value for v in fixed], inputs, training=True)
        pairs = zip(jax.tree_util.tree_leaves(outputs), targets)
        return sum(jax.numpy.mean((output - target) ** 2) for output, target in pairs), states

    found, states = jax.jit(jax.grad(loss, has_aux=True))([v.value for v in trainable])
    by_id = {id(variable): value for variable, value in zip([*trainable, *fixed], [*found, *states])}
    by_layer = lambda variables_of: {
        layer.name: [pack(by_id[id(variable)]) for variable in variables_of(layer) if "seed" not in variable.path]
        for layer in model.layers
        if variables_of(layer)
    }
    return by_layer(lambda layer: layer.trainable_variables), by_layer(lambda layer: layer.non_trainable_variables)


for case in request["cases"]:
    name = case["name"]
    try:
        seed = zlib.crc32(f"{request['seed']} {name}".encode())
        random = np.random.default_rng(seed)
        keras.utils.set_random_seed(seed)
        model = evaluate(case["code"])
        if case.get("weights") != "initial":
            random_weights(model, random)
        inputs = [random_input(tensor, case, random) for tensor in model.inputs]
        given = inputs if len(inputs) > 1 else inputs[0]
        struct = getattr(model, "_inputs_struct", None)
        if isinstance(struct, dict):
            at = [id(tensor) for tensor in model.inputs]
            given = {key: inputs[at.index(id(tensor))] for key, tensor in struct.items()}
        outputs = jax.tree_util.tree_leaves(model.predict(given, verbose=0))
        found = {"inputs": [pack(a) for a in inputs], "outputs": [pack(a) for a in outputs]}
        found["parameters"] = model.count_params()
        found["structure"] = [type(getattr(model, f"_{end}_struct", None)).__name__ for end in ("inputs", "outputs")]
        if case.get("train", True) and model.trainable_variables:
            targets = [random.normal(size=output.shape).astype("float32") for output in outputs]
            found["targets"] = [pack(target) for target in targets]
            found["gradients"], found["states"] = gradients(model, given, targets)
        for extension in case["formats"]:
            model.save(folder / f"{name}.{extension}")
        (folder / f"{name}.json").write_text(json.dumps(found))
    except Exception as error:
        raise RuntimeError(f"case {name}:\n{case['code']}") from error
