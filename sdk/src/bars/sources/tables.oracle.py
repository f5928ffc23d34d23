"""Writes the same random trades as Parquet and CSV in the ways that people have them. Reads {folder, seed, timeZone}; prints {time, price, size}."""

import json
import sys
from pathlib import Path

import numpy as np
import polars as pl

request = json.load(sys.stdin)
folder, zone = Path(request["folder"]), request["timeZone"]
random = np.random.default_rng(request["seed"])
count = 5000
# Around a change of the clock; in order, with equal times, in microseconds.
begin = 1_709_856_000_000_000
time = np.sort(begin + random.integers(0, 4 * 86_400, count) * 1_000_000 + random.choice([0, 1, 123_456], count))
table = pl.DataFrame({
    "time": time,
    "price": random.integers(1, 10_000, count) / 100,
    "size": random.integers(1, 1000, count),
    "symbol": random.choice(["SPY", "QQQ"], count),
})
instant = pl.col("time").cast(pl.Datetime("us"))
spy = table.filter(pl.col("symbol") == "SPY")
wall = spy.with_columns(instant.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None))

spy.with_columns(instant).write_parquet(folder / "us.parquet")
spy.with_columns(instant.cast(pl.Datetime("ns"))).write_parquet(folder / "ns.parquet")
spy.with_columns(instant.dt.replace_time_zone("UTC")).write_parquet(folder / "zone.parquet")
spy.with_columns(pl.col("time") * 1000).write_parquet(folder / "integers.parquet")
spy.rename({"time": "t", "price": "p", "size": "v"}).select("v", "p", pl.col("t") / 1e6).write_parquet(folder / "names.parquet")
wall.write_parquet(folder / "wall.parquet")
table.with_columns(instant).write_parquet(folder / "symbols.parquet")
for name in ("SPY", "QQQ"):
    part = table.filter(pl.col("symbol") == name).drop("symbol").with_columns(instant)
    for number, rows in enumerate((part.head(count // 4), part.slice(count // 4))):
        path = folder / "parts" / f"symbol={name}" / f"{number}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(path)
spy.with_columns(instant).write_csv(folder / "iso.csv")
spy.with_columns(instant.dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")).write_csv(folder / "offset.csv", include_bom=True, quote_style="always", line_terminator="\r\n")
spy.with_columns(pl.col("time") * 1000).write_csv(folder / "bare.csv", include_header=False, separator=";")
wall.with_columns(pl.col("time").dt.to_string("%d.%m.%Y %H:%M:%S%.6f")).write_csv(folder / "format.csv")
print(json.dumps({name: spy[name].to_list() for name in ("time", "price", "size")}))
