"""Interrupts: whatever runs ends within a second and the state stays."""

import os
import random
import signal
import time

from kernel_under_test import Kernel, cpu_seconds, descendants, processes, wait_until
from scenarios.base import SCENARIOS, equal, with_kernel

# What the cells below share: turn() says "started" once a loop has been running for a while.
BEFORE_AN_INTERRUPT = """let state = 41;
let ticks = 0;
let began = 0;
const turn = () => {
  began ||= Date.now();
  if (began > 0 && Date.now() - began > 400) {
    began = -1;
    console.log("started");
  }
};"""
INTERRUPTED = {
    "a_loop_that_begins": "console.log('started'); while (true);",
    "a_loop": "while (true) turn();",
    "a_loop_after_an_await": "await new Promise((r) => setTimeout(r, 20)); while (true) turn();",
    "a_loop_in_an_async_function": "const run = async () => { await null; while (true) turn(); };\nawait run();",
    "a_loop_in_a_timer": "await new Promise(() => setTimeout(() => { while (true) turn(); }, 20));",
    "a_loop_in_a_then": "await Promise.resolve().then(() => { while (true) turn(); });",
    "a_pending_await_that_begins": "console.log('started'); await new Promise(() => {});",
    "a_pending_await": "setTimeout(() => console.log('started'), 400); await new Promise(() => {});",
    "a_last_promise": "setTimeout(() => console.log('started'), 400); new Promise(() => {})",
    "a_loop_of_awaits": "while (true) { turn(); await null; }",
    "a_loop_of_immediates": "while (true) { turn(); await new Promise((r) => setImmediate(r)); }",
    "a_loop_that_catches": "while (true) { try { while (true) turn(); } catch { continue; } }",
    "a_regular_expression": "console.log('started'); /^(a+)+$/.test('a'.repeat(40) + 'b')",
    "a_long_sort": "while (true) { turn(); Array.from({ length: 1e5 }, Math.random).sort((a, b) => a - b); }",
    "an_atomics_wait": "console.log('started'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    "a_loop_of_input_and_output": "while (true) { turn(); await (await import('node:fs/promises')).stat('/'); ticks++; }",
    "displaying": "while (true) { turn(); await display(ticks++); }",
    "printing": "while (true) { turn(); console.log('line'); }",
}

SLOW_TO_CHECK = f"""type Digit = {"|".join(map(str, range(40)))};
type Zeros<N extends number, T extends 0[] = []> = T["length"] extends N ? T : Zeros<N, [...T, 0]>;
type Cube<A extends number, N extends number> = A extends infer D ? {{ [X in Digit]: {{ [Y in Digit]: {{ [Z in Digit]: [Zeros<N>, X, Y, Z, D] }} }} }} : never;
""" + "\n".join(
    # One comparison may be done before an interrupt comes.
    f"let one{n}: Cube<Digit, {n}> = null; let other{n}: {{ [X in Digit]: {{ [Y in Digit]: {{ [Z in Digit]: [Zeros<{n - 1}>, X, Y, Z, Digit] }} }} }} = one{n};"
    for n in range(980, 1000)
)


def interrupt(kernel, code, begun=lambda: True, limit=1.0):
    """Interrupts a cell once it says that it has started; it must end within the limit and its state must stay."""
    kernel.run(BEFORE_AN_INTERRUPT)
    cell = kernel.start(code)
    # A loop that displays says so behind what it has shown by then, at the pace of outputs.
    kernel.pump(lambda: "started" in cell.text() and begun(), 60, "the cell starts")
    start = time.monotonic()
    kernel.manager.interrupt_kernel()
    kernel.pump(lambda: cell.reply, 15, "the reply after the interrupt")
    took = time.monotonic() - start
    equal(cell.reply["status"], "error")
    equal(cell.reply["ename"], "Interrupted")
    equal(kernel.value("state + 1"), "42", "the state")
    assert took < limit, f"took {took:.2f} s"
    return cell


for name, code in INTERRUPTED.items():
    SCENARIOS[f"interrupts_{name}"] = lambda code=code: on_a_kernel(lambda kernel: interrupt(kernel, code))


def on_a_kernel(function):
    with Kernel() as kernel:
        function(kernel)


@with_kernel
def interrupts_a_loop_of_timers(kernel):
    interrupt(
        kernel,
        "await new Promise(() => { const tick = () => { turn(); ticks++; setTimeout(tick, 1); }; tick(); setInterval(tick, 5); });",
    )
    still = "const before = ticks;\nawait new Promise((r) => setTimeout(r, 300));\nticks - before"
    equal(kernel.value(still), "0", "ticks after the interrupt")


@with_kernel
def interrupts_a_worker_thread(kernel):
    kernel.run('import { Worker } from "node:worker_threads";\nlet worker: Worker;')
    interrupt(
        kernel,
        """worker = new Worker('require("node:worker_threads").parentPort.postMessage(0); while (true);', { eval: true });
        worker.once("message", () => console.log("started"));
        await new Promise(() => {});""",
    )
    ended = "await new Promise<void>((r) => { if (worker.threadId === -1) r(); else worker.once('exit', () => r()); });\n'ended'"
    equal(kernel.value(ended, 10), "'ended'")


