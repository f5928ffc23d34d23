"""Makes the committed fixtures of one version of Keras 1 or 2: those that pip finds for an old Python.

Python 3.7: pip install keras==2.3.1 tensorflow==1.15.5 "h5py<3" "protobuf<3.21"; also with keras 2.2.4, 2.0.9 or 1.2.2
Python 3.8: pip install tensorflow-cpu==2.4.4; 3.9: 2.8.4; 3.11: 2.15.1; each with its own Keras
python test/keras/make-keras-2-fixtures.py
"""

import gzip
import json
import os
import tempfile

import numpy as np

try:
    import keras
    from keras import layers as L
except ImportError:
    from tensorflow import keras
    from tensorflow.keras import layers as L

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "versions")
random = np.random.RandomState(7)
major, minor = [int(part) for part in keras.__version__.split(".")[:2]]
isTensorFlow = (major, minor) >= (2, 4)


def functional():
    x, y = L.Input((4, 3), name="x"), L.Input((3,), name="y")
    shared = L.Dense(3, activation="tanh", name="shared")
    steps = L.TimeDistributed(L.Dense(3))(x)
    inside = L.Input((4, 3), name="inside")
    both = L.Bidirectional(L.LSTM(2, return_sequences=True))(inside)
    encoder = keras.models.Model(inside, [L.TimeDistributed(L.Dense(3))(both), L.GRU(2)(both)], name="encoder")
    first, end = encoder(L.BatchNormalization()(steps))
    second, _ = encoder(first)
    head = keras.models.Sequential([L.Dense(3, activation="relu", input_shape=(3,)), L.Dropout(0.1), L.Dense(3)], name="head")
    given = L.concatenate([end, shared(head(y)), shared(y), L.Flatten()(second)])
    return keras.models.Model([x, y], [L.Dense(2, activation="softmax")(given), second])


def old():
    """What Keras 1 has under other names."""
    x, y = L.Input((6, 5, 2), name="x"), L.Input((4, 3), name="y")
    layers = [
        L.Convolution2D(3, 3, 2, border_mode="same", subsample=(2, 1), activation="relu", init="uniform", input_shape=(6, 5, 2)),
        L.AveragePooling2D((1, 2), border_mode="same"),
        L.SpatialDropout2D(0.2),
        L.Flatten(),
        L.Dense(4, bias=False),
        L.advanced_activations.PReLU(),
    ]
    image = keras.models.Sequential(layers, name="image")(x)
    steps = L.TimeDistributed(L.Dense(4))(L.GaussianNoise(0.1)(y))
    steps = L.MaxPooling1D(2, stride=1)(L.UpSampling1D(2)(steps))
    end = L.merge([image, L.Flatten()(steps)], mode="concat")
    both = L.merge([image, L.Dense(4)(end)], mode="sum")
    return keras.models.Model([x, y], [L.Dense(2, activation="softmax")(both), L.merge([both, image], mode="mul")])


def recurrent():
    x = L.Input((4, 3), name="x")
    wide = L.LSTM(3, return_sequences=True)(x)
    outputs = [
        L.RNN(L.LSTMCell(2))(x),
        L.RNN(L.StackedRNNCells([L.GRUCell(2), L.LSTMCell(3)]), return_sequences=True)(x),
        L.GRU(2, reset_after=True)(x),
        L.GRU(2, implementation=1)(x),
        L.Bidirectional(L.GRU(2, reset_after=True, return_sequences=True), merge_mode="sum")(wide),
        L.TimeDistributed(L.Dense(2))(wide),
        L.SimpleRNN(2, go_backwards=True)(x),
    ]
    if isTensorFlow:
        outputs += [
            L.RNN([L.SimpleRNNCell(2), L.LSTMCell(2)])(x),
            L.TimeDistributed(keras.Sequential([L.Dense(2), L.LayerNormalization()]))(wide),
            L.Bidirectional(L.RNN(L.LSTMCell(2), return_sequences=True))(x),
        ]
    return keras.models.Model(x, outputs)


def frozen():
    """BatchNormalization whose statistics do not move, in a frozen model and alone."""
    x = L.Input((3,), name="x")
    base = keras.models.Sequential([L.Dense(4, input_shape=(3,)), L.BatchNormalization()], name="base")
    fixed = L.BatchNormalization(name="fixed")
    # Until Keras 2.3 files do not say that a nested model is frozen.
    for layer in [fixed] + base.layers:
        layer.trainable = False
    return keras.models.Model(x, L.Dense(2, name="end")(fixed(base(x))))


def pack(arrays):
    return [{"shape": [int(length) for length in a.shape], "dtype": "float32", "values": np.asarray(a, "float64").ravel().tolist()} for a in arrays]


def save(name, model):
    name = "keras_%d.%d_%s" % (major, minor, name)
    for layer in model.layers:
        values = [random.normal(0, 0.4, array.shape) for array in layer.get_weights()]
        layer.set_weights([np.abs(value) + 0.5 if value.ndim == 1 else value for value in values])
    inputs = [random.normal(size=[3] + [int(length) for length in tensor.shape[1:]]).astype("float32") for tensor in model.inputs]
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0])
    formats = ["h5", "weights.h5"] + (["keras"] if (major, minor) >= (2, 13) else [])
    io = {"inputs": pack(inputs), "outputs": pack(outputs if isinstance(outputs, list) else [outputs])}
    # Until Keras 2.3 recurrent layers have by default a hard_sigmoid that Keras 3 has not.
    io["saves"] = (major, minor) > (2, 2) or major == 1 or name.endswith("frozen")
    io.update({"parameters": int(model.count_params()), "formats": formats})
    with open(os.path.join(folder, name + ".json"), "w") as file:
        file.write(json.dumps(io) + "\n")
    temporary = tempfile.mkdtemp()
    for extension in formats:
        path = os.path.join(temporary, "model." + extension)
        if extension == "weights.h5":
            path = path.replace(".weights", "")
        (model.save_weights if extension == "weights.h5" else model.save)(path)
        with open(path, "rb") as file, open(os.path.join(folder, "%s.%s.gz" % (name, extension)), "wb") as packed:
            packed.write(gzip.compress(file.read(), 9))


save("frozen", frozen())
if major == 1:
    save("old", old())
else:
    compiled = functional()
    compiled.compile("adam", "mse")
    save("functional", compiled)
if (major, minor) > (2, 0):
    save("recurrent", recurrent())
