"""Streams: nothing is lost, and Jupyter's server need not drop anything."""

import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from scenarios.base import equal, with_kernel


@with_kernel
def a_million_lines(kernel):
    cell = kernel.start("for (let i = 0; i < 1_000_000; i++) console.log(i);")
    kernel.pump(lambda: cell.reply and cell.idle, 120, "a million lines")
    text = cell.text()
    equal(text.count("\n"), 1_000_000, "lines")
    assert text == "".join(f"{i}\n" for i in range(1_000_000)), "lines differ or are out of order"
    check_pace([m for m in cell.messages if m["msg_type"] == "stream"])


def check_pace(messages):
    """Below 0.8 MB and 100 messages in any second, by the kernel's own dates."""
    sent = [(m["header"]["date"], len(m["content"]["text"].encode())) for m in messages]
    first, size = 0, 0
    for last, (date, length) in enumerate(sent):
        size += length
        while date - sent[first][0] >= timedelta(seconds=1):
            size -= sent[first][1]
            first += 1
        assert size <= 800_000, f"{size} bytes within a second"
        assert last - first + 1 <= 100, f"{last - first + 1} messages within a second"


@with_kernel
def large_displays_take_no_turn(kernel):
    """Jupyter's server limits what is printed, not what is shown."""
    shown = kernel.run('await display({ "text/plain": "w".repeat(20_000_000) }, { raw: true });', 60)
    equal(len(shown.of("display_data")[0]["data"]["text/plain"]), 20_000_000)
    start = time.monotonic()
    equal(kernel.run("console.log('after')").text(), "after\n")
    took = time.monotonic() - start
    assert took < 3, f"printing after it took {took:.1f} s"


@with_kernel
def many_small_writes(kernel):
    code = "for (let i = 0; i < 400; i++) { (i % 2 ? console.error : console.log)(i); if (i % 10 === 0) await new Promise((r) => setTimeout(r, 3)); }"
    cell = kernel.run(code, 60)
    equal(cell.text().split(), [str(i) for i in range(0, 400, 2)])
    equal(cell.text("stderr").split(), [str(i) for i in range(1, 400, 2)])
    check_pace([m for m in cell.messages if m["msg_type"] == "stream"])


@with_kernel
def output_is_seen_while_the_cell_runs(kernel):
    with tempfile.TemporaryDirectory() as folder:
        seen = Path(folder, "seen")
        cell = kernel.start(
            f"import {{ existsSync }} from 'node:fs';\nconsole.log('early');\n"
            f"while (!existsSync({json.dumps(str(seen))}));\nconsole.log('late');"
        )
        kernel.pump(lambda: cell.text() == "early\n", 20, "the first line while the loop runs")
        assert cell.reply is None
        seen.touch()
        cell.wait()
    equal(cell.text(), "early\nlate\n")