def runs(command):
    return any(command in args for _, args in processes().values())


def interrupts_a_child(kernel, code, command):
    kernel.run('import { execSync, spawn } from "node:child_process";')
    interrupt(kernel, code, begun=lambda: runs(command))
    wait_until(lambda: not runs(command), 3, "the child process is gone")


@with_kernel
def interrupts_a_child_process_waited_for(kernel):
    command = f"sleep {random.uniform(60, 70):.6f}"
    interrupts_a_child(kernel, f'console.log("started");\nexecSync("{command}");', command)


@with_kernel
def interrupts_a_child_process_that_ignores_signals(kernel):
    command = f"sleep {random.uniform(60, 70):.6f}"
    code = f"""console.log("started");
    execSync('trap "" INT TERM; {command}; {command}');"""
    interrupts_a_child(kernel, code, command)


@with_kernel
def interrupts_output_that_waits(kernel):
    cell = kernel.start("console.log('z'.repeat(20_000_000));")
    kernel.pump(lambda: len(cell.text()) > 1_000_000, 20, "some of the output")
    start = time.monotonic()
    kernel.manager.interrupt_kernel()
    kernel.pump(lambda: cell.idle, 15, "the cell's end after the interrupt")
    took = time.monotonic() - start
    assert took < 1, f"took {took:.2f} s"
    assert "were dropped by the interrupt" in cell.text("stderr")


@with_kernel
def interrupts_a_spawned_child_process(kernel):
    command = f"sleep {random.uniform(60, 70):.6f}"
    code = f"""const child = spawn("sleep", ["{command.split()[1]}"]);
    child.on("spawn", () => console.log("started"));
    await new Promise((r) => child.on("close", r));"""
    interrupts_a_child(kernel, code, command)


@with_kernel
def interrupts_a_check_of_types(kernel):
    kernel.run("let state = 41;")
    (compiler,) = [pid for pid in descendants(kernel.pid) if "--api" in processes()[pid][1]]
    before = cpu_seconds(compiler)
    cell = kernel.start(SLOW_TO_CHECK)
    wait_until(lambda: cpu_seconds(compiler) > before + 1, 30, "the compiler is busy")
    start = time.monotonic()
    kernel.manager.interrupt_kernel()
    kernel.pump(lambda: cell.reply, 15, "the reply after the interrupt")
    took = time.monotonic() - start
    assert took < 1, f"took {took:.2f} s"
    equal([cell.reply["ename"], cell.text("stderr")], ["Interrupted", ""])
    equal(kernel.value("state + 1"), "42", "the state")
    assert "TS2339" in kernel.run("state.size").told
    wait_until(lambda: compiler not in processes(), 5, "the end of the compiler that was busy")


@with_kernel
def interrupts_by_sigint(kernel):
    kernel.run(BEFORE_AN_INTERRUPT)
    cell = kernel.start("await null;\nwhile (true) turn();")
    kernel.pump(lambda: "started" in cell.text(), what="the cell starts")
    os.kill(kernel.pid, signal.SIGINT)
    equal(cell.wait(3).reply["status"], "error")
    equal(kernel.value("state + 1"), "42")


def is_pending(pid, number):
    """Whether a signal to a process waits for one of its threads to take it (Linux)."""
    with open(f"/proc/{pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["ShdPnd"], 16) >> (number - 1) & 1


@with_kernel
def interrupt_request_has_a_reply(kernel):
    equal(kernel.ask("interrupt_request", channel="control")["content"]["status"], "ok")
    os.kill(kernel.pid, signal.SIGINT)
    # An interrupt without a cell has no sign of its own that it has arrived: the system's, then three turns of the kernel's.
    if os.path.exists("/proc/self/status"):
        wait_until(lambda: not is_pending(kernel.pid, signal.SIGINT), 5, "the signal arrives")
    for _ in range(3):
        kernel.ask("kernel_info_request")
    kernel.lives()


@with_kernel
def interrupts_ten_times(kernel):
    kernel.run(BEFORE_AN_INTERRUPT)
    for i in range(10):
        cell = kernel.start(f"began = 0; {'await null;' if i % 2 else ''} while (true) turn();")
        kernel.pump(lambda: "started" in cell.text(), what="the cell starts")
        kernel.manager.interrupt_kernel()
        equal(cell.wait(3).reply["status"], "error", f"turn {i}")
    equal(kernel.value("state + 1"), "42")


@with_kernel
def interrupt_aborts_what_is_queued(kernel):
    cell = kernel.start('console.log("started");\nawait new Promise(() => {});', stop_on_error=True)
    queued = kernel.start("console.log('must not run')", stop_on_error=True)
    kernel.pump(lambda: "started" in cell.text(), what="the cell starts")
    kernel.manager.interrupt_kernel()
    equal([cell.wait(3).reply["status"], queued.wait(3).reply["status"], queued.text()], ["error", "aborted", ""])
