"""Makes the committed fixtures of what needs TensorFlow in Python: attention of tf_keras, and Keras' IntegerLookup.

pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0 keras==3.15.1
KERAS_BACKEND=tensorflow python test/keras/make-attention-fixtures.py
"""

import json
from pathlib import Path

import keras
import numpy as np
import tf_keras

folder = Path(__file__).parent / "fixtures" / "attention"
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(7)


def pack(array):
    array = np.asarray(array)
    kind = "int32" if array.dtype.kind in "iub" else "float32"
    return {"shape": list(array.shape), "dtype": kind, "values": array.astype("float64").ravel().tolist()}


def save(name, model, formats, below):
    for weight in model.weights:
        weight.assign(random.normal(0, 0.4, weight.shape))
    inputs = [
        random.integers(0, below, [3, *tensor.shape[1:]]) if "int" in str(tensor.dtype) else random.normal(size=[3, *tensor.shape[1:]])
        for tensor in model.inputs
    ]
    inputs = [array.astype("int32" if array.dtype.kind == "i" else "float32") for array in inputs]
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    found = {"inputs": [pack(a) for a in inputs], "outputs": [pack(a) for a in outputs], "formats": formats}
    (folder / f"{name}.json").write_text(json.dumps(found))
    for extension in formats:
        model.save(folder / f"{name}.{extension}")


L = tf_keras.layers
q, v, m = L.Input((4, 3)), L.Input((5, 3)), L.Input((4, 5), dtype="int32")
heads, scores = L.MultiHeadAttention(2, 3, value_dim=2)(q, v, return_attention_scores=True, use_causal_mask=True)
masked = L.MultiHeadAttention(3, 2, output_shape=5)(heads, value=v, key=v, attention_mask=m)
outputs = [heads, scores, masked, L.Attention(use_scale=True, score_mode="concat")([q, v]), L.AdditiveAttention()([q, v])]
save("tf_keras", tf_keras.Model([q, v, m], outputs), ["keras", "h5"], 2)

L = keras.layers
x, y = L.Input((4,), dtype="int32"), L.Input((1,), dtype="int32")
known = [7, -3, 12, 5]
outputs = [
    L.IntegerLookup(vocabulary=known)(x),
    L.IntegerLookup(vocabulary=known, num_oov_indices=3, mask_token=0)(x),
    L.IntegerLookup(vocabulary=[0, -1, *known], mask_token=0)(x),
    L.IntegerLookup(vocabulary=known, invert=True)(x),
    L.IntegerLookup(vocabulary=known, invert=True, mask_token=0, oov_token=99)(x),
    *[
        L.IntegerLookup(vocabulary=known, output_mode=mode, mask_token=3, num_oov_indices=2, max_tokens=9, pad_to_max_tokens=pad)(i)
        for mode in ("one_hot", "multi_hot", "count")
        for pad in (False, True)
        for i in (x, y)
    ],
]
save("integer_lookup", keras.Model([x, y], outputs), ["keras"], 14)
