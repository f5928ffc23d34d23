"""A kernel with everything it says: its iopub messages, replies and input requests, read on one thread."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import zmq
from jupyter_client.manager import KernelManager

START_S = 60
# In the checkout, so that packages resolve.
CACHE = Path(__file__).parents[2] / ".cache"


def processes():
    """Every process: its parent and its command line."""
    lines = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True
    ).stdout.splitlines()
    rows = [line.split(None, 3) for line in lines]
    return {int(row[0]): (int(row[1]), row[3] if len(row) > 3 else "") for row in rows if not row[2].startswith("Z")}


def descendants(pid):
    table = processes()
    found, todo = [], [pid]
    while todo:
        parent = todo.pop()
        children = [child for child, (of, _) in table.items() if of == parent]
        found += children
        todo += children
    return found


def cpu_seconds(pid):
    """The time that a process has computed, in whole seconds."""
    text = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True).stdout
    hours, minutes, seconds = re.fullmatch(r"(?:(\d+):)?(\d+):(\d+)(?:\.\d+)?", text.strip()).groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)


def wait_until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return value


class Cell:
    """What one execute_request led to, so far."""

    def __init__(self, kernel, request):
        self.kernel = kernel
        self.id = request

    @property
    def messages(self):
        return [m for m in self.kernel.iopub if m["parent_header"].get("msg_id") == self.id]

    def of(self, kind):
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    @property
    def reply(self):
        message = self.kernel.replies.get(self.id)
        return message["content"] if message else None

    @property
    def idle(self):
        return any(status["execution_state"] == "idle" for status in self.of("status"))

    def text(self, name="stdout"):
        return "".join(stream["text"] for stream in self.of("stream") if stream["name"] == name)

    @property
    def value(self):
        results = self.of("execute_result")
        return results[0]["data"]["text/plain"] if results else None

    @property
    def told(self):
        """Everything a person would read of it that is no result."""
        errors = [" ".join([e["ename"], e["evalue"], *e["traceback"]]) for e in self.of("error")]
        return self.text("stderr") + "\n".join(errors)

    def wait(self, seconds=30):
        self.kernel.pump(lambda: self.reply and self.idle, seconds, f"the end of cell {self.id}")
        return self


class Kernel:
    def __init__(self, name="litlab", cwd=None, env=None):
        CACHE.mkdir(exist_ok=True)
        self.folder = tempfile.mkdtemp(prefix="kernel-", dir=CACHE)
        self.cwd = cwd or self.folder
        self.env = {**os.environ, "XDG_STATE_HOME": os.path.join(self.folder, "state"), **(env or {})}
        self.manager = KernelManager(kernel_name=name)
        self.iopub, self.asked, self.replies = [], [], {}

    def __enter__(self):
        os.makedirs(self.cwd, exist_ok=True)
        self.manager.start_kernel(cwd=self.cwd, env=self.env)
        try:
            self.client = self.manager.client()
            self.client.start_channels()
            self.client.wait_for_ready(timeout=START_S)
            self.poller = zmq.Poller()
            self.channels = {
                channel.socket: name
                for name in ("iopub", "shell", "control", "stdin")
                for channel in [getattr(self.client, f"{name}_channel")]
            }
            for socket in self.channels:
                self.poller.register(socket, zmq.POLLIN)
        except BaseException:
            self.manager.shutdown_kernel(now=True)
            raise
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self):
        return self.manager.provisioner.process.pid

    def receive(self, milliseconds=50):
        for socket, _ in self.poller.poll(milliseconds):
            name = self.channels[socket]
            message = getattr(self.client, f"{name}_channel").get_msg(timeout=0)
            if name == "iopub":
                self.iopub.append(message)
            elif name == "stdin":
                self.asked.append(message)
            else:
                self.replies[message["parent_header"].get("msg_id")] = message

    def pump(self, condition, seconds=20, what="a message"):
        """Reads messages until the condition holds."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            if time.monotonic() > end:
                seen = [(m["msg_type"], json.dumps(m["content"], default=str)[:200]) for m in self.iopub[-8:]]
                raise AssertionError(f"{what}: not within {seconds} s; last on iopub: {seen}")
            self.receive()
        return value

    def start(self, code, **options):
        return Cell(self, self.client.execute(code, **{"allow_stdin": False, "stop_on_error": False, **options}))

    def run(self, code, seconds=30, **options):
        return self.start(code, **options).wait(seconds)

    def reply(self, request, seconds=20):
        self.pump(lambda: request in self.replies, seconds, f"the reply to {request}")
        return self.replies[request]

    def ask(self, kind, content=None, channel="shell", seconds=20, **frames):
        """Sends a request of any kind; its reply."""
        session = self.client.session
        message = session.msg(kind, content or {})
        session.send(getattr(self.client, f"{channel}_channel").socket, message, **frames)
        return self.reply(message["header"]["msg_id"], seconds)

    def tell(self, kind, content, **frames):
        """Sends a message that has no reply."""
        session = self.client.session
        return session.send(self.client.shell_channel.socket, session.msg(kind, content), **frames)

    def said(self, kind, where=lambda content: True):
        return [m for m in self.iopub if m["msg_type"] == kind and where(m["content"])]

    def value(self, code, seconds=30):
        """The result of a cell that must end well."""
        cell = self.run(code, seconds)
        assert cell.reply["status"] == "ok", f"{code}: {cell.told}"
        return cell.value

    def lives(self):
        value = self.value("6 * 7")
        assert value == "42", value
