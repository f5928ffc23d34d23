import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runPython } from "../../../../test/python.js";
// Built: a worker thread reads HDF5.
import { Hdf5Adapter, type Hdf5AdapterOptions } from "../../../dist/bars/sources/hdf5-adapter.js";
import { LitDataError } from "../../../dist/errors.js";

const folder = mkdtempSync(join(tmpdir(), "litlab-hdf5-"));
const at = (name: string) => join(folder, name);
const fixture = (name: string) => join(import.meta.dirname, "fixtures", name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  vi.stubEnv("XDG_CACHE_HOME", at("cache"));
  await runPython(`
import h5py, numpy as np
def write(name, use):
    with h5py.File(${JSON.stringify(folder)} + "/" + name, "w") as file:
        use(file)
time = np.arange(1_709_856_000_000_000, 1_709_856_000_000_000 + 1000)
def trades(file, **more):
    for name, values in {"time": time, "price": np.arange(1000.0), "size": np.arange(1000), **more}.items():
        file[name] = values
write("good.h5", trades)
write("uneven.h5", lambda file: trades(file, size=np.arange(999)))
write("texts.h5", lambda file: trades(file, price=["x"] * 1000))
write("complex.h5", lambda file: trades(file, price=np.zeros(1000, dtype="c8")))
write("cube.h5", lambda file: file.create_dataset("ticks", data=np.zeros((3, 3, 3))))
def soft(file):
    trades(file)
    del file["price"]
    file["price"] = h5py.SoftLink("/size")
write("soft.h5", soft)
def external(file):
    trades(file)
    del file["price"]
    file["price"] = h5py.ExternalLink("good.h5", "/price")
write("external.h5", external)
def linked(file):
    file["a"] = h5py.ExternalLink("good.h5", "/")
    file["b"] = 1
write("linked.h5", linked)
def virtual(file):
    layout = h5py.VirtualLayout(shape=(1000,), dtype="f8")
    layout[:] = h5py.VirtualSource("good.h5", "price", shape=(1000,))
    trades(file)
    del file["price"]
    file.create_virtual_dataset("price", layout)
write("virtual.h5", virtual)
def raw(file):
    trades(file)
    del file["price"]
    file.create_dataset("price", shape=(1000,), dtype="f8", external=[("/etc/hostname", 0, 8000)])
write("raw.h5", raw)
write("huge.h5", lambda file: [file.create_dataset(name, shape=(10**12,), dtype="f8", chunks=(1000,)) for name in ("time", "price", "size")])
write("wide.h5", lambda file: file.create_dataset("ticks", shape=(1000, 10**6), dtype="f8", chunks=(1, 10**6)))
write("chunks.h5", lambda file: [file.create_dataset(name, shape=(10**6,), dtype="f8", chunks=(10**5,)) for name in ("time", "price")] + [file.create_dataset("size", shape=(10**6,), maxshape=(None,), dtype="f8", chunks=(10**8,))])
write("scaled.h5", lambda file: [file.create_dataset(name, data=time, chunks=True, scaleoffset=0) for name in ("time", "price", "size")])
def filtered(id, parameters, raw):
    def use(file):
        trades(file)
        del file["price"]
        layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        layout.set_chunk((1000,))
        layout.set_filter(id, h5py.h5z.FLAG_OPTIONAL, parameters)
        space = h5py.h5s.create_simple((1000,))
        h5py.h5d.create(file.id, b"price", h5py.h5t.NATIVE_DOUBLE, space, layout).write_direct_chunk((0,), raw)
    return use
noise = np.random.default_rng(1).bytes(900)
LZF = {"cut": b"\\x1fA", "before": b"\\xe0\\xff\\xff\\xff", "long": b"\\x00A" + b"\\xe0\\xff\\x00" * 10**5, "noise": noise}
for name, raw in LZF.items():
    write(f"lzf-{name}.h5", filtered(32000, (4, 261, 8000), raw))
def blosc(bytes, block, length, flags=1):
    return b"\\x02\\x01" + np.array([flags, 8], "u1").tobytes() + np.array([bytes, block, length], "<u4").tobytes()
BLOSC = {
    "none": b"\\x01", "noise": noise, "huge": blosc(2**31 - 1, 2**20, 100) + noise[:84], "blocks": blosc(8000, 1, 100) + noise[:84],
    "longer": blosc(8000, 8000, 2**30) + noise, "zlib": blosc(8000, 8000, 100, 3 << 5) + np.array([20, 60], "<u4").tobytes() + noise[:76],
    "zstd": blosc(8000, 8000, 100, 4 << 5) + np.array([20, 60], "<u4").tobytes() + noise[:76],
}
for name, raw in BLOSC.items():
    write(f"blosc-{name}.h5", filtered(32001, (2, 2, 8, 8000, 5, 1, 1), raw))
write("nan.h5", lambda file: trades(file, time=np.full(1000, np.nan)))
write("nat.h5", lambda file: trades(file, time=np.full(1000, -2**63)))
write("negative.h5", lambda file: trades(file, size=np.full(1000, -1)))
write("wrapped.h5", lambda file: trades(file, size=np.full(1000, 2**63, dtype="u8")))
write("empty.h5", lambda file: [file.create_dataset(name, shape=(0,), dtype="i8") for name in ("time", "price", "size")])
write("nothing.h5", lambda file: None)
def vlen(file):
    rows = np.empty(2, dtype=[("time", "i8"), ("price", "f8"), ("size", "i8"), ("note", h5py.string_dtype())])
    file.create_dataset("trades", shape=(2,), dtype=rows.dtype)
write("vlen.h5", vlen)
def cycle(file):
    file.create_group("a")
    file["a/b"] = file["a"]
write("cycle.h5", cycle)
`);
}, 60_000);

