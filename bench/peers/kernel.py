"""Measures Jupyter kernels over jupyter_client, each in a process tree of its own, one after the other in every round.

Usage: kernel.py ROUNDS FOLDER NAME=COMMAND…, where COMMAND is JSON: the kernelspec's argv. Prints a JSON object a line:
{"kernel", "round", "case", "wallMs", "cpuMs"} or {"kernel", "round", "case", "mb"}.
"""

import json
import os
import queue
import re
import statistics
import sys
import time

import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

ONES = 200
CELLS = 500
ARROW = 'import * as arrow from "apache-arrow";\narrow.tableFromArrays({ a: [1, 2, 3] }).numRows'
LINE = "x" * 99
OUTPUT = {"ipykernel": f"for i in range(100_000): print('{LINE}')"}
OUTPUT_TS = f"for (let i = 0; i < 100_000; i++) console.log('{LINE}')"
BUSY = {"ipykernel": "import time\nend = time.time() + 2\nwhile time.time() < end: pass"}
BUSY_TS = "{ const end = Date.now() + 2000; while (Date.now() < end); }"


class Kernel:
    def __init__(self, name, argv, folder):
        self.name = name
        self.lost = 0
        self.manager = KernelManager()
        self.manager._kernel_spec = KernelSpec(argv=argv, display_name=name, language=name, interrupt_mode="message")
        self.manager.start_kernel(cwd=folder, env=dict(os.environ))
        self.process = psutil.Process(self.manager.provisioner.process.pid)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code, timeout=180):
        """Runs a cell until its reply and its idle status are there: the text of its value, and what it printed."""
        request = self.client.execute(code, allow_stdin=False)
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                break
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"{self.name}: {code!r}: {reply['content']}")
        data, texts = None, []
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=2)
            except queue.Empty:
                self.lost += 1  # Deno's idle status, now and then
                break
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "execute_result":
                data = content["data"].get("text/plain")
            elif kind == "stream":
                texts.append(content["text"])
            elif kind == "status" and content["execution_state"] == "idle":
                break
        # Stock tslab prints a cell's last value.
        text = "".join(texts)
        return re.sub(r"\x1b\[[\d;]*m", "", text if data is None else data).strip(), text

    def processes(self):
        return [self.process, *self.process.children(recursive=True)]

    def cpu(self):
        total = 0
        for process in self.processes():
            try:
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
            except psutil.Error:
                pass
        return total * 1000

    def memory(self, without=()):
        total = 0
        for process in self.processes():
            try:
                if not any(part in " ".join(process.cmdline()) for part in without):
                    total += process.memory_full_info().pss
            except psutil.Error:
                pass
        return total / 2**20

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


# They send a value now and then after the cell's idle status.
LATE = {"deno", "tslab"}


def timed(kernel, code, expected=None):
    cpu, wall = kernel.cpu(), time.perf_counter()
    value, _ = kernel.run(code)
    wall = (time.perf_counter() - wall) * 1000
    if kernel.name in LATE and value == "":
        kernel.lost += 1
    elif expected is not None and value != expected:
        raise RuntimeError(f"{kernel.name}: {code!r} gives {value!r}, expected {expected!r}")
    return wall, kernel.cpu() - cpu


def measure(name, argv, folder, emit):
    wall = time.perf_counter()
    kernel = Kernel(name, argv, folder)
    emit("ready", (time.perf_counter() - wall) * 1000, kernel.cpu())
    try:
        emit("first cell", *timed(kernel, "1+1", "2"))
        ones(kernel, emit, "1+1, cells 2 to 201")
        if name != "ipykernel":
            for i in range(CELLS - ONES):
                kernel.run(f"const v{i}: number = {i}; class Q{i} {{ #x = 1 }}")
            ones(kernel, emit, "1+1, after cell 500")
        emit("memory", mb=kernel.memory())
        if name == "lit lab":
            emit("memory of front and worker", mb=kernel.memory(without=["typescript-", "esbuild"]))
        if name != "ipykernel":
            emit("apache-arrow", *timed(kernel, ARROW, "3"))
        busy(kernel, emit)
        output(kernel, emit)
        if kernel.lost:
            print(f"  {name}: {kernel.lost} messages were missing when their cell was idle", file=sys.stderr)
    finally:
        kernel.close()


def ones(kernel, emit, case):
    cpu = kernel.cpu()
    walls = [timed(kernel, "1+1", "2")[0] for _ in range(ONES)]
    cpu = (kernel.cpu() - cpu) / ONES
    emit(f"{case}, median", statistics.median(walls), cpu)
    emit(f"{case}, p95", statistics.quantiles(walls, n=20)[-1], cpu)


def busy(kernel, emit):
    """A completion that is asked for while a cell runs: when it is answered, at the latest when the cell ends."""
    client = kernel.client
    client.execute(BUSY.get(kernel.name, BUSY_TS))
    while client.get_iopub_msg(timeout=30)["content"].get("execution_state") != "busy":
        pass
    code = "import os\nos.pat" if kernel.name == "ipykernel" else "Math.ma"
    wall = time.perf_counter()
    asked = client.complete(code, len(code))
    while True:
        message = client.get_shell_msg(timeout=60)
        if message["parent_header"]["msg_id"] == asked:
            break
    emit("completion while a cell runs 2 s", (time.perf_counter() - wall) * 1000)
    kernel.run("1+1")


def output(kernel, emit):
    cpu, wall = kernel.cpu(), time.perf_counter()
    _, text = kernel.run(OUTPUT.get(kernel.name, OUTPUT_TS))
    wall = (time.perf_counter() - wall) * 1000
    lost = 1 - text.count(LINE) / 100_000
    emit("10 MB of output", wall, kernel.cpu() - cpu, lost=lost)


def main():
    rounds, folder, *kernels = sys.argv[1:]
    for number in range(int(rounds)):
        for kernel in kernels:
            name, argv = kernel.split("=", 1)

            def emit(case, wall=None, cpu=None, mb=None, lost=None, name=name, number=number):
                values = {"wallMs": wall, "cpuMs": cpu, "mb": mb, "lost": lost}
                row = {"kernel": name, "round": number, "case": case, **{k: v for k, v in values.items() if v is not None}}
                print(json.dumps(row), flush=True)

            measure(name, json.loads(argv), folder, emit)


main()
