"""Kernel info, shutdown and what is left behind."""

import os
import signal

from jupyter_client.manager import KernelManager
from kernel_under_test import Kernel, descendants, processes, wait_until
from scenarios.base import equal, scenario, with_kernel


@with_kernel
def kernel_info(kernel):
    for channel in ("shell", "control"):
        message = kernel.ask("kernel_info_request", channel=channel)
        info = message["content"]
        equal(info["status"], "ok")
        assert info["protocol_version"].startswith("5."), info["protocol_version"]
        equal([info["language_info"]["name"], info["language_info"]["file_extension"]], ["typescript", ".ts"])
        for field in ("implementation", "implementation_version", "banner", "help_links"):
            assert field in info, field
        for field in ("version", "mimetype"):
            assert info["language_info"][field], field
        assert f"; device {os.environ.get('LIT_DEVICE', '')}" in info["banner"], info["banner"]
        assert "debugger" not in info.get("supported_features", []) and not info.get("debugger")


@scenario
def welcomes_come_first():
    """Before a request the kernel says nothing but its welcome and that it starts, also to who connects while it does."""
    for _ in range(5):
        manager = KernelManager(kernel_name="litlab")
        manager.start_kernel()
        client = manager.client()
        try:
            client.start_channels(shell=False, stdin=False, hb=False, control=False)
            messages = [client.get_iopub_msg(timeout=30) for _ in range(2)]
            said = [(message["msg_type"], message["content"]) for message in messages]
            equal(said, [("iopub_welcome", {"subscription": ""}), ("status", {"execution_state": "starting"})])
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


@with_kernel
def debug_requests_are_unsupported(kernel):
    request = {"seq": 1, "type": "request", "command": "initialize", "arguments": {}}
    reply = kernel.ask("debug_request", request, channel="control")
    equal(reply["msg_type"], "debug_reply")
    assert reply["content"].get("success") is False or reply["content"].get("status") == "error", reply["content"]


def shuts_down(restart):
    with Kernel() as kernel:
        kernel.run("setInterval(() => {}, 10);")
        kernel.start("while (true);")
        process, family = kernel.manager.provisioner.process, [kernel.pid, *descendants(kernel.pid)]
        assert len(family) >= 2, family
        reply = kernel.ask("shutdown_request", {"restart": restart}, channel="control")
        equal(reply["content"], {"status": "ok", "restart": restart})
        wait_until(lambda: process.poll() is not None, 5, "the front ends")
        equal(process.returncode, 0)
        wait_until(lambda: not set(family[1:]) & set(processes()), 3, "its processes end")


@scenario
def shutdown():
    shuts_down(False)


@scenario
def shutdown_for_a_restart():
    shuts_down(True)


@with_kernel
def restarts(kernel):
    kernel.run("let state = 1;")
    kernel.manager.restart_kernel(now=False)
    kernel.client.wait_for_ready(timeout=60)
    cell = kernel.run("typeof state")
    assert cell.reply["status"] == "error" or cell.value == "'undefined'", cell.value
    equal(kernel.run("let state = 'new';\nstate").value, "'new'")


def leaves_nothing(sent):
    with Kernel() as kernel:
        kernel.run("const x: number = 1;\nx")
        cell = kernel.start('console.log("started");\nwhile (true);')
        kernel.pump(lambda: "started" in cell.text(), what="the cell starts")
        process, family = kernel.manager.provisioner.process, descendants(kernel.pid)
        assert family, "no process beside the front"
        os.kill(kernel.pid, sent)
        wait_until(lambda: process.poll() is not None, 5, "the front ends")
        wait_until(lambda: not set(family) & set(processes()), 3, "its processes end")


@scenario
def killed_it_leaves_nothing():
    leaves_nothing(signal.SIGKILL)


@scenario
def terminated_it_leaves_nothing():
    leaves_nothing(signal.SIGTERM)