const read = async (name: string, options: Partial<Hdf5AdapterOptions> = {}) => {
  const adapter = new Hdf5Adapter({ path: at(name), timeUnit: "us", ...options });
  const dates = await adapter.getDates();
  return adapter.getDate(dates[0] ?? "2024-03-08");
};

describe("Hdf5Adapter", () => {
  test("reads what is good, and a file without trades", async () => {
    expect((await read("good.h5")).length).toBe(1000);
    expect((await read("empty.h5")).length).toBe(0);
  });

  const ISSUES: Readonly<Record<string, readonly [Partial<Hdf5AdapterOptions>, string | RegExp]>> = {
    "none.h5": [{}, /none\.h5: no such file/],
    "good.h5": [{ columns: { price: "last" } }, 'good.h5: no column "last", found price, size, time'],
    "uneven.h5": [{}, 'column "size" has 999 rows, "time" has 1000, expected as many'],
    "texts.h5": [{}, /column "price" is string of \d+ bytes, expected numbers/],
    "complex.h5": [{}, /column "price" is compound of 8 bytes, expected numbers/],
    "cube.h5": [{}, "/ticks has the shape [3, 3, 3], expected rows and columns"],
    "soft.h5": [{}, 'no column "price", found size, time'],
    "external.h5": [{}, 'no column "price", found size, time'],
    "linked.h5": [{ dataset: "a" }, "/a is a link, which is not followed"],
    "virtual.h5": [{}, "/price is put together from other files"],
    "raw.h5": [{}, /raw\.h5: /],
    "huge.h5": [{}, "declares 8000000000000 bytes, shape [1000000000000], in a file of"],
    "wide.h5": [{}, /ticks (declares 8000000000 bytes|has the shape)/],
    "chunks.h5": [{}, /has chunks of 800000000 bytes, expected at most 67108864/],
    "scaled.h5": [{}, '/time is compressed with the filter 6 "scaleoffset", which is not read: h5repack -f GZIP=4'],
    "nan.h5": [{}, "trade 0 has the time NaN"],
    "nat.h5": [{}, "trade 0 has the time NaN"],
    "negative.h5": [{}, "trade 0 of 2024-03-08 has the size -1"],
    "wrapped.h5": [{}, "size holds numbers of 2^63 or more"],
    "nothing.h5": [{}, "no columns in /, found nothing"],
    "vlen.h5": [{}, '/trades has values of variable length in "note"'],
    "cycle.h5": [{}, /no columns in \/a\/b|no "\/a/],
  };
  test.each(Object.entries(ISSUES))("%s is refused", async (name, [options, message]) => {
    await expect(read(name, options)).rejects.toThrow(message);
    await expect(read(name, options)).rejects.toThrow(LitDataError);
    expect(readdirSync(at("cache/litlab/columns")).filter((entry) => entry.startsWith("."))).toEqual([]);
  });

  test("names what is there instead of a dataset that is not, and leaves the file by no path", async () => {
    await expect(read("good.h5", { dataset: "trades" })).rejects.toThrow(
      'no "/trades", found /price, /size, /time in /',
    );
    expect(() => new Hdf5Adapter({ path: at("good.h5"), dataset: "../x" })).toThrow("expected a path in the file");
    await expect(read("good.h5", { timeUnit: undefined } as object)).rejects.toThrow(
      'column "time" is integer of 8 bytes, expected a timeUnit for it, one of s, ms, us, ns',
    );
  });

  const codecs = ["blosclz", "lz4", "lz4hc", "zlib", "zstd"];
  test.each([
    ...codecs.flatMap((codec) => [0, 1, 2].map((shuffle) => `blosc-${codec}-${shuffle}`)),
    ...["blosclz", "lz4", "zlib", "zstd"].map((codec) => `blosc2-${codec}`),
    ...["none", "lz4", "zstd"].map((codec) => `bitshuffle-${codec}`),
    "lz4",
    "zstd",
    "bzip2",
  ])("reads what the filter %s wrote", async (dataset) => {
    const adapter = new Hdf5Adapter({ path: fixture("filters.h5"), dataset, timeUnit: "us" });
    const { time, price, size } = await adapter.getDate("2024-03-08");
    const rows = Array.from({ length: 300 }, (_, i) => i);
    expect([...time]).toEqual(rows.map((i) => 1_709_856_000_000_000 + i * 1_000_000));
    expect([...price]).toEqual(rows.map((i) => i / 4 + 100));
    expect([...size]).toEqual(rows.map((i) => i + 1));
  });

  test.each([
    ["blosc-snappy", '/blosc-snappy/time is compressed with the filter 32001 "blosc"'],
    ["zfp", "/zfp/time is compressed with the filter 32013"],
  ])("names the filter that it does not undo: %s", async (dataset, message) => {
    copyFileSync(fixture("filters.h5"), at("filters.h5"));
    const reading = read("filters.h5", { dataset });
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow("which is not read: h5repack -f GZIP=4 writes it with gzip");
    await expect(reading).rejects.toBeInstanceOf(LitDataError);
  });

  const HOSTILE = ["cut", "before", "long", "noise"].map((name) => `lzf-${name}`);
  HOSTILE.push(...["none", "noise", "huge", "blocks", "longer", "zlib", "zstd"].map((name) => `blosc-${name}`));
  test.each(HOSTILE)("bytes that no filter wrote end in an error: %s", async (name) => {
    const reading = read(`${name}.h5`);
    await expect(reading).rejects.toThrow(`${name}.h5: not a readable HDF5 file, or cut off: can't`);
    await expect(reading).rejects.toBeInstanceOf(LitDataError);
  });

  test.each([
    ["fixed.h5", 60, {}],
    ["table-codecs.h5", 20, { dataset: "blosc_zstd" }],
  ])(
    "%s, cut off or overwritten, ends in an error or in trades, never in anything else",
    async (name, times, options) => {
      const bytes = readFileSync(fixture(name));
      for (const length of [0, 7, 100, 2000, bytes.length - 1]) {
        writeFileSync(at("cut.h5"), bytes.subarray(0, length));
        await expect(read("cut.h5", options)).rejects.toThrow(LitDataError);
      }
      for (let k = 0; k < times; k++) {
        const changed = Buffer.from(bytes);
        for (let i = 0; i < 4; i++) changed[(k * 137 + i * 31) % bytes.length] = (k * 57 + i) % 256;
        writeFileSync(at("changed.h5"), changed);
        await read("changed.h5", options).catch((error) => expect(error).toBeInstanceOf(LitDataError));
      }
    },
    120_000,
  );
});
