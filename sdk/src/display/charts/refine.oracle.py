"""Zooms into charts through a real kernel's comm, and compares the candles with pandas'.

Usage: refine.oracle.py MODULE (of the SDK). Prints what went wrong, or nothing.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[4] / "test/kernel"))
from kernel_under_test import Kernel

COUNT = 123_457
START = 1_380_000_000_000_000
CELL = """// @ts-nocheck
import { chart, MemoryAdapter } from "MODULE";
const count = COUNT;
const time = Float64Array.from({ length: count }, (_, i) => START + i * 250_000);
const price = time.map((_, i) => ((i * 7919) % 10_007) / 100 + Math.floor(i / 1000));
const adapter = new MemoryAdapter({ time, price, size: time.map((_, i) => 1 + (i % 9)), timeZone: "America/New_York" });
let bars = await adapter.getBarDaterange([START, START + count * 250_000], "tick", 1);
let ticks = await adapter.getDate("2013-09-24");
let half = chart(bars).with({ name: "half", values: bars.close.map((c) => c / 2), panel: "own" });
"""
PLOTLY = "application/vnd.plotly.v1+json"


def trades():
    i = np.arange(COUNT)
    price = ((i * 7919) % 10_007) / 100 + i // 1000
    time = START + i * 250_000
    return pd.DataFrame({"time": time, "price": price, "size": 1 + i % 9, "half": price / 2})


def merged(frame, begin, end, count):
    """Candles of `count` bars each."""
    part = frame.iloc[begin:end]
    groups = part.groupby(np.arange(len(part)) // count)
    ohlc = groups["price"].ohlc()
    return {**{name: ohlc[name].tolist() for name in ohlc}, "volume": groups["size"].sum().tolist()}


def check(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: got {str(got)[:200]}, expected {str(wanted)[:200]}")


UNITS = {"µs": 1, "ms": 1000, "s": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6}


def check_trades(figure, frame, what):
    """The marks and the volume of a figure against pandas' groups by time; figure has begin, end and merged."""
    begin, end, merged = figure["begin"], figure["end"], figure["merged"]
    part = frame[(frame["time"] >= begin) & (frame["time"] < end)]
    marks, volume = figure["data"]
    if len(part) > 2000:
        groups = part.groupby((part["time"] - begin) // merged)["price"]
        low, high, last = groups.min(), groups.max(), groups.last()
        check(marks["x"], last.index.tolist(), f"{what}: slots")
        check(marks["y"], last.tolist(), f"{what}: last prices")
        check(marks["error_y"]["array"], (high - last).tolist(), f"{what}: above")
        check(marks["error_y"]["arrayminus"], (last - low).tolist(), f"{what}: below")
    else:
        check(marks["y"], part["price"].tolist(), f"{what}: prices")
        times = begin + (np.array(marks["x"]) + 0.5) * merged - 0.5
        assert np.abs(times - part["time"]).max() <= 1e-4 * merged, f"{what}: times"
    assert len(marks["x"]) <= 2000, len(marks["x"])
    _, _, count, unit = volume["name"].split(" ")
    wide = int(count) * UNITS[unit]
    sums = part.groupby((part["time"] - begin) // wide)["size"].sum()
    check(volume["y"], sums.tolist(), f"{what}: volume")
    middles = (sums.index.to_numpy() + 0.5) * wide / merged - 0.5
    assert np.allclose(volume["x"], middles), f"{what}: columns"


def check_figure(data, wanted, what):
    candles, volume = data[0], data[1]
    for name in ("open", "high", "low", "close"):
        check(candles[name], wanted[name], f"{what}: {name}")
    check(volume["y"], wanted["volume"], f"{what}: volume")
    check(len(set(candles["x"])), len(wanted["open"]), f"{what}: distinct labels")


class Zoom:
    """A page's end of the comm."""

    def __init__(self, kernel, comm, hello):
        self.kernel, self.comm, self.asked = kernel, comm, 0
        kernel.tell("comm_open", {"comm_id": comm, "target_name": "litlab.bars", "data": hello})

    def answer(self, **request):
        self.asked += 1
        number = self.asked
        self.kernel.tell("comm_msg", {"comm_id": self.comm, "data": {"request": number, **request}})
        said = lambda: self.kernel.said(
            "comm_msg", lambda c: c["comm_id"] == self.comm and c["data"].get("request") == number
        )
        return self.kernel.pump(said, what="the answer")[0]["content"]["data"]

    def closed(self):
        said = lambda: self.kernel.said("comm_close", lambda c: c["comm_id"] == self.comm)
        return self.kernel.pump(said, what="the comm is closed")[0]["content"]["data"]


def shown(kernel, code):
    cell = kernel.run(code)
    assert cell.reply["status"] == "ok", cell.told
    return cell.of("execute_result")[0]["data"][PLOTLY]


def main(module):
    frame = trades()
    with Kernel() as kernel:
        setup = CELL.replace("MODULE", module).replace("COUNT", str(COUNT)).replace("START", str(START))
        cell = kernel.run(setup, 60)
        assert cell.reply["status"] == "ok", cell.told
        figure = shown(kernel, "bars")
        meta = figure["layout"]["meta"]["litlab"]
        per_slot = -(-COUNT // 2000)
        check([meta["target"], meta["version"], meta["length"], meta["merged"]], ["litlab.bars", 1, COUNT, per_slot], "meta")
        check_figure(figure["data"], merged(frame, 0, COUNT, per_slot), "the whole")

        zoom = Zoom(kernel, "page-1", {"version": 1, "id": meta["id"]})
        for start, end, width in [(50_000, 50_900, 2000), (50_001, 90_000, 700), (0, COUNT, 100), (-50, 10, 5), (COUNT - 1, 9e9, 9)]:
            answer = zoom.answer(**{"from": start, "to": end, "width": width})
            begin, past, count = answer["begin"], answer["end"], answer["merged"]
            assert begin <= max(0, start) and past >= min(COUNT, end) and begin % count == 0, answer
            assert 0 < len(answer["data"][0]["x"]) <= width, len(answer["data"][0]["x"])
            check_figure(answer["data"], merged(frame, begin, past, count), f"{start} to {end}")
        for wrong in [{}, {"from": 5, "to": 5, "width": 10}, {"from": 0, "to": 9, "width": 2001}, {"from": "a", "to": None, "width": 0.5}]:
            assert "expected { request, from, to, width }" in zoom.answer(**wrong)["error"]

        # What lies over the bars comes along.
        id = shown(kernel, "half")["layout"]["meta"]["litlab"]["id"]
        over = Zoom(kernel, "page-2", {"version": 1, "id": id})
        line = over.answer(**{"from": 100, "to": 200, "width": 1000})["data"][2]
        check([line["name"], line["y"]], ["half", frame["half"][100:200].tolist()], "the line over the bars")

        # Trades are refined over time instead.
        whole = shown(kernel, "ticks")
        meta = whole["layout"]["meta"]["litlab"]
        check([meta["target"], meta["version"], meta["length"]], ["litlab.bars", 1, START + (COUNT - 1) * 250_000 + 1], "meta of trades")
        check_trades({**meta, **whole}, frame, "all trades")
        near = Zoom(kernel, "page-5", {"version": 1, "id": meta["id"]})
        for begin, past in [(0, 3600), (1000.5, 1300), (7777, 7780), (-1e9, 1e12), (5000, 5000.3)]:
            start, end = START + begin * 1e6, START + past * 1e6
            answer = near.answer(**{"from": start, "to": end, "width": 2000})
            assert answer["begin"] <= max(start, START) and answer["end"] >= min(end, meta["length"]), answer
            check_trades(answer, frame, f"trades from {begin} to {past} s")

        assert "run its cell again" in Zoom(kernel, "page-3", {"version": 1, "id": "none"}).closed()["error"]
        assert "expected { version: 1, id }" in Zoom(kernel, "page-4", {"version": 99, "id": id}).closed()["error"]
        for comm in ("page-1", "page-2", "page-5"):
            kernel.tell("comm_close", {"comm_id": comm, "data": {}})
        check(kernel.ask("comm_info_request")["content"]["comms"], {}, "open comms")
        assert "meta" not in shown(kernel, "bars.slice(0, 2000)")["layout"]
        check(kernel.value("typeof bars.close"), "'object'", "the kernel lives")


main(sys.argv[1])
