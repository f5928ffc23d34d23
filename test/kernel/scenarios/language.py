"""Completion, inspection, is_complete and history."""

import os
import re
import shutil
import tempfile
import time

from kernel_under_test import Kernel
from scenarios.base import complete, equal, history, inspect, scenario, with_kernel


@with_kernel
def answers_while_a_cell_is_busy(kernel):
    kernel.run(
        "const quote = { bid: 1, ask: 2 };\n/** The middle. */\nconst mid = (q: typeof quote) => (q.bid + q.ask) / 2;"
    )
    complete(kernel, "quote.")
    busy = kernel.start("const until = Date.now() + 5000; while (Date.now() < until);")
    kernel.pump(lambda: busy.of("execute_input"), what="the cell starts")
    start = time.monotonic()
    equal(set(complete(kernel, "quote.", seconds=1)["matches"]), {"bid", "ask"})
    middle = time.monotonic()
    assert inspect(kernel, "mid(quote)", 1, seconds=1)["found"]
    equal(kernel.ask("is_complete_request", {"code": "f("}, seconds=1)["content"]["status"], "incomplete")
    equal(kernel.ask("kernel_info_request", channel="control", seconds=1)["content"]["status"], "ok")
    equal(kernel.ask("comm_info_request", seconds=1)["content"]["comms"], {})
    kernel.ask("history_request", {"hist_access_type": "tail", "n": 1, "output": False, "raw": True}, seconds=1)
    assert middle - start < 1, middle - start
    assert busy.reply is None, "the cell must still be running"
    equal(busy.wait().reply["status"], "ok")


@with_kernel
def completion(kernel):
    with open(os.path.join(kernel.cwd, "helper.ts"), "w") as file:
        file.write("export const helperValue = 1;\nexport const other = 2;\n")
    kernel.run(
        'type Mode = "fast" | "slow";\nconst settings = { verbose: true, depth: 3 };\nfunction set(mode: Mode) { return mode; }'
    )
    table = [
        ("settings.", None, {"verbose", "depth"}, True),
        ("settings.ver", None, {"verbose"}, True),
        ("const copy = { a: settings.de };", len("const copy = { a: settings.de"), {"depth"}, True),
        ("setti", None, {"settings"}, False),
        ("const local = { inner: 1 };\nlocal.", None, {"inner"}, True),
        ('import { helper } from "./helper.ts";', len("import { helper"), {"helperValue"}, False),
        ('import { readFileS } from "node:fs";', len("import { readFileS"), {"readFileSync"}, False),
        ("Math.hyp", None, {"hypot"}, True),
        ("const some: { depth?: number; go?(): void } = {};\nsome.", None, {"depth", "go"}, True),
    ]
    for code, cursor, wanted, whole in table:
        got = complete(kernel, code, cursor)
        matches = set(got["matches"])
        assert matches == wanted if whole else wanted <= matches, f"{code}: {sorted(matches)[:20]}"
        equal(got["status"], "ok")
    for code, part in (
        ('import { x } from "./hel', "helper"),
        ('import fs from "node:f', "fs"),
        ('import { z } from "zo', "zod"),
        ('set("', "fast"),
    ):
        got = complete(kernel, code)
        assert any(part in match for match in got["matches"]), f"{code}: {got['matches'][:20]}"


@with_kernel
def completion_replaces_the_right_text(kernel):
    kernel.run("const settings = { verbose: true };")
    for code in ('const s = "😀"; settings.ver', "settings.verb", "settings.\n  ver", "settings?.ver"):
        got = complete(kernel, code)
        equal(got["matches"], ["verbose"], code)
        equal((code[: got["cursor_start"]] + "verbose" + code[got["cursor_end"] :]).endswith("verbose"), True)
        assert code[got["cursor_start"] : got["cursor_end"]] in ("ver", "verb"), (code, got)
    types = got["metadata"]["_jupyter_types_experimental"]
    equal([types[0]["text"], types[0]["start"], types[0]["end"]], ["verbose", got["cursor_start"], got["cursor_end"]])
    assert types[0]["type"], types
    kernel.run("function grow() {}\n/** One. */\nclass Growth {}\nexport enum Grade { A }\nlet grid = 1;")
    types = complete(kernel, "gr")["metadata"]["_jupyter_types_experimental"]
    kinds = {"grow": "function", "Growth": "class", "Grade": "enum", "grid": "variable"}
    equal({match["text"]: match["type"] for match in types if match["text"] in kinds}, kinds)
    equal(complete(kernel, "nowhere_at_all.")["status"], "ok")
    equal(complete(kernel, "")["status"], "ok")


