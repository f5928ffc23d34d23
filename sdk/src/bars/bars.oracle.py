"""Bars of ticks with pandas, as the oracle of the bars' tests.

Standard input: JSON {time, price, size, timeZone, cases: [{unit, n, future, session}, …]}, times in µs since the epoch, a
session null or [["09:30", "16:00"], …]. Prints each case's bars as JSON columns.
"""

import json
import sys

import pandas as pd

COLUMNS = ["open", "high", "low", "close", "tradeCount", "volSum", "volMean", "volMax", "timestamp"]
NS = {"sec": 10**9, "min": 60 * 10**9, "hour": 3600 * 10**9}


def reduce(group, stamp):
    price, size = group["price"].to_numpy(), group["size"].to_numpy()
    return [price[0], price.max(), price.min(), price[-1], len(price), size.sum(), size.mean(), size.max(), stamp]


def seconds(clock):
    hours, minutes, *rest = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + sum(rest)


def micros(stamp):
    return stamp.tz_convert("UTC").tz_localize(None).as_unit("ns").value // 1000


def midnight(date, zone):
    """The instant at which a zone's clock shows "YYYY-MM-DD" or "YYYY-MM-DD HH:MM"."""
    if date.endswith(" 24:00"):
        date = (pd.Timestamp(date[:10]) + pd.Timedelta(days=1)).strftime("%Y-%m-%d")
    return pd.Timestamp(date).tz_localize(zone, ambiguous=True, nonexistent="shift_forward")


def in_bins(day, begin, end, step, future):
    for number, group in day.groupby((day["time"].astype("int64") - begin) // step, sort=True):
        start = begin + int(number) * step
        yield reduce(group, start if future else min(start + step, end))


def in_groups(day, unit, n):
    """The rows of bars that end when something reaches n: volume, dollars, the imbalance of ticks."""
    sign = day["price"].diff().apply(lambda d: float((d > 0) - (d < 0))).replace(0, float("nan")).ffill().fillna(0)
    amount = {"volume": day["size"], "dollar": day["price"].abs() * day["size"], "imbalance": sign}[unit]
    total, begin = 0, 0
    for row, value in enumerate(amount):
        total += value
        if abs(total) >= n or row == len(day) - 1:
            yield begin, row + 1
            total, begin = 0, row + 1


def bricks(day, n):
    """Renko bricks: (begin, end, open, close) with the rows that each holds."""
    first = day["price"].iloc[0]
    low = high = 0
    begin = 0
    for row, price in enumerate(day["price"]):
        level = round((price - first) / n, 9)
        while level >= high + 1:
            yield begin, row + 1, first + high * n, first + (high + 1) * n
            low, high, begin = high, high + 1, row + 1
        while level <= low - 1:
            yield begin, row + 1, first + low * n, first + (low - 1) * n
            low, high, begin = low - 1, low, row + 1


def brick(day, begin, end, opened, closed, future):
    prices = [opened, max(opened, closed), min(opened, closed), closed]
    if begin == end:  # one more brick of the same trade
        return [*prices, 0, 0, 0, 0, int(day["time"].iloc[end - 1])]
    group = day.iloc[begin:end]
    return [*prices, *reduce(group, int(group["time"].iloc[0 if future else -1]))[4:]]


def bars_of(ticks, wall, zone, unit, n, future, session):
    if session:
        inside = pd.Series(False, index=ticks.index)
        for opens, closes in session:
            inside |= (wall >= seconds(opens)) & (wall < seconds(closes))
        ticks = ticks[inside].reset_index(drop=True)
    bars = []
    if unit == "day":
        dates = sorted(ticks["date"].unique())
        for k in range(0, len(dates), n):
            members = dates[k : k + n]
            following = (pd.Timestamp(members[-1]) + pd.Timedelta(days=1)).strftime("%Y-%m-%d")
            stamp = midnight(members[0] if future else following, zone)
            if session:
                clock = f"{members[0]} {session[0][0]}" if future else f"{members[-1]} {session[-1][1]}"
                stamp = midnight(clock, zone)
            bars.append(reduce(ticks[ticks["date"].isin(members)], micros(stamp)))
    else:
        for date, day in ticks.groupby("date", sort=True):
            if unit == "tick":
                for k in range(0, len(day) - n + 1, n):
                    group = day.iloc[k : k + n]
                    bars.append(reduce(group, int(group["time"].iloc[0 if future else -1])))
                continue
            if unit in ("volume", "dollar", "imbalance"):
                for begin, end in in_groups(day, unit, n):
                    group = day.iloc[begin:end]
                    bars.append(reduce(group, int(group["time"].iloc[0 if future else -1])))
                continue
            if unit == "renko":
                bars.extend(brick(day, *edges, future) for edges in bricks(day, n))
                continue
            if session:
                for opens, closes in session:
                    begin, end = micros(midnight(f"{date} {opens}", zone)), micros(midnight(f"{date} {closes}", zone))
                    part = day[(day["time"] >= begin) & (day["time"] < end)]
                    bars.extend(in_bins(part, begin, end, NS[unit] * n // 1000, future))
                continue
            begin = micros(midnight(date, zone))
            following = (pd.Timestamp(date) + pd.Timedelta(days=1)).strftime("%Y-%m-%d")
            end = micros(midnight(following, zone))
            bars.extend(in_bins(day, begin, end, NS[unit] * n // 1000, future))
    frame = pd.DataFrame(bars, columns=COLUMNS).astype("float64")
    return {name: frame[name].tolist() for name in COLUMNS}


def main():
    request = json.load(sys.stdin)
    zone = request["timeZone"]
    ticks = pd.DataFrame({key: request[key] for key in ("time", "price", "size")})
    ticks = ticks.sort_values("time", kind="stable", ignore_index=True)
    stamps = pd.to_datetime(ticks["time"].astype("int64"), unit="us", utc=True).dt.tz_convert(zone)
    ticks["date"] = stamps.dt.strftime("%Y-%m-%d")
    wall = stamps.dt.hour * 3600 + stamps.dt.minute * 60 + stamps.dt.second
    print(json.dumps([bars_of(ticks, wall, zone, **case) for case in request["cases"]]))


main()
