"""Loads with stock Keras what saveKeras wrote, and predicts: reads { folder, names, backend } as JSON, writes <name>.reloaded.json."""

import json
import os
import sys
from pathlib import Path

request = json.load(sys.stdin)
os.environ["KERAS_BACKEND"] = request["backend"]

import keras
import numpy as np
from keras import tree

folder = Path(request["folder"])
for name in request["names"]:
    try:
        model = keras.saving.load_model(folder / f"{name}.saved.keras")
        found = json.loads((folder / f"{name}.json").read_text())
        inputs = [np.array(a["values"], a["dtype"]).reshape(a["shape"]) for a in found["inputs"]]
        given = inputs if len(inputs) > 1 else inputs[0]
        struct = getattr(model, "_inputs_struct", None)
        if isinstance(struct, dict):
            at = [id(tensor) for tensor in model.inputs]
            given = {key: inputs[at.index(id(tensor))] for key, tensor in struct.items()}
        outputs = tree.flatten(model.predict(given, verbose=0))
        values = [np.asarray(output, "float64").ravel().tolist() for output in outputs]
        structure = [type(getattr(model, f"_{end}_struct", None)).__name__ for end in ("inputs", "outputs")]
        if structure != found["structure"]:
            raise ValueError(f"its inputs and outputs are {structure}, expected {found['structure']}")
        (folder / f"{name}.reloaded.json").write_text(json.dumps(values))
    except Exception as error:
        raise RuntimeError(f"{name}.saved.keras") from error
