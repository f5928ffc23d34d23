"""Cells: execute_request and what follows it."""

from jupyter_kernel_test.msgspec_v5 import validate_message

from scenarios.base import equal, history, with_kernel


@with_kernel
def messages_of_a_cell(kernel):
    cell = kernel.run('console.log("out");\nconsole.error("err");\ndisplay(5);\n({ a: 1 })')
    kinds = [message["msg_type"] for message in cell.messages]
    equal(kinds[:2], ["status", "execute_input"], "first")
    equal(kinds[-1], "status", "last")
    equal(sorted(kinds[2:-1]), ["display_data", "execute_result", "stream", "stream"], "between")
    for message in cell.messages:
        validate_message(message, message["msg_type"], cell.id)
    validate_message(kernel.replies[cell.id], "execute_reply", cell.id)
    equal(cell.of("execute_input")[0]["code"].splitlines()[0], 'console.log("out");')


@with_kernel
def silent(kernel):
    before = kernel.run("let kept = 1;").reply["execution_count"]
    cell = kernel.run("kept = 2; kept", silent=True)
    equal(cell.reply["status"], "ok")
    equal([cell.of("execute_input"), cell.of("execute_result")], [[], []])
    failed = kernel.run('throw new Error("quiet")', silent=True)
    equal(failed.reply["status"], "error")
    after = kernel.run("kept")
    equal([after.value, after.reply["execution_count"]], ["2", before + 1])
    equal(history(kernel, "tail", n=10), ["let kept = 1;", "kept"])


@with_kernel
def store_history(kernel):
    first = kernel.run("1")
    unstored = kernel.run("2", store_history=False)
    equal(unstored.value, "2")
    third = kernel.run("3")
    equal(third.reply["execution_count"], first.reply["execution_count"] + 1)
    equal(history(kernel, "tail", n=10), ["1", "3"])


@with_kernel
def execution_counts(kernel):
    codes = ["1", "const a = 2;", "throw new Error()", "const b: number = 'type error'", "let = ;", "4"]
    cells = [kernel.run(code) for code in codes]
    equal([cell.reply["execution_count"] for cell in cells], [1, 2, 3, 4, 5, 6], "replies")
    equal([cell.of("execute_input")[0]["execution_count"] for cell in cells], [1, 2, 3, 4, 5, 6], "inputs")
    equal(
        [cells[0].of("execute_result")[0]["execution_count"], cells[5].of("execute_result")[0]["execution_count"]],
        [1, 6],
    )
    equal([cell.reply["status"] for cell in cells], ["ok", "ok", "error", "error", "error", "ok"])


@with_kernel
def user_expressions(kernel):
    kernel.run("const x = 20;")
    asked = {
        "sum": "x + 1",
        "rich": "html`<b>${x}</b>`",
        "later": "Promise.resolve(5)",
        "bad": "nowhere.a",
        "wrong": "1 +",
    }
    got = kernel.run("const y = 3;", user_expressions=asked).reply["user_expressions"]
    equal(got["sum"]["status"], "ok")
    equal(got["sum"]["data"]["text/plain"], "21")
    equal(got["sum"]["metadata"], {})
    equal(got["rich"]["data"]["text/html"], "<b>20</b>")
    equal(got["later"]["data"]["text/plain"], "5")
    for name in ("bad", "wrong"):
        equal(got[name]["status"], "error", name)
        assert got[name]["ename"] and isinstance(got[name]["traceback"], list)
    failed = kernel.run("throw new Error()", user_expressions=asked).reply
    equal(failed["status"], "error")


@with_kernel
def stop_on_error(kernel):
    first = kernel.start('await new Promise((r) => setTimeout(r, 300)); throw new Error("first");', stop_on_error=True)
    queued = [kernel.start(code, stop_on_error=True) for code in ("console.log('second')", "console.log('third')")]
    first.wait()
    for cell in queued:
        cell.wait()
        equal([cell.reply["status"], cell.text(), cell.of("execute_input")], ["aborted", "", []])
    ends = [m["parent_header"]["msg_id"] for m in kernel.said("status", lambda content: content["execution_state"] == "idle")]
    equal([id for id in ends if id in (first.id, *(cell.id for cell in queued))], [first.id, *(cell.id for cell in queued)])
    kernel.lives()


@with_kernel
def no_stop_on_error(kernel):
    first = kernel.start('await new Promise((r) => setTimeout(r, 300)); throw new Error("first");', stop_on_error=False)
    second = kernel.start("console.log('second')")
    equal([first.wait().reply["status"], second.wait().text()], ["error", "second\n"])


@with_kernel
def queued_cells_keep_their_order(kernel):
    kernel.run("const order: number[] = [];")
    cells = [
        kernel.start(f"await new Promise((r) => setTimeout(r, {30 - 10 * i})); order.push({i});") for i in range(3)
    ]
    for cell in cells:
        cell.wait()
    equal(kernel.run("order").value, "[ 0, 1, 2 ]")
