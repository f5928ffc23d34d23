"""Functions as Keras' Lambda stores them, and the key that each takes of its argument, as one CPython compiles and runs them.

    python3.X test/keras/make-lambda-fixtures.py > test/keras/fixtures/lambda/cpython-3.X.json

Where a CPython is to be had only as WebAssembly, by npm's pyodide (pyodide@314 is CPython 3.14, pyodide@315 is 3.15):

    node -e 'import("pyodide").then((m) => m.loadPyodide()).then((p) => p.runPython(fs.readFileSync(0, "utf8")))' \\
        < test/keras/make-lambda-fixtures.py > test/keras/fixtures/lambda/cpython-3.14.json

With the name of a package, configs of Lambda layers as that Keras writes them:

    python test/keras/make-lambda-fixtures.py tf_keras > test/keras/fixtures/lambda/tf_keras.json
"""

import codecs
import importlib
import json
import marshal
import platform
import sys

SLICES = [
    "lambda x: x[:, 0:5]",
    "lambda x: x[:, 800:801]",
    "lambda x: x[1:2]",
    "lambda x: x[1:2,]",
    "lambda x: x[0]",
    "lambda x: x[:, -1]",
    "lambda x: x[:, -5:]",
    "lambda x: x[:, 1:-1]",
    "lambda x: x[:, 2:80:3]",
    "lambda x: x[:, ::-1]",
    "lambda x: x[70000:-70000, 300]",
    "lambda x: x[..., 0]",
    "lambda x: x[..., 1:, None]",
    "lambda x: x[:, None]",
    "lambda x: x[None]",
    "lambda x: x[...]",
    "lambda x: x[()]",
    "lambda x: x[:, ::-1, 3, None, ..., -4:]",
    "lambda x: (\n    x[\n        :,\n        0:5,\n        (2 * 3):,\n    ]\n)",
    "lambda x: x",
    "lambda inputs, /: inputs[:, 10:20]",
    'def crop(x):\n    """The closes."""\n    return x[:, 3]',
    "def crop(x: float) -> float:\n    return x[:, 3:4]",
    "def outer():\n    return lambda x: x[:, 4:7]",
]
OTHERS = [
    "lambda x: tf.reshape(x, (-1, 5))",
    "lambda x: x.T",
    "lambda x: abs(x[0:5])",
    "lambda x: x[n]",
    "lambda x: x * 2",
    "lambda x: x[0:5] * 0.5",
    "lambda x: -x",
    "lambda x: 5",
    "lambda: 5",
    "lambda x, y: x[0:5]",
    "lambda x, y: y[0:5]",
    "lambda x, n=5: x[0:5]",
    "lambda *x: x[0:5]",
    "lambda **x: x[0:5]",
    "lambda *, x: x[0:5]",
    "lambda x, *, n=5: x[0:5]",
    "lambda x: (yield x[0:5])",
    "lambda x: [y for y in x]",
    "lambda x: (lambda y: y)(x)",
    "lambda x: (x, x[0])",
    "lambda x: x[0:5] if x else x[5:]",
    "lambda x: x[:, 0:5][..., 1]",
    "lambda x: x[0:5][1:2]",
    "lambda x: x[x]",
    "lambda x: x[x:5]",
    "lambda x: x[[0, 1]]",
    "lambda x: x[(0, 1), 0]",
    "lambda x: x[True]",
    "lambda x: x[1.0:]",
    "lambda x: x['close']",
    "lambda x: x[: 2**40]",
    "lambda x: x[::0]",
    "lambda x: x[..., 0, ...]",
    "def crop(x):\n    y = x\n    return y[0:5]",
    "def outer():\n    n = 5\n    return lambda x: x[:n]",
    "def outer():\n    return lambda x: (x[0:5], lambda: x)",
]


class Recorder(object):
    def __getitem__(self, key):
        return key


def function_of(source):
    if source.startswith("lambda"):
        return eval(compile(source, "model.py", "eval"), {})
    names = {}
    exec(compile(source, "model.py", "exec"), names)
    return names["outer"]() if "outer" in names else names["crop"]


def item(key):
    if key is None:
        return {"kind": "newaxis"}
    if key is Ellipsis:
        return {"kind": "ellipsis"}
    if isinstance(key, slice):
        return {"kind": "slice", "start": key.start, "stop": key.stop, "step": key.step}
    return {"kind": "index", "at": key}


def key_of(function):
    recorder = Recorder()
    key = function(recorder)
    if key is recorder:
        key = Ellipsis
    return [item(one) for one in (key if isinstance(key, tuple) else (key,))]


def record(source, is_slice, calls=0):
    function = function_of(source)
    for _ in range(calls):
        function(Recorder())
    return {
        "python": "%d.%d" % sys.version_info[:2],
        "source": "%s %s, %s" % (platform.python_implementation(), platform.python_version(), sys.platform),
        "lambda": source + ("  # called %d times" % calls if calls else ""),
        "code": codecs.encode(marshal.dumps(function.__code__), "base64").decode("ascii"),
        "key": key_of(function) if is_slice else None,
    }


def config(source, **options):
    layer = importlib.import_module(sys.argv[1]).layers.Lambda(function_of(source), name="crop", **options)
    return {"lambda": source, "config": layer.get_config()}


if len(sys.argv) > 1:
    configs = [
        config("lambda x: x[:, 0:5]"),
        config("def crop(x):\n    return x[:, 0:5]"),
        config("lambda x=None: x[:, 0:5]"),
        config("def outer():\n    n = 5\n    return lambda x: x[:, 0:n]"),
        config("lambda x: x[:, 0:5]", mask=lambda x, mask: mask),
        config("lambda x, n: x[:, 0:n]", arguments={"n": 5}),
    ]
    print(json.dumps(configs, indent=1))
    sys.exit()

supported = (3, 8) <= sys.version_info < (3, 15)
records = [record(source, True) for source in (SLICES if supported else SLICES[:3])]
if supported:
    records += [record(SLICES[0], True, 10000), record(SLICES[2], True, 10000)]
    records += [record(source, False) for source in OTHERS]
print("[\n" + ",\n".join(json.dumps(one, sort_keys=True) for one in records) + "\n]")