@with_kernel
def inspection(kernel):
    kernel.run(
        "/**\n * Adds two numbers.\n * @param a the left one\n */\nfunction add(a: number, b: number): number { return a + b; }"
    )
    got = inspect(kernel, "add(1, 2)", 2)
    equal([got["status"], got["found"]], ["ok", True])
    markdown = got["data"]["text/markdown"]
    for part in ("add(a: number, b: number): number", "Adds two numbers.", "the left one"):
        assert part in markdown, markdown
    assert "add(a: number, b: number): number" in got["data"]["text/plain"], got
    for code, cursor, part in (
        ("add(1, ", 7, "add(a: number"),
        ('const s = "😀"; add', 18, "add(a: number"),
        ("Math.max(1)", 7, "max("),
        ("const here = [1];\nhere", 20, "number[]"),
    ):
        found = inspect(kernel, code, cursor)
        assert found["found"] and part in found["data"]["text/markdown"], (code, found)
    for code, cursor in (("nowhere", 3), ("", 0), ("   ", 1)):
        missing = inspect(kernel, code, cursor)
        equal([missing["status"], missing["found"]], ["ok", False], code)


@with_kernel
def is_complete(kernel):
    got = kernel.ask("is_complete_request", {"code": "if (true) {"})["content"]
    equal(got["status"], "incomplete")
    assert re.fullmatch(r"\s+", got["indent"]), got
    for code, status in (
        ("1", "complete"),
        ("const t: Map<string, number[]> = new Map();", "complete"),
        ("f(]", "invalid"),
        ("`${", "incomplete"),
        ("/* x", "incomplete"),
    ):
        equal(kernel.ask("is_complete_request", {"code": code})["content"]["status"], status, code)


@scenario
def history_is_kept_over_processes():
    state = tempfile.mkdtemp(prefix="litlab-state-")
    env = {"XDG_STATE_HOME": state}
    with Kernel(env=env) as kernel:
        for code in ("const one = 1;", "one + 41", "one + 41", "throw new Error('é')"):
            kernel.run(code)
    with Kernel(env=env) as kernel:
        kernel.run("const second = 2;")
        equal(history(kernel, "tail", n=3), ["one + 41", "throw new Error('é')", "const second = 2;"])
        entries = kernel.ask("history_request", {"hist_access_type": "tail", "n": 10, "output": False, "raw": True})[
            "content"
        ]["history"]
        sessions = [entry[0] for entry in entries]
        assert sessions[0] == sessions[3] < sessions[4], entries
        equal([entry[1] for entry in entries], [1, 2, 3, 4, 1])
        equal(history(kernel, "search", pattern="one*"), ["one + 41", "one + 41"])
        equal(history(kernel, "search", pattern="one*", unique=True), ["one + 41"])
        equal(history(kernel, "search", pattern="*o*", n=2), ["throw new Error('é')", "const second = 2;"])
        equal(history(kernel, "search", pattern="one ? 41", n=1), ["one + 41"])
        equal(history(kernel, "range", session=-1, start=1, stop=3), ["const one = 1;", "one + 41"])
        equal(history(kernel, "range", session=sessions[0], start=2, stop=4), ["one + 41", "one + 41"])
        equal(history(kernel, "range", session=0, start=1, stop=None), ["const second = 2;"])
        pairs = kernel.ask("history_request", {"hist_access_type": "tail", "n": 1, "output": True, "raw": True})
        entry = pairs["content"]["history"][0][2]
        equal([len(entry), entry[0]], [2, "const second = 2;"])
    shutil.rmtree(state)


@scenario
def two_kernels_in_one_folder():
    shared = tempfile.mkdtemp(prefix="litlab-shared-")
    env = {"XDG_STATE_HOME": os.path.join(shared, "state")}
    with Kernel(cwd=shared, env=env) as one, Kernel(cwd=shared, env=env) as two:
        for kernel, mine in ((one, 1), (two, 2)):
            kernel.run(f"let mine = {mine};")
        cells = [(kernel, kernel.start(f"mine += {i}; mine")) for i in range(5) for kernel in (one, two)]
        for _, cell in cells:
            cell.wait()
        equal([one.run("mine").value, two.run("mine").value], ["11", "12"])
        seen = history(one, "tail", n=100)
        equal(len([code for code in seen if code.startswith("let mine")]), 2, "both are in the history")
    shutil.rmtree(shared)
