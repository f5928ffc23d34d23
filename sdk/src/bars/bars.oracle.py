"""Bars of ticks with pandas, as the oracle of the bars' tests.

Standard input: JSON {time, price, size, timeZone, unit, n, future}, times in µs since the epoch. Prints the bars as JSON columns.
"""

import json
import sys

import pandas as pd

COLUMNS = ["open", "high", "low", "close", "tradeCount", "volSum", "volMean", "volMax", "timestamp"]
NS = {"sec": 10**9, "min": 60 * 10**9, "hour": 3600 * 10**9}


def reduce(group, stamp):
    price, size = group["price"], group["size"]
    return [
        price.iloc[0], price.max(), price.min(), price.iloc[-1],
        len(price), size.sum(), size.mean(), size.max(), stamp,
    ]  # fmt: skip


def micros(stamp):
    return stamp.tz_convert("UTC").tz_localize(None).as_unit("ns").value // 1000


def midnight(date, zone):
    return pd.Timestamp(date).tz_localize(zone, ambiguous=True, nonexistent="shift_forward")


def main():
    request = json.load(sys.stdin)
    zone, unit, n, future = (request[key] for key in ("timeZone", "unit", "n", "future"))
    ticks = pd.DataFrame({key: request[key] for key in ("time", "price", "size")})
    ticks = ticks.sort_values("time", kind="stable", ignore_index=True)
    stamps = pd.to_datetime(ticks["time"].astype("int64"), unit="us", utc=True).dt.tz_convert(zone)
    ticks["date"] = stamps.dt.strftime("%Y-%m-%d")
    bars = []
    if unit == "day":
        dates = sorted(ticks["date"].unique())
        for k in range(0, len(dates), n):
            members = dates[k : k + n]
            following = (pd.Timestamp(members[-1]) + pd.Timedelta(days=1)).strftime("%Y-%m-%d")
            stamp = midnight(members[0] if future else following, zone)
            bars.append(reduce(ticks[ticks["date"].isin(members)], micros(stamp)))
    else:
        for date, day in ticks.groupby("date", sort=True):
            if unit == "tick":
                for k in range(0, len(day) - n + 1, n):
                    group = day.iloc[k : k + n]
                    bars.append(reduce(group, int(group["time"].iloc[0 if future else -1])))
                continue
            begin = micros(midnight(date, zone))
            following = (pd.Timestamp(date) + pd.Timedelta(days=1)).strftime("%Y-%m-%d")
            end = micros(midnight(following, zone))
            step = NS[unit] * n // 1000
            for number, group in day.groupby((day["time"].astype("int64") - begin) // step, sort=True):
                start = begin + int(number) * step
                bars.append(reduce(group, start if future else min(start + step, end)))
    frame = pd.DataFrame(bars, columns=COLUMNS).astype("float64")
    print(json.dumps({name: frame[name].tolist() for name in COLUMNS}))


main()
