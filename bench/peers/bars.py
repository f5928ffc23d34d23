"""Minute bars with polars and pandas. Reads a folder of raw float64 columns; answers each line `ENGINE [values]` of standard input."""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

folder = Path(sys.argv[1])
columns = {name: np.fromfile(folder / name, dtype="float64") for name in ("time", "price", "size")}
micros = columns["time"].astype("int64")
table = pl.DataFrame({"time": micros, "price": columns["price"], "size": columns["size"]})
table = table.with_columns(pl.col("time").cast(pl.Datetime("us"))).set_sorted("time")
frame = pd.DataFrame({"price": columns["price"], "size": columns["size"]}, index=pd.to_datetime(micros, unit="us"))


def polars():
    price, size = pl.col("price"), pl.col("size")
    bars = table.group_by_dynamic("time", every="1m").agg(
        price.first().alias("open"), price.max().alias("high"), price.min().alias("low"), price.last().alias("close"),
        pl.len().cast(pl.Float64).alias("tradeCount"), size.sum().alias("volSum"), size.mean().alias("volMean"),
        size.max().alias("volMax"),
    )  # fmt: skip
    return lambda: bars.drop("time").to_dict(as_series=False)


def pandas():
    groups = frame.resample("1min")
    bars = groups["price"].ohlc()
    sizes = groups["size"].agg(["count", "sum", "mean", "max"])
    bars[["tradeCount", "volSum", "volMean", "volMax"]] = sizes
    bars = bars[bars["tradeCount"] > 0]
    return lambda: {name: bars[name].astype("float64").tolist() for name in bars}


for line in sys.stdin:
    engine, *rest = line.split()
    cpu, wall = time.process_time(), time.perf_counter()
    result = {"polars": polars, "pandas": pandas}[engine]()
    answer = {"cpuMs": 1e3 * (time.process_time() - cpu), "wallMs": 1e3 * (time.perf_counter() - wall)}
    answer["peakMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if rest:
        answer["values"] = result()
    print(json.dumps(answer), flush=True)
