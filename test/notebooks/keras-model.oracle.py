"""What notebooks/03-keras-model.ipynb shows, computed with Keras and h5py. Usage: keras-model.oracle.py HOME

Prints JSON: the demo model's weights and what it says of the demo's asset, and what the vault's items hold and say.
"""

import json
import shutil
import sqlite3
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import h5py
import keras
import numpy as np


def read(path):
    with h5py.File(path) as file:
        x = np.concatenate([file[name][:].reshape(len(file[name]), -1) for name in ("100_1_min", "RSI14TA_day")], axis=1)
        return x.astype("float32"), file["long_updown"][:, 0]


def items(team):
    with sqlite3.connect(f"file:{team}/catalogue.sqlite?mode=ro", uri=True) as db:
        return dict(db.execute("select name, blob from items"))


def load(team, blob):
    with tempfile.TemporaryDirectory() as folder:
        return keras.saving.load_model(shutil.copy(team / "blobs/sha256" / blob[:2] / blob, f"{folder}/model.keras"))


def main():
    team = Path(sys.argv[1]) / "contoso"
    model = keras.saving.load_model(Path(__file__).parents[2] / "cli/demo/spy_e1.keras")
    weights = [weight.numpy() for weight in model.weights]
    closes = weights[0][3:800:8]
    files = []
    for path in sorted((team / "assets/schema_demo").glob("*.h5")):
        x, y = read(path)
        rose = y > 0.5
        right = int(((model.predict(x, verbose=0)[:, 0] > 0.5) == rose).sum())
        files.append({"file": path.name, "samples": len(x), "rose": int(rose.sum()), "right": right})
    test = team / "assets/schema_demo/schema_demo_test.h5"
    x, _ = read(test)
    says = {name: load(team, blob).predict(x, verbose=0)[:, 0].tolist() for name, blob in items(team).items()}
    with h5py.File(test) as file:
        times = [datetime.fromtimestamp(time / 1e6, ZoneInfo("America/New_York")) for time in file["_time"]]
    print(
        json.dumps(
            {
                "layers": [layer.name for layer in model.layers],
                "params": model.count_params(),
                "weights": [[list(one.shape), float(one.min()), float(one.max())] for one in weights],
                "closes": [int((closes > 0).sum()), int((closes < 0).sum())],
                "files": files,
                "times": [time.strftime("%Y-%m-%d %H:%M") for time in times],
                "predictions": model.predict(x, verbose=0)[:, 0].tolist(),
                "items": {name: {"blob": blob, "predictions": says[name]} for name, blob in items(team).items()},
            }
        )
    )


main()
