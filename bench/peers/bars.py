"""Bars with polars, pandas, DuckDB and numba. Reads a folder of raw float64 columns, SYMBOL.time, .price and .size; answers a line each.

`ENGINE UNIT SIZE [values]` makes the bars of every symbol; with `values` SYMBOL.values gets their eight columns, one after the other.
`dates FOLDER [values]` makes minute bars of files of all three columns with polars, a file after the other.
`access UNIT SIZE COUNT FUTURE INDICES` takes bars at trades with pandas, `parquet` writes the first symbol, `read` reads it with polars.
"""

import json
import resource
import sys
import time
from pathlib import Path

import duckdb
import numba
import numpy as np
import pandas as pd
import polars as pl

folder = Path(sys.argv[1])
SYMBOLS = sorted(path.stem for path in folder.glob("*.time"))
STEPS = {"sec": 1_000_000, "min": 60_000_000, "hour": 3_600_000_000, "day": 86_400_000_000}
RULES = {"sec": "1s", "min": "1min", "hour": "1h", "day": "1D"}
EVERY = {"sec": "1s", "min": "1m", "hour": "1h", "day": "1d"}
COLUMNS = ["open", "high", "low", "close", "tradeCount", "volSum", "volMean", "volMax"]

raw, tables, frames = {}, {}, {}
for symbol in SYMBOLS:
    micros, price, size = (np.fromfile(folder / f"{symbol}.{name}", "float64") for name in ("time", "price", "size"))
    micros = micros.astype("int64")
    raw[symbol] = micros, price, size
    table = pl.DataFrame({"time": micros, "price": price, "size": size})
    tables[symbol] = table.with_columns(pl.col("time").cast(pl.Datetime("us"))).set_sorted("time")
    frames[symbol] = pd.DataFrame({"price": price, "size": size}, index=pd.to_datetime(micros, unit="us"))
connection = duckdb.connect()
for symbol in SYMBOLS:
    numbered = tables[symbol].with_row_index("number").to_arrow()
    connection.execute(f"CREATE TABLE {symbol} AS SELECT * FROM numbered")


price, volume = pl.col("price"), pl.col("size")
AGGREGATES = (
    price.first().alias("open"), price.max().alias("high"), price.min().alias("low"), price.last().alias("close"),
    pl.len().cast(pl.Float64).alias("tradeCount"), volume.sum().alias("volSum"), volume.mean().alias("volMean"),
    volume.max().alias("volMax"),
)  # fmt: skip


def dates(path):
    bars = []
    for file in sorted(Path(path).iterdir()):
        micros, price, size = np.fromfile(file, "float64").reshape(3, -1)
        table = pl.DataFrame({"time": micros.astype("int64"), "price": price, "size": size})
        table = table.with_columns(pl.col("time").cast(pl.Datetime("us"))).set_sorted("time")
        bars.append(table.group_by_dynamic("time", every="1m").agg(AGGREGATES))
    bars = pl.concat(bars)
    return lambda: [bars[name].to_numpy() for name in COLUMNS]


def polars(symbol, unit, size):
    table = tables[symbol]
    if unit == "tick":
        day = pl.col("time").dt.truncate("1d")
        number = pl.int_range(pl.len()).over(day) // size
        bars = table.group_by(day.alias("day"), number.alias("number"), maintain_order=True).agg(AGGREGATES)
        bars = bars.filter(pl.col("tradeCount") == size)
    else:
        bars = table.group_by_dynamic("time", every=EVERY[unit]).agg(AGGREGATES)
    return lambda: [bars[name].to_numpy() for name in COLUMNS]


