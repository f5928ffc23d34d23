"""What must not end the front: forged and malformed messages, dying workers, hostile cells."""

import json
import os
import re
import shutil
import signal

import zmq
from jupyter_client.session import Session

from kernel_under_test import Kernel, cpu_seconds, descendants, processes, wait_until
from scenarios.base import complete, equal, inspect, scenario, with_kernel
from scenarios.interrupts import SLOW_TO_CHECK


def program_with(kernel, option):
    (found,) = [pid for pid in descendants(kernel.pid) if option in processes()[pid][1]]
    return found


@with_kernel
def wrong_signatures(kernel):
    forged = Session(key=b"not the key", signature_scheme="hmac-sha256")
    socket = kernel.client.shell_channel.socket
    message = forged.msg(
        "execute_request",
        {
            "code": "(globalThis as any).forged = 1",
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
        },
    )
    forged.send(socket, message)
    unsigned = Session(key=b"")
    other = unsigned.msg("kernel_info_request", {})
    unsigned.send(socket, other)
    equal(kernel.run("(globalThis as any).forged").value, None)
    for request in (message, other):
        assert request["header"]["msg_id"] not in kernel.replies
        assert not [m for m in kernel.iopub if m["parent_header"].get("msg_id") == request["header"]["msg_id"]]


@with_kernel
def malformed_contents(kernel):
    bad = [
        ("execute_request", {}),
        ("execute_request", {"code": 5, "silent": "x"}),
        ("execute_request", {"code": None}),
        ("execute_request", []),
        ("complete_request", {}),
        ("complete_request", {"code": "a.", "cursor_pos": "x"}),
        ("complete_request", {"code": "a.", "cursor_pos": 9999}),
        ("complete_request", {"code": "a.", "cursor_pos": -5}),
        ("inspect_request", {"code": "a", "cursor_pos": 1e12, "detail_level": "x"}),
        ("is_complete_request", {"code": {"a": 1}}),
        ("history_request", {"hist_access_type": "nonsense"}),
        ("history_request", {"hist_access_type": "tail", "n": "many"}),
        ("comm_open", {}),
        ("comm_msg", {"comm_id": 5}),
        ("comm_close", "text"),
        ("no_such_request", {}),
        ("input_reply", {}),
    ]
    session = kernel.client.session
    for kind, content in bad:
        header = json.loads(session.serialize(session.msg(kind, {}))[2])
        frames = [json.dumps(part).encode() for part in (header, {}, {}, content)]
        for channel in (kernel.client.shell_channel, kernel.client.control_channel, kernel.client.stdin_channel):
            channel.socket.send_multipart([b"<IDS|MSG>", session.sign(frames), *frames])
    kernel.lives()
    assert len(kernel.replies) > 1, "no error reply at all"
    equal(kernel.ask("no_such_request")["content"]["ename"], "Unsupported")
    for reply in kernel.replies.values():
        assert reply["msg_type"].endswith("_reply"), reply["msg_type"]


@with_kernel
def malformed_frames(kernel):
    socket = kernel.client.shell_channel.socket
    session = kernel.client.session
    header = {
        "msg_id": "x",
        "username": "u",
        "session": "s",
        "date": "2026-01-01T00:00:00Z",
        "msg_type": "kernel_info_request",
        "version": "5.4",
    }
    parts = lambda *values: [value if isinstance(value, bytes) else json.dumps(value).encode() for value in values]

    def signed(frames):
        socket.send_multipart([b"<IDS|MSG>", session.sign(frames), *frames])

    signed(parts(b"not json", {}, {}, {}))
    signed(parts(header, {}, {}, b"{"))
    signed(parts({}, {}, {}, {}))
    signed(parts([], [], [], []))
    signed(parts(None, None, None, None))
    signed(parts({**header, "msg_type": 5}, {}, {}, {}))
    signed(parts({**header, "msg_id": None}, {}, {}, {}))
    signed(parts(b"\xff\xfe\x00", {}, {}, {}))
    signed(parts({**header, "msg_type": "__proto__"}, {}, {}, {}))
    signed(parts({**header, "msg_type": "constructor"}, {}, {}, {}))
    for content in (b"{", b"null"):
        frames = parts({**header, "msg_type": "input_reply"}, {}, {}, content)
        kernel.client.stdin_channel.socket.send_multipart([b"<IDS|MSG>", session.sign(frames), *frames])
    told = {**header, "msg_id": "cut off", "msg_type": "execute_request"}
    for content in (b'{"code": "1', b"[" * 100_000):
        kernel.replies.pop("cut off", None)
        signed(parts(told, {}, {}, content))
        equal(kernel.reply("cut off")["content"]["ename"], "MalformedMessage")
    socket.send_multipart([b"<IDS|MSG>"])
    socket.send_multipart([b""])
    socket.send_multipart([b"no delimiter", b"at all"])
    socket.send_multipart([b"<IDS|MSG>", b"sig", b"{}"])
    socket.send_multipart([os.urandom(100) for _ in range(20)])
    kernel.lives()


