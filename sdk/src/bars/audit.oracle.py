"""Outliers and gaps of one date's trades, straight from their definitions. Standard input: JSON {time, price, gap}."""

import json
import statistics
import sys

request = json.load(sys.stdin)
time, price = request["time"], request["price"]
outliers = []
for i, p in enumerate(price):
    around = price[max(0, i - 25) : i] + price[i + 1 : i + 26]
    if not around:
        continue
    median = statistics.median(around)
    deviation = statistics.fmean(abs(q - median) for q in around)
    if abs(p - median) > 10 * deviation and abs(p - median) > 0.001 * abs(median):
        outliers.append([time[i], p, median])
waits = [(b - a) / 1e6 for a, b in zip(time, time[1:])]
print(json.dumps({"outliers": outliers, "gaps": sum(w > request["gap"] for w in waits), "longest": max(waits, default=0)}))
