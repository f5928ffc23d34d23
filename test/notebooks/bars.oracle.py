"""What notebooks/02-bars.ipynb shows, computed with pandas from the demo home's LEAN files. Usage: bars.oracle.py HOME

Prints JSON: the trades of the last date and of the last four, the days, the bars at a trade, the positions, the indicators.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ZONE = "America/New_York"
HELD = 500


def read(path):
    ticks = pd.read_csv(path, header=None, usecols=[0, 1, 2], names=["ms", "price", "size"])
    midnight = pd.Timestamp(path.name[:8]).tz_localize(ZONE)
    stamps = (midnight.tz_localize(None) + pd.to_timedelta(ticks["ms"], unit="ms")).dt.tz_localize(ZONE)
    return pd.DataFrame(
        {
            "date": midnight.strftime("%Y-%m-%d"),
            "time": stamps.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]").astype("int64"),
            "price": ticks["price"] / 10000,
            "size": ticks["size"],
            "bin": ticks["ms"] // 300_000,
        }
    )


def five_minutes(ticks):
    return ticks.groupby(["date", "bin"]).agg(
        open=("price", "first"),
        high=("price", "max"),
        low=("price", "min"),
        close=("price", "last"),
        tradeCount=("price", "size"),
    )


def positions(ticks, closes, moments):
    """Bought or sold where the last bar's close is not the price, held for 500 trades."""
    price = ticks["price"].to_numpy()
    side = np.sign(closes - price[moments])
    gains = (side * (price[moments + HELD] - price[moments]))[side != 0]
    return [len(gains), int((gains > 0).sum()), float(100 * gains.sum() / max(1, len(gains)))]


def nulls(values):
    return [None if np.isnan(value) else value for value in values]


def main():
    folder = Path(sys.argv[1]) / "contoso/ticks/equity/usa/tick/demo"
    ticks = pd.concat([read(path) for path in sorted(folder.glob("*_trade.zip"))], ignore_index=True)
    dates = sorted(ticks["date"].unique())
    columns = ["time", "price", "size"]
    week = ticks[ticks["date"].isin(dates[-4:])]
    day = week[week["date"] == dates[-1]]

    days = ticks.groupby("date").agg(
        open=("price", "first"),
        high=("price", "max"),
        low=("price", "min"),
        close=("price", "last"),
        trades=("price", "size"),
        volume=("size", "sum"),
        longestGap=("time", lambda time: time.diff().max() / 1e6),
    )
    duplicates = ticks.duplicated(["date", *columns]).groupby(ticks["date"]).sum()

    index = len(ticks) - 6001
    cut = five_minutes(ticks.iloc[: index + 1]).iloc[-3:]
    whole = five_minutes(ticks).loc[cut.index]

    step = (len(ticks) - 2000) // 2000
    moments = 1000 + np.arange(2000) * step
    price = ticks["price"].to_numpy()
    closes = ticks.groupby(["date", "bin"])["price"].transform("last").to_numpy()

    close = five_minutes(day)["close"].reset_index(drop=True)
    average, width = close.rolling(20).mean(), close.rolling(20).std(ddof=0)
    side = np.sign(close - average)
    crossed = [i for i in range(20, len(close)) if side[i] * side[i - 1] < 0]

    print(
        json.dumps(
            {
                "dates": dates,
                "day": day[columns].to_dict("list"),
                "week": week[columns].to_dict("list"),
                "days": {**days.to_dict("list"), "duplicates": duplicates.tolist()},
                "index": index,
                "cut": cut.to_dict("records"),
                "whole": whole.to_dict("records"),
                "positions": [positions(ticks, price[moments], moments), positions(ticks, closes[moments], moments)],
                "average": nulls(average),
                "lower": nulls(average - 2 * width),
                "upper": nulls(average + 2 * width),
                "momentum": nulls(100 * close.pct_change(12)),
                "crossings": [["buy" if side[i] > 0 else "sell", close[i]] for i in crossed],
            }
        )
    )


main()
