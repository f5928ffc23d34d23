"""Rich output: results, displays, updates, clearing."""

from scenarios.base import equal, with_kernel


@with_kernel
def display_metadata(kernel):
    code = """({ [Symbol.for("Jupyter.display")]: () => ({
      data: { "text/plain": "p", "image/png": "iVBORw==" }, metadata: { "image/png": { width: 10 } } }) })"""
    result = kernel.run(code).of("execute_result")[0]
    equal(result["data"], {"text/plain": "p", "image/png": "iVBORw=="})
    equal(result["metadata"], {"image/png": {"width": 10}})
    equal(kernel.run("1").of("execute_result")[0]["metadata"], {})
    shown = kernel.run(f"await display({code});\nundefined").of("display_data")[0]
    equal(shown["metadata"], {"image/png": {"width": 10}})


@with_kernel
def update_display_data(kernel):
    shown = kernel.run('const handle = await display("one", { displayId: "d1" });').of("display_data")[0]
    equal(shown["transient"], {"display_id": "d1"})
    changed = kernel.run('display("two", { displayId: "d1", update: true });')
    equal([changed.of("update_display_data")[0]["transient"], changed.of("display_data")], [{"display_id": "d1"}, []])
    again = kernel.run("await handle.update(3);\nundefined")
    equal(again.of("update_display_data")[0]["data"]["text/plain"], "3")


@with_kernel
def the_global_object(kernel):
    """The function `display` lies in it under the symbol by which a value shows itself."""
    cell = kernel.run("globalThis")
    equal([cell.of("display_data"), list(cell.of("execute_result")[0]["data"])], [[], ["text/plain"]])


@with_kernel
def clear_output(kernel):
    cell = kernel.run(
        'console.log("a");\nclearOutput();\nconsole.log("b");\nclearOutput({ wait: true });\nconsole.log("c");'
    )
    seen = [
        (m["msg_type"], m["content"].get("text", m["content"].get("wait")))
        for m in cell.messages
        if m["msg_type"] in ("stream", "clear_output")
    ]
    equal(
        seen, [("stream", "a\n"), ("clear_output", False), ("stream", "b\n"), ("clear_output", True), ("stream", "c\n")]
    )
