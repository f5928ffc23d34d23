"""Comms, both ways."""

import json

from scenarios.base import equal, with_kernel


@with_kernel
def comms_opened_by_a_cell(kernel):
    kernel.run("""const c = comms.open("widget", { a: 1 }, { buffers: [new Uint8Array([1, 2, 3])] });
        const got: unknown[] = [];
        c.onMessage = ({ data, buffers }) => { got.push([data, buffers.map((b) => [...b])]); c.send({ echo: data }, { buffers }); };
        c.onClose = () => { got.push("closed"); };""")
    opened = kernel.said("comm_open")[0]
    equal([opened["content"]["target_name"], opened["content"]["data"]], ["widget", {"a": 1}])
    equal([bytes(b) for b in opened["buffers"]], [b"\x01\x02\x03"])
    comm = opened["content"]["comm_id"]
    equal(kernel.ask("comm_info_request")["content"]["comms"], {comm: {"target_name": "widget"}})
    equal(kernel.ask("comm_info_request", {"target_name": "other"})["content"]["comms"], {})
    kernel.tell("comm_msg", {"comm_id": comm, "data": {"n": 5}}, buffers=[b"\xff\x00", b""])
    echo = kernel.pump(lambda: kernel.said("comm_msg"), what="the echo")[0]
    equal([echo["content"]["comm_id"], echo["content"]["data"]], [comm, {"echo": {"n": 5}}])
    equal([bytes(b) for b in echo["buffers"]], [b"\xff\x00", b""])
    kernel.tell("comm_close", {"comm_id": comm, "data": {}})
    equal(kernel.run("JSON.stringify(got)").value, """'[[{"n":5},[[255,0],[]]],"closed"]'""")
    equal(kernel.ask("comm_info_request")["content"]["comms"], {})


@with_kernel
def comms_closed_by_a_cell(kernel):
    kernel.run('const c = comms.open("widget", {});')
    kernel.run("c.close({ bye: true });")
    closed = kernel.said("comm_close")[0]["content"]
    equal([closed["comm_id"], closed["data"]], [kernel.said("comm_open")[0]["content"]["comm_id"], {"bye": True}])


@with_kernel
def comms_opened_by_the_frontend(kernel):
    kernel.run("""comms.register("adder", (comm, { data }) => {
          let sum = (data as { from: number }).from;
          comm.onMessage = ({ data }) => { sum += (data as { n: number }).n; comm.send({ sum }); console.log("sum", sum); };
          comm.send({ ready: true });
        });""")
    kernel.tell("comm_open", {"comm_id": "front-1", "target_name": "adder", "data": {"from": 10}})
    kernel.pump(lambda: kernel.said("comm_msg", lambda c: c["data"] == {"ready": True}), what="ready")
    sent = kernel.tell("comm_msg", {"comm_id": "front-1", "data": {"n": 5}})
    answer = kernel.pump(lambda: kernel.said("comm_msg", lambda c: c["data"] == {"sum": 15}), what="the sum")[0]
    equal(answer["content"]["comm_id"], "front-1")
    kernel.pump(lambda: kernel.said("stream", lambda c: c["text"] == "sum 15\n"), what="the printed sum")
    request = sent["header"]["msg_id"]
    states = [
        m["content"]["execution_state"] for m in kernel.said("status") if m["parent_header"].get("msg_id") == request
    ]
    kernel.pump(lambda: kernel.said("status", lambda c: c["execution_state"] == "idle"))
    equal(states[:1], ["busy"])
    equal(kernel.ask("comm_info_request")["content"]["comms"], {"front-1": {"target_name": "adder"}})


@with_kernel
def comms_reach_a_cell_that_waits(kernel):
    kernel.run('const c = comms.open("widget", {});')
    comm = kernel.said("comm_open")[0]["content"]["comm_id"]
    cell = kernel.start(
        "const answer = await new Promise((r) => { c.onMessage = ({ data }) => r(data); console.log('waiting'); });\nanswer"
    )
    kernel.pump(lambda: cell.text() == "waiting\n", what="the cell waits")
    kernel.tell("comm_msg", {"comm_id": comm, "data": {"v": 9}})
    equal(cell.wait(10).value, "{ v: 9 }")


@with_kernel
def comms_of_unknown_targets(kernel):
    kernel.tell("comm_open", {"comm_id": "lost-1", "target_name": "nobody", "data": {}})
    kernel.pump(lambda: kernel.said("comm_close", lambda c: c["comm_id"] == "lost-1"), what="comm_close")
    kernel.tell("comm_msg", {"comm_id": "never-opened", "data": {}})
    kernel.tell("comm_close", {"comm_id": "never-opened", "data": {}})
    equal(kernel.ask("comm_info_request")["content"]["comms"], {})
    kernel.lives()


@with_kernel
def comm_handlers_that_throw(kernel):
    kernel.run('const c = comms.open("widget", {});\nc.onMessage = () => { throw new Error("in the handler"); };')
    comm = kernel.said("comm_open")[0]["content"]["comm_id"]
    kernel.tell("comm_msg", {"comm_id": comm, "data": {}})
    said = lambda: any(
        "in the handler" in json.dumps(m["content"]) for m in kernel.iopub if m["msg_type"] in ("stream", "error")
    )
    kernel.pump(said, what="the handler's error is shown")
    kernel.lives()
