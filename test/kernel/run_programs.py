"""Runs notebook programs in a Jupyter kernel, each in a fresh one, and prints what every cell did as JSON.

Usage: run_programs.py KERNEL FOLDER < programs.json
KERNEL is a kernelspec's name, or a command line with {connection_file}. FOLDER gets a folder a program, its working folder.
Programs: [{"steps": [{"kind": "cell", "code": ...} | {"kind": "file", "path": ..., "text": ...}]}]
Prints, a program: {"cells": [{status, count, outputs}], "failure": null or why the kernel ended}
"""

import asyncio
import json
import shlex
import sys
import time
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

PARALLEL = 2
START_S = 60
CELL_S = 30


def make_manager(kernel):
    if "{connection_file}" not in kernel:
        return AsyncKernelManager(kernel_name=kernel)
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(argv=shlex.split(kernel), display_name="Under test", language="typescript")
    return manager


def write_file(folder, step):
    path = folder / step["path"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(step["text"])


class Notebook:
    """One kernel and what its cells put out, each message with the cell of its parent header."""

    def __init__(self, manager, client):
        self.manager = manager
        self.client = client
        self.cells = {}
        self.idle = set()

    async def execute(self, code):
        request = self.client.execute(code, store_history=True, stop_on_error=False, allow_stdin=False)
        self.cells[request] = {"status": None, "count": None, "outputs": []}
        reply = await self.reply(request)
        self.cells[request] |= {"status": reply["status"], "count": reply.get("execution_count")}
        await self.drain(request)

    async def settle(self):
        """Reads on until nothing sent before is missing: the idle of a request of its own."""
        request = self.client.kernel_info()
        await self.reply(request)
        await self.drain(request)

    async def reply(self, request):
        end = time.monotonic() + CELL_S
        while time.monotonic() < end:
            try:
                message = await self.client.get_shell_msg(timeout=1)
            except Exception as error:  # queue.Empty or zmq's
                if not await self.manager.is_alive():
                    raise RuntimeError("the kernel process ended") from error
                continue
            if message["parent_header"].get("msg_id") == request:
                return message["content"]
        raise TimeoutError(f"no reply within {CELL_S} s")

    async def drain(self, request):
        while request not in self.idle:
            self.receive(await self.client.get_iopub_msg(timeout=CELL_S))

    def receive(self, message):
        parent = message["parent_header"].get("msg_id")
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            self.idle.add(parent)
        elif kind not in ("status", "execute_input") and parent in self.cells:
            self.cells[parent]["outputs"].append({"type": kind, **content})


async def run_program(kernel, program, folder):
    folder.mkdir(parents=True, exist_ok=True)
    steps = list(program["steps"])
    # What comes before the first cell is there before the kernel is: it reads tsconfig.json when it starts.
    while steps and steps[0]["kind"] == "file":
        write_file(folder, steps.pop(0))
    manager = make_manager(kernel)
    notebook, failure = None, None
    try:
        await asyncio.wait_for(manager.start_kernel(cwd=str(folder)), START_S)
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=START_S)
        notebook = Notebook(manager, client)
        for step in steps:
            if step["kind"] == "file":
                write_file(folder, step)
            else:
                await notebook.execute(step["code"])
        await notebook.settle()
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    finally:
        if notebook:
            notebook.client.stop_channels()
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)
    return {"cells": list(notebook.cells.values()) if notebook else [], "failure": failure}


async def main(kernel, folder):
    programs = json.load(sys.stdin)
    free = asyncio.Semaphore(PARALLEL)

    async def one(index, program):
        async with free:
            return await run_program(kernel, program, folder / f"{index:03}")

    results = await asyncio.gather(*(one(index, program) for index, program in enumerate(programs)))
    json.dump(results, sys.stdout)


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
