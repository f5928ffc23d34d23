"""Builds models with real Keras and computes what they give: reads { folder, seed, cases: [{ name, code, formats, tolerance }] } as JSON.

`code` is Python whose last expression is a model; `keras`, `L` (keras.layers), `ops` and `np` are there. Each model gets random
weights and random inputs, is saved as <name>.<format>, and <name>.json holds inputs, outputs and gradients of one training step,
and how far each of these moves when weights and inputs move by a rounding: what float32 leaves open.
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


def training_step(model, targets):
    """A function of inputs: the gradients of a training step, and the weights that are not trained after it.

    The loss is the sum of each output's mean squared distance from its target, without the regularizers'.
    """
    trainable, fixed = model.trainable_variables, model.non_trainable_variables

    def loss(values, states, inputs):
        outputs, states = model.stateless_call(values, states, inputs, training=True)
        pairs = zip(jax.tree_util.tree_leaves(outputs), targets)
        return sum(jax.numpy.mean((output - target) ** 2) for output, target in pairs), states

    compiled = jax.jit(jax.grad(loss, has_aux=True))

    def step(inputs):
        """`gradients` and `states`, by layer."""
        found, states = compiled([v.value for v in trainable], [v.value for v in fixed], inputs)
        by_id = {id(variable): value for variable, value in zip([*trainable, *fixed], [*found, *states])}
        by_layer = lambda variables_of: {
            layer.name: [np.asarray(by_id[id(variable)]) for variable in variables_of(layer) if "seed" not in variable.path]
            for layer in model.layers
            if variables_of(layer)
        }
        return {
            "gradients": by_layer(lambda layer: layer.trainable_variables),
            "states": by_layer(lambda layer: layer.non_trainable_variables),
        }

    return step


def rounded(value, random):
    """A neighbour of each number, or itself."""
    value = np.asarray(value)
    if value.dtype != np.float32:
        return value
    return (value * (1 + random.integers(-1, 2, value.shape) * 2.0**-23)).astype("float32")


def moved(compute, model, inputs, results, random):
    """For each array of results, the largest change of a value in it while weights and inputs move by a rounding."""
    weights = [weight.numpy() for weight in model.weights]
    most = [0.0] * len(jax.tree_util.tree_leaves(results))
    for _ in range(2):
        for weight, value in zip(model.weights, weights):
            weight.assign(rounded(value, random))
        changed = compute([rounded(array, random) for array in inputs])
        for i, (a, b) in enumerate(zip(jax.tree_util.tree_leaves(results), jax.tree_util.tree_leaves(changed))):
            distance = np.abs(np.asarray(a, "float64") - np.asarray(b, "float64"))
            most[i] = max(most[i], float(np.max(distance, initial=0, where=np.isfinite(distance))))
    for weight, value in zip(model.weights, weights):
        weight.assign(value)
    return jax.tree_util.tree_unflatten(jax.tree_util.tree_structure(results), most)


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
        struct = getattr(model, "_inputs_struct", None)
        at = [id(tensor) for tensor in model.inputs]

        def compute(inputs):
            given = inputs if len(inputs) > 1 else inputs[0]
            if isinstance(struct, dict):
                given = {key: inputs[at.index(id(tensor))] for key, tensor in struct.items()}
            for layer in model.layers:
                if getattr(layer, "stateful", False):
                    layer.reset_states()
            results = {"outputs": jax.tree_util.tree_leaves(model.predict(given, verbose=0))}
            return {**results, **step(given)} if step else results

        step = None
        results = compute(inputs)
        found = {"inputs": [pack(a) for a in inputs], "parameters": model.count_params()}
        found["structure"] = [type(getattr(model, f"_{end}_struct", None)).__name__ for end in ("inputs", "outputs")]
        if case.get("train", True) and model.trainable_variables:
            targets = [random.normal(size=output.shape).astype("float32") for output in results["outputs"]]
            found["targets"] = [pack(target) for target in targets]
            step = training_step(model, targets)
            results = compute(inputs)
        found.update(jax.tree_util.tree_map(pack, results))
        found["moved"] = moved(compute, model, inputs, results, random)
        for extension in case["formats"]:
            model.save(folder / f"{name}.{extension}")
        (folder / f"{name}.json").write_text(json.dumps(found))
    except Exception as error:
        raise RuntimeError(f"case {name}:\n{case['code']}") from error
