"""Jupyter's protocol as the kernel "litlab" must keep it: the functions of scenarios/, each with kernels of its own.

Usage: protocol.py [SCENARIO…]; prints a JSON object: a scenario's name to null, or to what went wrong.
"""

import importlib
import json
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

from scenarios.base import SCENARIOS

PARALLEL = 2
TOPICS = ("cells", "display", "language", "comms", "prompts", "interrupts", "streams", "bad_input", "lifecycle")

for topic in TOPICS:
    importlib.import_module(f"scenarios.{topic}")


def outcome(name):
    try:
        SCENARIOS[name]()
    except BaseException:
        return traceback.format_exc()
    return None


def main(names):
    with ThreadPoolExecutor(PARALLEL) as pool:
        print(json.dumps(dict(zip(names, pool.map(outcome, names)))))


if __name__ == "__main__":
    main(sys.argv[1:] or list(SCENARIOS))
