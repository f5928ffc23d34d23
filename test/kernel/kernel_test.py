"""jupyter_kernel_test's own tests on the kernel "litlab". Prints a JSON object: a test's name to null, or to what
went wrong; JUPYTER_PATH says where the kernelspec is.

The one test that does not apply is the pager's: it asks for a `page` payload, IPython's way to show help on request;
TypeScript has no such request (inspection answers it), and the protocol calls payloads deprecated.
"""

import json
import unittest

import jupyter_kernel_test


class LitlabTests(jupyter_kernel_test.KernelTests):
    kernel_name = "litlab"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = 'console.log("hello, world");'
    code_stderr = 'console.error("test");'

    completion_samples = [
        {"text": "Object.getOwnPropertyDesc", "matches": {"getOwnPropertyDescriptor", "getOwnPropertyDescriptors"}},
        {"text": "[1].findLastI", "matches": {"findLastIndex"}},
        {"text": '"".trimS', "matches": {"trimStart"}},
        {"text": "Math."},
    ]

    complete_code_samples = [
        "1",
        'console.log("hello, world");',
        "function f(x: number) {\n  return x * 2;\n}",
        "const s = `a ${1} b`;",
        "/* done */",
        "",
        "class A<T> { #x = 1; }",
        "if (1) { 2 }",
        "await Promise.resolve(1)",
        "using r = { [Symbol.dispose]() {} };",
        "@dec class A {}",
    ]
    incomplete_code_samples = [
        "function f() {",
        "const s = `a",
        "const s = `a ${",
        "[1, 2,",
        "f(",
        "/* a comment",
        "const o = {\n  a: 1,",
        "class A {\n  x = 1;\n",
        "if (true) {\n  1;\n} else {",
        "const x =",
        "1 +",
        "for (const a of [1]) {",
        "({ a }",
    ]
    invalid_code_samples = [
        "let = ;",
        "const const = 1;",
        "1 2 3",
        "f(]",
        "}",
        "const x = 1; }",
        '"unterminated\nnext',
    ]

    code_generate_error = 'throw new Error("on purpose");'

    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"a" + "b"', "result": "'ab'"},
        {"code": "[1, 2].map((n) => n * 2)", "result": "[ 2, 4 ]"},
        {"code": "Promise.resolve({ a: 1 })", "result": "{ a: 1 }"},
        {"code": "html`<b>${1}</b>`", "result": "<b>1</b>", "mime": "text/html"},
    ]
    code_display_data = [
        {"code": "display(html`<b>shown</b>`);", "mime": "text/html"},
        {"code": "display(html`<b>shown</b>`);", "mime": "text/plain"},
        {"code": "display(svg`<svg/>`);", "mime": "image/svg+xml"},
        {"code": 'import * as tslab from "tslab";\ntslab.display.png(new Uint8Array(1));', "mime": "image/png"},
    ]

    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")

    code_inspect_sample = "parseFloat"
    code_clear_output = 'console.log("gone");\nclearOutput();'

    test_pager = None  # see above: no such thing in TypeScript


class LitlabWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "litlab"
    support_iopub_welcome = True


class Outcomes(unittest.TestResult):
    """What became of each test, by its name: null, or what went wrong."""

    def __init__(self):
        super().__init__()
        self.by_name = {}

    def startTest(self, test):
        super().startTest(test)
        self.by_name[test._testMethodName] = None

    def note(self, test, text):
        test = getattr(test, "test_case", test)
        name = getattr(test, "_testMethodName", str(test))  # what fails around a class is no test
        self.by_name[name] = f"{self.by_name.get(name) or ''}{test}\n{text}\n"

    def addFailure(self, test, err):
        self.note(test, self._exc_info_to_string(err, test))

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        if err:
            self.note(subtest, self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        self.note(test, f"skipped: {reason}")


if __name__ == "__main__":
    outcomes = Outcomes()
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    unittest.TestSuite([load(LitlabTests), load(LitlabWelcomeTests)]).run(outcomes)
    print(json.dumps(outcomes.by_name))