@with_kernel
def heartbeat(kernel):
    socket = zmq.Context.instance().socket(zmq.REQ)
    socket.linger = 0
    socket.connect(kernel.client._make_url("hb"))
    kernel.start("const until = Date.now() + 2000; while (Date.now() < until);")
    socket.send(b"ping \x00\xff")
    assert socket.poll(1000), "no heartbeat while a cell runs"
    equal(socket.recv(), b"ping \x00\xff")
    socket.close()


@with_kernel
def a_hundred_megabytes(kernel):
    cell = kernel.run('"x".repeat(100_000_000)', 90)
    equal(cell.reply["status"], "ok")
    kernel.lives()
    cell = kernel.run(
        "await display({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': 'y'.repeat(100_000_000) }) });\nundefined",
        90,
    )
    kernel.lives()


def ends_its_worker(kernel, cell, *parts):
    """The cell's error says what happened; the next cell runs in a fresh worker."""
    equal([cell.reply["status"], len(cell.of("error"))], ["error", 1])
    for part in parts:
        assert part in cell.told.lower(), cell.told
    kernel.lives()
    equal(kernel.run("let survivor = 'new';\nsurvivor").value, "'new'")


@with_kernel
def process_exit(kernel):
    kernel.run("let survivor = 1;")
    ends_its_worker(kernel, kernel.run("process.exit(3);"), "3")
    ends_its_worker(kernel, kernel.run("process.abort();"))
    ends_its_worker(kernel, kernel.run("process.kill(process.pid, 'SIGTERM');\nawait new Promise(() => {});"))


@with_kernel
def bytes_in_the_workers_channel(kernel):
    for bytes in ('"x"', '"hello, this is no frame at all"', "new Uint8Array(1000)"):
        kernel.run("let survivor = 1;")
        cell = kernel.run(f'(await import("node:fs")).writeSync(3, {bytes});')
        ends_its_worker(kernel, cell, "file descriptor 3")


@scenario
def heap_exhaustion():
    with Kernel(env={"NODE_OPTIONS": "--max-old-space-size=200"}) as kernel:
        kernel.run("let survivor = 1;")
        cell = kernel.run("const a: number[][] = [];\nwhile (true) a.push(new Array(1000).fill(1.5));", 90)
        ends_its_worker(kernel, cell, "memory")


@with_kernel
def a_worker_that_is_killed(kernel):
    kernel.run("let survivor = 1;")
    pid = int(kernel.run("process.pid").value)
    assert pid != kernel.pid, "user code runs in the front's process"
    cell = kernel.start('console.log("started");\nawait new Promise(() => {});')
    kernel.pump(lambda: "started" in cell.text(), what="the cell starts")
    os.kill(pid, signal.SIGKILL)
    ends_its_worker(kernel, cell.wait(10), "sigkill")
    idle = int(kernel.run("process.pid").value)
    os.kill(idle, signal.SIGKILL)
    wait_until(lambda: idle not in processes(), 5, "the worker is gone")
    cell = kernel.run("1")  # meets the dead worker or the new one; either way a person is told
    told = lambda: [m for m in kernel.iopub if "sigkill" in json.dumps(m["content"]).lower()]
    kernel.pump(lambda: len(told()) > 1, 5, f"the idle worker's death is told, not only {cell.reply}")
    kernel.lives()


@with_kernel
def types_are_forgotten_with_the_worker(kernel):
    kernel.run("const gone = 1;")
    kernel.run("process.exit(0);")
    cell = kernel.run("gone")
    equal(cell.reply["status"], "error")
    assert "gone" in cell.told, cell.told


@with_kernel
def unhandled_rejections(kernel):
    kernel.run("let kept = 1;")
    cell = kernel.run('Promise.reject(new Error("lost promise"));\nawait new Promise((r) => setTimeout(r, 50));\nkept')
    kernel.pump(lambda: "lost promise" in cell.told, 5, "the rejection is shown")
    later = kernel.run('setTimeout(() => Promise.reject(new Error("lost later")), 50);\nundefined')
    kernel.pump(lambda: "lost later" in later.told, 5, "the later rejection is shown")
    equal(kernel.run("kept").value, "1")


