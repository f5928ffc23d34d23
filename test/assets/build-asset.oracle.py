"""Rebuilds an asset from LEAN ticks with pandas and TA-Lib and compares what h5py reads from its files.

Usage: build-asset.oracle.py TICKS ASSET, with the schema in the asset's schema.json. Prints JSON: the samples by file, the
largest difference by dataset, and the number of compared values.
"""

import json
import re
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import talib

ZONE = "America/New_York"
COLUMNS = ["open", "high", "low", "close", "tradeCount", "volSum", "volMean", "volMax"]
NS = {"sec": 10**9, "min": 60 * 10**9, "hour": 3600 * 10**9}


def read_ticks(folder):
    dates = {}
    for path in sorted(Path(folder).glob("equity/usa/tick/*/*_trade.zip")):
        date = pd.Timestamp(path.name[:8])
        with zipfile.ZipFile(path) as archive:
            ticks = pd.read_csv(archive.open(archive.namelist()[0]), header=None, usecols=[0, 1, 2])
        ticks.columns = ["ms", "price", "size"]
        ticks = ticks.sort_values("ms", kind="stable", ignore_index=True)
        wall = date + pd.to_timedelta(ticks["ms"], unit="ms")
        ticks["time"] = wall.dt.tz_localize(ZONE).dt.tz_convert("UTC").dt.as_unit("ns").astype("int64")
        ticks["price"] /= 10_000
        dates[date.strftime("%Y-%m-%d")] = ticks
    return dates


def bars_of(dates, unit, size):
    """Bars of each date, stamped with the end of their bin, ns."""
    parts = []
    for date, ticks in dates.items():
        begin, end = (pd.Timestamp(date) + pd.Timedelta(days=d) for d in (0, 1))
        begin, end = (stamp.tz_localize(ZONE).tz_convert("UTC").as_unit("ns").value for stamp in (begin, end))
        step = end - begin if unit == "day" else NS[unit] * size
        stamp = np.minimum(begin + ((ticks["time"] - begin) // step + 1) * step, end)
        price, volume = ticks.groupby(stamp)["price"], ticks.groupby(stamp)["size"]
        parts.append(pd.DataFrame({
            "open": price.first(), "high": price.max(), "low": price.min(), "close": price.last(),
            "tradeCount": price.size(), "volSum": volume.sum(), "volMean": volume.mean(), "volMax": volume.max(),
        }))  # fmt: skip
    return pd.concat(parts)


def updown(ticks, instant, horizon):
    time, price = ticks["time"].to_numpy(), ticks["price"].to_numpy()
    before, inside = price[time < instant], (time >= instant) & (time < instant + horizon)
    if len(before) == 0 or not inside.any() or instant + horizon > time[-1]:
        return None
    move = 100 * (price[inside] / before[-1] - 1)
    up, down, last = max(0, move.max()), max(0, -move.min()), move[-1]
    reached = time[inside][move.argmax() if up >= down else move.argmin()]
    return [float(last > 0), float(last < 0), up, down, last, (reached - instant) / 1e9]


def feature(name, dates, scale):
    if window := re.fullmatch(r"(\d+)_(\d+)_(\w+)", name):
        count = int(window[1])
        bars = bars_of(dates, window[3], int(window[2]))
        values, stamps = bars[COLUMNS].to_numpy() / scale, bars.index.to_numpy()
        return lambda t: values[k - count : k] if (k := (stamps <= t).sum()) >= count else None
    period, unit = re.fullmatch(r"RSI(\d+)TA_(\w+)", name).groups()
    bars = bars_of(dates, unit, 1)
    values, stamps = talib.RSI(bars["close"].to_numpy(), int(period)), bars.index.to_numpy()

    def value(t):
        k = (stamps <= t).sum()
        return [values[k - 1]] if k > 0 and not np.isnan(values[k - 1]) else None

    return value


def main():
    ticks, asset = sys.argv[1:]
    schema = json.loads((Path(asset) / "schema.json").read_text())
    dates = {date: day for date, day in read_ticks(ticks).items() if date <= schema.get("to", "9999")}
    scale = np.ones(8)
    if schema["scale"] == "max":
        everything = pd.concat(dates.values())
        price, size = everything["price"], everything["size"]
        scale = np.array([price.max()] * 4 + [len(size), size.sum(), size.mean(), size.max()])
    features = {name: feature(name, dates, scale) for name in schema["features"]}
    horizon = round(schema["horizon"] * 1e9)
    samples = []
    for date, day in dates.items():
        if date < schema.get("from", ""):
            continue
        bars = bars_of({date: day}, schema["every"]["unit"], schema["every"]["size"])
        for stamp, close in bars["close"].items():
            values = {name: compute(stamp) for name, compute in features.items()}
            values["long_updown"] = updown(day, stamp, horizon)
            if all(value is not None for value in values.values()):
                samples.append({**values, "_time": stamp / 1000, "_close": close})
    boundary = int(np.floor(len(samples) * (1 - schema["test"]) + 0.5))
    test = samples[boundary:]
    train = [sample for sample in samples[:boundary] if sample["_time"] + horizon / 1000 <= test[0]["_time"]]
    size = schema["samplesPerFile"]
    files = {"test": test, **{f"train_{k // size}": train[k : k + size] for k in range(0, len(train), size)}}
    worst, values = {}, 0
    for part, wanted in files.items():
        with h5py.File(Path(asset) / f"{Path(asset).name}_{part}.h5") as file:
            assert len(file.attrs) == 1 and file.attrs["version"] == 1, dict(file.attrs)
            assert set(file) == {*features, "long_updown", "_time", "_close"}, set(file)
            for name in file:
                found, truth = file[name][:], np.array([sample[name] for sample in wanted])
                assert found.shape == truth.shape, (part, name, found.shape, truth.shape)
                assert file[name].dtype == ("float64" if name[0] == "_" else "float32"), file[name].dtype
                off = np.max(np.abs(found - truth) / (1e-6 + np.abs(truth)))
                worst[name] = max(worst.get(name, 0), float(off))
                values += found.size
            columns = [str(column) for column in file["long_updown"].attrs["columns"]]
            assert columns == ["long", "short", "up", "down", "size", "time"], columns
    samples = {part: len(wanted) for part, wanted in files.items()}
    found = sorted(path.name for path in Path(asset).iterdir())
    print(json.dumps({"files": found, "samples": samples, "worst": worst, "values": values}))


main()
