"""Makes the committed fixtures of tf_keras, which needs TensorFlow and so is no part of the tests' environment.

pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0; python test/keras/make-tf-keras-fixtures.py
"""

import json
from pathlib import Path

import numpy as np
import tf_keras as keras
from tf_keras import layers as L

folder = Path(__file__).parent / "fixtures"
folder.mkdir(exist_ok=True)
random = np.random.default_rng(7)


def save(name, model):
    for weight in model.weights:
        value = random.normal(0, 0.4, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.name else value)
    inputs = [random.normal(size=[3, *tensor.shape[1:]]).astype("float32") for tensor in model.inputs]
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    pack = lambda arrays: [{"shape": list(a.shape), "values": np.asarray(a).ravel().tolist()} for a in arrays]
    io = {"inputs": pack(inputs), "outputs": pack(outputs), "parameters": model.count_params(), "formats": ["keras", "h5"]}
    (folder / f"{name}.json").write_text(json.dumps(io))
    for extension in io["formats"]:
        model.save(folder / f"{name}.{extension}")


a, b = L.Input((3,)), L.Input((2, 2))
y = L.Concatenate()([L.Dense(3, activation="hard_sigmoid")(a), L.Flatten()(b)])
y = L.BatchNormalization()(L.GaussianNoise(0.1)(L.Dropout(0.2)(y)))
save("tf_keras_functional", keras.Model([a, b], [L.Dense(1, activation="sigmoid")(y), L.Reshape((7, 1))(y)]))

layers = [L.Flatten(input_shape=(4, 2)), L.Dense(5, activation="gelu"), L.Activation("softmax"), L.Dense(1)]
save("tf_keras_sequential", keras.Sequential(layers))