@with_kernel
def throws_in_timers(kernel):
    kernel.run("let kept = 1;")
    cell = kernel.run('setTimeout(() => {\n  throw new Error("timer threw");\n}, 20);\nundefined')
    kernel.pump(lambda: "timer threw" in cell.told, 5, "the timer's error is shown")
    assert "Cell[2]:2:9" in re.sub(r"\x1b\[[0-9;]*m", "", cell.told), cell.told
    emitter = kernel.run(
        'import { EventEmitter } from "node:events";\nsetImmediate(() => new EventEmitter().emit("error", new Error("unheard")));\nundefined'
    )
    kernel.pump(lambda: "unheard" in emitter.told, 5, "the emitter's error is shown")
    equal(kernel.run("kept").value, "1")


@with_kernel
def a_deleted_folder(kernel):
    folder = os.path.join(kernel.folder, "work")
    with Kernel(cwd=folder) as other:
        other.run("let kept = 1;")
        shutil.rmtree(folder)
        other.lives()
        equal(other.run("kept").value, "1")
        equal(other.run('import "./nowhere.ts";').reply["status"], "error")
        other.lives()
        equal(complete(other, "kept.toFi")["matches"], ["toFixed"])
        os.kill(program_with(other, "--api"), signal.SIGKILL)
        other.run("1")
        assert "TS2339" in other.run("kept.size").told


@with_kernel
def hostile_globals(kernel):
    kernel.run("Object.freeze(globalThis);")
    kernel.lives()
    for code in (
        "Array.prototype.map = undefined as any; Object.prototype.toString = null as any;",
        "(globalThis as any).process = undefined; (globalThis as any).Promise = undefined;",
        "JSON.stringify = () => { throw 1; };",
        "console.log = undefined as any; globalThis.setTimeout = undefined as any;",
        "process.removeAllListeners(); process.exitCode = 9;",
        "Object.defineProperty(Object.prototype, 'data', { get() { throw 2; } });",
        "process.disconnect?.();",
    ):
        kernel.run(code, 10)
    kernel.ask("kernel_info_request", seconds=5)
    kernel.manager.interrupt_kernel()
    kernel.ask("kernel_info_request", channel="control", seconds=5)


@with_kernel
def what_json_cannot_say(kernel):
    for data in ("{ a: 1n }", "(() => { const loop: any = {}; loop.loop = loop; return loop; })()"):
        cell = kernel.run(f'({{ [Symbol.for("Jupyter.display")]: () => ({{ "application/json": {data} }}) }})')
        equal(cell.reply["status"], "error")
        kernel.lives()


@with_kernel
def code_that_is_nested_too_deeply(kernel):
    for code in ("if (0) { f() }\nelse " * 7000 + "{}", "a\n?b:" * 9000 + "c", "x:\n" * 7000 + "{}", "[" * 300_000):
        assert "the code is nested too deeply" in kernel.run(code).told
        equal(kernel.run("1", user_expressions={"deep": code}).reply["user_expressions"]["deep"]["status"], "error")
        equal(complete(kernel, code)["matches"], [])
        equal(inspect(kernel, code, 0)["found"], False)
        equal(kernel.ask("is_complete_request", {"code": code})["content"]["status"], "invalid")
        with open(os.path.join(kernel.folder, "deep.ts"), "w") as file:
            file.write(code)
        equal(kernel.run('// @ts-nocheck\nimport "./deep.ts";').reply["status"], "error")
        kernel.lives()


@with_kernel
def a_compiler_that_is_killed(kernel):
    kernel.run("const before: number = 1;")
    for option, value in (("--service=", 2), ("--api", 3)):
        os.kill(program_with(kernel, option), signal.SIGKILL)
        equal(kernel.run(f"const after{value}: number = before + {value - 1}; after{value}").value, str(value))
    assert "TS2339" in kernel.run("before.size").told
    compiler = program_with(kernel, "--api")
    used = cpu_seconds(compiler)
    cell = kernel.start(SLOW_TO_CHECK)
    wait_until(lambda: cpu_seconds(compiler) > used + 1, 30, "the compiler is busy")
    os.kill(compiler, signal.SIGKILL)
    kernel.pump(lambda: cell.reply, 5, "the cell goes on")
    assert "Types were not checked: TypeScript has ended by itself" in cell.text("stderr")
    assert "TS2339" in kernel.run("before.size").told
