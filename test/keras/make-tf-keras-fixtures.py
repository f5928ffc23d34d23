"""Makes the committed fixtures of tf_keras, which needs TensorFlow and so is no part of the tests' environment.

pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0; python test/keras/make-tf-keras-fixtures.py
"""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf
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

first, z = L.Input((3, 4), name="x"), L.Input((3, 4), name="z")
x = L.Dense(4)(first)
isAbove = x > 0
elementwise = [
    *(x + 2.0, 2.0 - x, x * z, x / 2, 1 / (x * x + 1), -x, x**2, x // 0.3, x % 0.7, tf.math.add(x, z), tf.abs(x), tf.exp(x)),
    *(tf.math.sigmoid(x), tf.nn.relu(x), tf.nn.softmax(x, axis=1), tf.nn.gelu(x), tf.nn.leaky_relu(x, alpha=0.1), tf.tanh(x)),
    *(tf.clip_by_value(x, -1, 1.5), tf.maximum(x, 0.0), tf.where(isAbove, x, z), tf.cast(isAbove, tf.float32), tf.nn.silu(x)),
    *(tf.math.l2_normalize(x, axis=-1), x * tf.constant([1.0, 2, 3, 4]), tf.zeros_like(x), tf.identity(x), tf.cast(x, "int32")),
]
save("tf_keras_elementwise", keras.Model([first, z], elementwise))
moved = [
    *(x[:, 0], x[:, :, 1:3], x[:, ::-1], x[:, tf.newaxis], tf.concat([x, z], axis=-1), tf.stack([x, z], axis=1), tf.reshape(x, [-1, 12])),
    *(tf.transpose(x, [0, 2, 1]), tf.expand_dims(x, -1), tf.squeeze(x[:, :1], axis=[1]), tf.tile(x, [1, 2, 1]), tf.reverse(x, [1])),
    *(tf.pad(x, [[0, 0], [1, 1], [0, 2]]), tf.pad(x, [[0, 0], [1, 1], [2, 2]], mode="REFLECT"), tf.gather(x, [0, 2], axis=1)),
    *(*tf.split(x, 2, axis=-1), *tf.split(x, [1, 3], axis=-1), *tf.unstack(x, axis=1), tf.slice(x, [0, 1, 0], [-1, 2, 2])),
    *(tf.reduce_mean(x, axis=1), tf.reduce_sum(x, [1, 2], keepdims=True), tf.reduce_max(x, -1), tf.math.cumsum(x, axis=1)),
    *(tf.matmul(x, z, transpose_b=True), tf.matmul(x, z, transpose_a=True), x @ tf.transpose(z, [0, 2, 1])),
    *(tf.math.argmax(x, axis=1), *tf.math.top_k(x, 2), tf.one_hot(tf.argmax(x, axis=-1), 4), tf.math.reduce_std(x, axis=1)),
]
save("tf_keras_moved", keras.Model([first, z], moved))
