"""Makes the committed fixtures of one version of Keras 3, of which the tests' environment has only the newest.

pip install keras==3.0.5 jax==0.4.30 "numpy<2"; KERAS_BACKEND=jax python test/keras/make-keras-3-fixtures.py
"""

import gzip
import json
import tempfile
import zipfile
from pathlib import Path

import keras
import numpy as np
from keras import layers as L

folder = Path(__file__).parent / "fixtures" / "versions"
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(7)
keras.utils.set_random_seed(7)


def encoder():
    inside = L.Input((4, 3), name="inside")
    steps = L.Bidirectional(L.GRU(2, return_sequences=True), name="both_ways")(inside)
    return keras.Model(inside, [L.Dense(3)(steps), L.LSTM(2)(steps)], name="encoder")


def build():
    x, y = L.Input((4, 3), name="x"), L.Input((3,), name="y")
    shared, encode = L.Dense(3, activation="tanh"), encoder()
    # Keras 3.2 writes each call of a layer as the first, and cannot load that again.
    once = keras.__version__.startswith("3.2.")
    z = shared(x) if once else shared(shared(x))
    z = L.MultiHeadAttention(2, 2)(z, z)
    z = L.BatchNormalization()(L.Dropout(0.2)(z)) * 2.0
    first, end = encode(z)
    second = first if once else encode(first)[0]
    head = keras.Sequential([L.Dense(3, activation="relu"), L.Dropout(0.1), L.Dense(3)], name="head")
    given = L.Concatenate()([end, head(y), L.Flatten()(second)[:, 1:4]])
    return keras.Model(inputs=[x, y], outputs=[L.Dense(2, activation="softmax", name="classes")(given), L.Reshape((4, 3))(second)])


model = build()
model.compile(keras.optimizers.Adam(0.01, beta_1=0.8), ["categorical_crossentropy", "mse"])
inputs = [random.normal(size=(3, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]
targets = [random.normal(size=(3, *tensor.shape[1:])).astype("float32") for tensor in model.outputs]
model.fit(inputs, targets, epochs=3, verbose=0)
outputs = model.predict(inputs, verbose=0)

name = f"keras_{'.'.join(keras.__version__.split('.')[:2])}"
formats = []
with tempfile.TemporaryDirectory() as temporary:
    for extension in ("keras", "h5", "weights.h5"):
        path = Path(temporary) / f"model.{extension}"
        try:
            (model.save_weights if extension == "weights.h5" else model.save)(str(path))
        except ValueError as error:
            # Keras 3.0 to 3.2 cannot write a nested model as .h5.
            print(f"{keras.__version__} writes no .{extension}: {error}")
            continue
        formats.append(extension)
        # HDF5 is mostly zeros.
        if extension == "keras":
            with zipfile.ZipFile(path) as stored, zipfile.ZipFile(folder / f"{name}.keras", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
                for entry in stored.namelist():
                    packed.writestr(entry, stored.read(entry))
        else:
            (folder / f"{name}.{extension}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))

pack = lambda arrays: [{"shape": list(a.shape), "dtype": "float32", "values": np.asarray(a).ravel().tolist()} for a in arrays]
io = {"inputs": pack(inputs), "outputs": pack(outputs), "parameters": model.count_params(), "formats": formats}
(folder / f"{name}.json").write_text(json.dumps(io) + "\n")