def pandas(symbol, unit, size):
    frame = frames[symbol]
    if unit == "tick":
        day = frame.index.floor("D")
        groups = frame.groupby([day, frame.groupby(day).cumcount() // size])
    else:
        groups = frame.resample(RULES[unit])
    bars = groups["price"].agg(["first", "max", "min", "last"])
    bars[COLUMNS[4:]] = groups["size"].agg(["count", "sum", "mean", "max"])
    bars = bars[bars["tradeCount"] == size if unit == "tick" else bars["tradeCount"] > 0]
    return lambda: [bars[name].to_numpy("float64") for name in bars]


def duckdb_(symbol, unit, size):
    if unit == "tick":
        source = f"SELECT *, time::DATE AS day, (row_number() OVER (PARTITION BY time::DATE ORDER BY number) - 1) // {size} AS bin FROM {symbol}"
        keys, having = "day, bin", f"HAVING count(*) = {size}"
    else:
        source, keys, having = f"SELECT *, epoch_us(time) // {STEPS[unit]} AS bin FROM {symbol}", "bin", ""
    # first and last depend on the threads; these do not.
    bars = connection.execute(
        f"SELECT arg_min(price, number), max(price), min(price), arg_max(price, number), count(*)::DOUBLE, sum(size), avg(size), max(size)"
        f" FROM ({source}) GROUP BY {keys} {having} ORDER BY {keys}"
    ).fetchnumpy()
    return lambda: [np.asarray(column, "float64") for column in bars.values()]


@numba.njit(cache=True)
def single_pass(micros, price, size, step, ticks, out):
    bars, begin, end, left, day = -1, 0, np.int64(-1), 0, np.int64(-1)
    for i in range(len(micros)):
        t = micros[i]
        starts = t >= end if ticks == 0 else (left == 0 or t // 86_400_000_000 != day)
        if starts:
            if bars >= 0 and ticks > 0 and left > 0:
                bars -= 1
            bars += 1
            end = t // step * step + step if ticks == 0 else end
            day, left, begin = t // 86_400_000_000, ticks, i
            out[0, bars] = out[1, bars] = out[2, bars] = price[i]
            out[5, bars] = 0
            out[7, bars] = size[i]
        p, v = price[i], size[i]
        if p > out[1, bars]:
            out[1, bars] = p
        if p < out[2, bars]:
            out[2, bars] = p
        out[3, bars] = p
        out[4, bars] = i - begin + 1
        out[5, bars] += v
        if v > out[7, bars]:
            out[7, bars] = v
        left -= 1
    if ticks > 0 and left > 0:
        bars -= 1
    for k in range(bars + 1):
        out[6, k] = out[5, k] / out[4, k]
    return bars + 1


def numba_(symbol, unit, size):
    micros, price, volume = raw[symbol]
    step = STEPS.get(unit, 1)
    most = len(micros) // size + 100 if unit == "tick" else min(len(micros), int((micros[-1] - micros[0]) // step) + 2)
    out = np.empty((8, most))
    bars = single_pass(micros, price, volume, step, size if unit == "tick" else 0, out)
    return lambda: list(out[:, :bars])


def access(unit, size, count, future, indices):
    """Bars at trades as one would take them with pandas: a slice of enough rows or days, then resampled."""
    frame = frames[SYMBOLS[0]]
    for index in indices:
        if unit == "tick":
            part = frame.iloc[index + 1 - size * count : index + 1]
            groups = part.groupby(np.arange(len(part)) // size)
        elif future:
            part = frame.iloc[index + 1 :]
            part = part[: part.index[0].normalize() + pd.Timedelta("1D")]
            groups = part.resample(RULES[unit])
        else:
            begin = frame.index[index] - pd.Timedelta("3D")
            groups = frame.iloc[frame.index.searchsorted(begin) : index + 1].resample(RULES[unit])
        bars = groups["price"].agg(["first", "max", "min", "last"])
        bars[COLUMNS[4:]] = groups["size"].agg(["count", "sum", "mean", "max"])
        bars[bars["tradeCount"] > 0].iloc[-count:].to_numpy()


for line in sys.stdin:
    command, *rest = line.split()
    cpu, wall = time.process_time(), time.perf_counter()
    calls, names, results = 1, SYMBOLS, []
    if command == "parquet":
        tables[SYMBOLS[0]].write_parquet(folder / f"{SYMBOLS[0]}.parquet")
    elif command == "read":
        pl.read_parquet(folder / f"{SYMBOLS[0]}.parquet")
    elif command == "dates":
        names, results = ["dates"], [dates(rest[0])]
    elif command == "access":
        indices = [int(index) for index in rest[4].split(",")]
        calls = len(indices)
        access(rest[0], int(rest[1]), int(rest[2]), rest[3] == "true", indices)
    else:
        engine = {"polars": polars, "pandas": pandas, "duckdb": duckdb_, "numba": numba_}[command]
        results = [engine(symbol, rest[0], int(rest[1])) for symbol in SYMBOLS]
    answer = {"cpuMs": 1e3 * (time.process_time() - cpu) / calls, "wallMs": 1e3 * (time.perf_counter() - wall) / calls}
    answer["peakMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if "values" in rest:
        for symbol, result in zip(names, results):
            np.concatenate([np.asarray(column, "float64") for column in result()]).tofile(folder / f"{symbol}.values")
    print(json.dumps(answer), flush=True)
