"""Writes the same random trades, and bars of them, as Parquet, CSV, Arrow and HDF5 in the ways that people have them. Reads {folder, seed, timeZone}; prints {time, price, size, bars}."""

import json
import sys
from decimal import Decimal
from pathlib import Path

import h5py
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

arrow = spy.with_columns(instant)
arrow.write_ipc(folder / "us.arrow", compression="uncompressed")
arrow.cast({"size": pl.Float64}).rechunk().write_ipc(folder / "doubles.arrow", compression="uncompressed")
arrow.with_columns(instant.cast(pl.Datetime("ns"))).write_ipc(folder / "lz4.arrow", compression="lz4")
arrow.write_ipc(folder / "zstd.arrow", compression="zstd")
arrow.with_columns(instant.dt.replace_time_zone("UTC")).write_ipc_stream(folder / "zone.arrows", compression="uncompressed")
spy.with_columns(pl.col("time") * 1000, pl.col("size").cast(pl.Int16)).write_ipc(folder / "integers.arrow", compression="uncompressed")
wall.write_ipc(folder / "wall.arrow", compression="uncompressed")
many = table.with_columns(instant, pl.col("symbol").cast(pl.Categorical), pl.when(pl.col("symbol") == "SPY").then("price"))
many.write_ipc(folder / "symbols.arrow", compression="uncompressed", record_batch_size=700)
many.head(count // 3).write_ipc(folder / "part-0.arrow", compression="uncompressed")
many.slice(count // 3).write_ipc(folder / "part-1.arrow", compression="uncompressed", compat_level=pl.CompatLevel.oldest())
iso = instant.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")
offset = spy.with_columns(iso + "+00:00", pl.col("price").cast(pl.Decimal(20, 2)), pl.col("size").cast(pl.Decimal(38, 20)))
offset.write_ipc(folder / "offset.arrow", compression="uncompressed", record_batch_size=700)
texts = spy.with_columns(iso, pl.col("price").cast(pl.String).cast(pl.Decimal(38, 30)), pl.col("size").cast(pl.Float16))
texts.write_ipc(folder / "texts.arrow", compression="uncompressed", compat_level=pl.CompatLevel.oldest())
texts.with_columns(pl.col("time").cast(pl.Categorical)).write_ipc(folder / "dictionary.arrow", compression="uncompressed", record_batch_size=700)
seconds = pl.Series("time", [Decimal(f"{moment}.9") / 1_000_000 for moment in spy["time"]], pl.Decimal(38, 9))
spy.with_columns(seconds).write_ipc(folder / "seconds.arrow", compression="uncompressed")
wall.with_columns(pl.col("time").dt.to_string("%d.%m.%Y %H:%M:%S%.6f")).write_ipc(folder / "format.arrow", compression="uncompressed")
mixed = pl.DataFrame({"time": [None, "2024-01-02T10:00:00Z", "2024-01-02T10:00:00"], "price": 1.0, "size": 1})
mixed.tail(2).write_ipc(folder / "mixed.arrow", compression="uncompressed", record_batch_size=1)
mixed.head(2).write_ipc(folder / "timeless.arrow", compression="uncompressed")
for (name,), rows in table.with_columns(instant).group_by("symbol", maintain_order=True):
    for number in range(2):
        path = folder / "halves" / f"symbol={name}" / f"half={number:02}"
        path.mkdir(parents=True)
        half = rows.drop("symbol").slice(number * len(rows) // 2, None if number else len(rows) // 2)
        half.write_parquet(path / "0.parquet")
        half.write_ipc(path / "0.arrow", compression="uncompressed")

columns = {name: spy[name].to_numpy() for name in ("time", "price", "size")}
with h5py.File(folder / "plain.h5", "w") as file:
    for name, values in columns.items():
        file[f"trades/{name}"] = values * 1000 if name == "time" else values
    file["trades/note"] = "text"
with h5py.File(folder / "gzip.h5", "w") as file:
    types = {"time": ">i8", "price": ">f8", "size": "<u2"}
    for name, values in columns.items():
        file.create_dataset(name, data=values.astype(types[name]), chunks=(512,), compression="gzip", shuffle=True, fletcher32=True)
with h5py.File(folder / "lzf.h5", "w") as file:
    for name, values in columns.items():
        file.create_dataset(name, data=values, chunks=(512,), compression="lzf", shuffle=name == "time", fletcher32=name == "price")
with h5py.File(folder / "compound.h5", "w") as file:
    rows = np.empty(len(spy), dtype=[("flag", "i1"), ("time", ">i8"), ("symbol", "S3"), ("price", ">f4"), ("size", "<i4")])
    for name, values in columns.items():
        rows[name] = values
    file["trades"] = rows
with h5py.File(folder / "matrix.h5", "w") as file:
    file["ticks"] = np.column_stack([columns["size"], columns["time"] / 1e6, columns["price"]])
    file["ticks"].attrs["columns"] = ["size", "time", "price"]
    file["bare"] = file["ticks"][:]

bars = (
    spy.with_columns(instant.dt.truncate("15m").alias("bin")).group_by("bin", maintain_order=True)
    .agg(open=pl.col("price").first(), high=pl.col("price").max(), low=pl.col("price").min(), close=pl.col("price").last(), volume=pl.col("size").sum(), tradeCount=pl.len())
)
starts, ends = bars.rename({"bin": "time"}), bars.with_columns(pl.col("bin").dt.offset_by("15m").alias("time")).drop("bin")
starts.write_parquet(folder / "starts.parquet")
ends.write_parquet(folder / "ends.parquet")
ends.write_csv(folder / "ends.csv")
ends.rename({"open": "o"}).write_ipc(folder / "ends.arrow", compression="uncompressed")
starts.drop("volume", "tradeCount").write_parquet(folder / "prices.parquet")
with h5py.File(folder / "ends.h5", "w") as file:
    for name in ends.columns:
        file[name] = ends[name].dt.timestamp("us").to_numpy() if name == "time" else ends[name].to_numpy()
local = starts.with_columns(pl.col("time").dt.replace_time_zone("UTC").dt.convert_time_zone(zone))
days = local.group_by(pl.col("time").dt.date(), maintain_order=True).agg(
    pl.col("open").first(), pl.col("high").max(), pl.col("low").min(), pl.col("close").last(), pl.col("volume").sum(), pl.col("tradeCount").sum()
)
days.write_csv(folder / "days.csv")
expected = starts.with_columns(pl.col("time").dt.timestamp("us")).to_dict(as_series=False)
print(json.dumps({"bars": expected, **{name: spy[name].to_list() for name in ("time", "price", "size")}}))
