"""Builds canvases' nodes as stock Keras layers: {"inputs": {feature or label: shape}, "documents": [...]} on standard
input; for each document the shape of each node without the batch axis, null where Keras refuses it."""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "numpy"  # traces nothing, so each layer takes a fraction of the time

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

SHAPES = {}


def side_by_side(tensors):
    flat = [layers.Flatten()(tensor) for tensor in tensors]
    return flat[0] if len(flat) == 1 else layers.Concatenate()(flat)


def one(tensors):
    (tensor,) = tensors
    return tensor


def pool(kind):
    return lambda s, x: kind(s.get("pool_size", 2), s.get("strides"), s.get("padding", "valid"))(one(x))


def recurrent(kind):
    return lambda s, x: kind(s.get("units", 32), return_sequences=s.get("return_sequences", False))(one(x))


def attend(s, x):
    # With fewer axes samples attend to each other; what Keras makes of such shapes is nothing to train.
    assert all(len(tensor.shape) == 3 for tensor in x)
    run(layers.Attention(score_mode=s.get("score_mode", "dot")), x if len(x) > 1 else [x[0], x[0]])
    return layers.Attention(score_mode=s.get("score_mode", "dot"))(x if len(x) > 1 else [x[0], x[0]])


def run(layer, x):
    """Shapes alone pass where values do not."""
    layer([np.zeros((2, *tensor.shape[1:]), "float32") for tensor in x])


def concatenate(s, x):
    axis = s.get("axis", -1)
    assert axis % len(x[0].shape) != 0  # the batch
    run(layers.Concatenate(axis), x)
    return layers.Concatenate(axis)(x)


def label(s, x):
    columns = SHAPES[s["feature"]][0]
    index = s.get("label_index")
    assert index is None or index < columns
    units = columns if index is None else 1
    return layers.Dense(units)(side_by_side(x))


def dense(s, x):
    tensor = side_by_side(x)
    for _ in range(s.get("layers", 1)):
        tensor = layers.Dense(s.get("units", 32))(tensor)
    return tensor


def given(s, x):
    assert not x
    shapes = [SHAPES[name] for name in s["features"]]
    if len(shapes) == 1:
        return keras.Input(shapes[0])
    return side_by_side([keras.Input(shape) for shape in shapes])


BUILD = {
    "input": given,
    "output": label,
    "dense": dense,
    "conv1d": lambda s, x: layers.Conv1D(
        s.get("filters", 32),
        s.get("kernel_size", 3),
        s.get("strides", 1),
        s.get("padding", "valid"),
        dilation_rate=s.get("dilation_rate", 1),
    )(one(x)),
    "lstm": recurrent(layers.LSTM),
    "gru": recurrent(layers.GRU),
    "attention": attend,
    "flatten": lambda s, x: layers.Flatten()(one(x)),
    "reshape": lambda s, x: layers.Reshape(s.get("target_shape", [-1]))(one(x)),
    "concatenate": concatenate,
    "add": lambda s, x: layers.Add()(x),
    "activation": lambda s, x: layers.Activation(s.get("activation", "relu"))(one(x)),
    "dropout": lambda s, x: layers.Dropout(s.get("rate", 0.5))(one(x)),
    "gaussianNoise": lambda s, x: layers.GaussianNoise(s.get("stddev", 0.1))(one(x)),
    "batchNormalization": lambda s, x: layers.BatchNormalization()(one(x)),
    "layerNormalization": lambda s, x: layers.LayerNormalization()(one(x)),
    "maxPooling1d": pool(layers.MaxPooling1D),
    "averagePooling1d": pool(layers.AveragePooling1D),
    "globalAveragePooling1d": lambda s, x: layers.GlobalAveragePooling1D()(one(x)),
    "globalMaxPooling1d": lambda s, x: layers.GlobalMaxPooling1D()(one(x)),
}


def shapes_of(document):
    tensors = {}
    for node in document["nodes"]:
        before = [edge["from"] for edge in document["edges"] if edge["to"] == node["id"]]
        try:
            tensors[node["id"]] = BUILD[node["type"]](node["settings"], [tensors[name] for name in before])
        except Exception:
            tensors[node["id"]] = None
    return {name: None if tensor is None else list(tensor.shape[1:]) for name, tensor in tensors.items()}


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    SHAPES.update(asked["inputs"])
    print(json.dumps([shapes_of(document) for document in asked["documents"]]))
