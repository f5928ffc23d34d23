"""What scenarios are made of."""

from kernel_under_test import Kernel

SCENARIOS = {}


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def with_kernel(function):
    """A scenario on one kernel."""

    def run():
        with Kernel() as kernel:
            function(kernel)

    SCENARIOS[function.__name__] = run
    return function


def equal(got, wanted, what=""):
    assert got == wanted, f"{what}: got {got!r}, expected {wanted!r}"


def complete(kernel, code, cursor=None, seconds=20):
    return kernel.ask(
        "complete_request", {"code": code, "cursor_pos": len(code) if cursor is None else cursor}, seconds=seconds
    )["content"]


def inspect(kernel, code, cursor, level=0, seconds=20):
    return kernel.ask("inspect_request", {"code": code, "cursor_pos": cursor, "detail_level": level}, seconds=seconds)[
        "content"
    ]


def history(kernel, kind, **options):
    content = {"output": False, "raw": True, "hist_access_type": kind, **options}
    return [entry[2] for entry in kernel.ask("history_request", content)["content"]["history"]]
