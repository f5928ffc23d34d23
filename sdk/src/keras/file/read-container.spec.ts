import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runPython } from "../../../../test/python.js";
import { type KerasContainer, legacyWeights, type StoredGroup } from "../../../dist/keras/file/container.js";
import { withContainer } from "../../../dist/keras/file/read-container.js";

const folder = mkdtempSync(join(tmpdir(), "litlab-container-"));
const path = (name: string) => join(folder, name);

/** Files of real Keras, and arrays of h5py in all types and layouts, with their values as JSON. */
const MAKE = `
import sys, json, hashlib, h5py, keras, ml_dtypes, numpy as np
from keras import layers as L
folder = sys.argv[1]
x = L.Input((3,))
model = keras.Model(x, L.Dense(2, name="dense_é")(x))
model.compile("adam", "mse")
model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
model.save(f"{folder}/model.keras")
model.save(f"{folder}/model.h5")
model.save_weights(f"{folder}/model.weights.h5")
model.save_weights(f"{folder}/sharded.weights.json", max_shard_size=1)
class Sub(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = L.Dense(2)
    def call(self, x):
        return self.encoder(x)
sub = Sub()
sub(np.ones((1, 3)))
sub.save_weights(f"{folder}/subclassed.weights.h5")
with h5py.File(f"{folder}/model.h5") as whole, h5py.File(f"{folder}/old-weights.h5", "w") as f:
    for name in whole["model_weights"]:
        whole.copy(f"model_weights/{name}", f)
    names = [name.encode() for name in whole["model_weights"].attrs["layer_names"]]
    f.attrs["layer_names0"], f.attrs["layer_names1"] = np.array(names[:1]), np.array(names[1:])
with h5py.File(f"{folder}/keras1.h5", "w") as f:
    dense = {"class_name": "Dense", "config": {"name": "dense", "output_dim": 2}}
    inner = {"class_name": "Sequential", "config": [dense]}
    f.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": [inner, dense]}).encode()
    f.attrs["training_config"] = '{"loss": NaN, "clip": [Infinity, -Infinity, "NaN, Infinity"]}'
    f.create_group("model_weights").attrs["layer_names"] = np.array([], "float64")

random = np.random.default_rng(1)
arrays, values = {}, {}
for kind in "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool".split():
    dtype = np.dtype(kind)
    a = random.normal(0, 9, (3, 5)) if dtype.kind == "f" else random.integers(0, 2 if kind == "bool" else 100, (3, 5))
    arrays[kind] = a.astype(dtype) if dtype.kind != "i" else (a - 50).astype(dtype)
arrays["float16 edges"] = np.array([0, -0.0, 65504, 6e-8, 6.1e-5, -1.5, np.inf, -np.inf, np.nan], "float16")
arrays["bfloat16"] = random.normal(0, 9, (7,)).astype(ml_dtypes.bfloat16)
arrays["big endian"] = random.normal(0, 9, (7,)).astype(">f4")
arrays["scalar"] = np.array(2.5, "float32")
arrays["empty"] = np.zeros((0, 4), "float32")
arrays["one long row"] = random.random((1, 2, 3_000_001), "float32")
arrays["rows"] = random.random((3, 1501, 1100), "float32")
arrays["wide"] = random.integers(-2**31, 2**31, (7, 600_001), "int64")
chunked = random.integers(0, 9, (211, 103, 307)).astype("float32")
with h5py.File(f"{folder}/arrays.weights.h5", "w") as f:
    group = f.create_group("layers/all/vars")
    for name, a in arrays.items():
        group[name] = a
    group.create_dataset("chunked", data=chunked, chunks=(50, 40, 60), compression="gzip", shuffle=True, fletcher32=True)
    arrays["chunked"] = chunked
hashes = {}
for name, a in arrays.items():
    a = a.astype("float32" if "f" in name or a.dtype.kind == "f" else "int32")
    a[np.isnan(a)] = 0
    hashes[name] = [list(a.shape), hashlib.sha256(a.tobytes()).hexdigest()]
print(json.dumps(hashes))
`;

let hashes: Record<string, [number[], string]>;
beforeAll(async () => {
  hashes = JSON.parse((await runPython(MAKE, [folder])).trim().split("\n").at(-1) as string);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const groupAt = (container: KerasContainer, ...names: string[]): StoredGroup =>
  names.reduce((group, name) => group.groups.get(name) as StoredGroup, container.weights);
const messageOf = (source: string | Uint8Array) =>
  withContainer(source, async () => "loaded").catch((error: Error) => `${error.name}: ${error.message}`);

/** A copy of model.keras with some entries changed. */
function changed(change: (entries: Zippable) => void): string {
  const entries: Zippable = unzipSync(readFileSync(path("model.keras")));
  change(entries);
  writeFileSync(path("changed.keras"), zipSync(entries, { level: 0 }));
  return path("changed.keras");
}

describe("files of Keras", () => {
  test(".keras, from a path and from bytes, its entries stored or compressed", async () => {
    const bytes = readFileSync(path("model.keras"));
    const deflated = zipSync(unzipSync(bytes), { level: 9 });
    const kernels: unknown[] = [];
    for (const source of [path("model.keras"), new Uint8Array(bytes), deflated])
      await withContainer(source, async (container) => {
        expect(container.path).toBe(typeof source === "string" ? source : "bytes");
        expect(container).toMatchObject({ major: 3, layout: "keras" });
        expect(container.config?.class_name).toBe("Functional");
        expect(container.compiled).toMatchObject({ loss: "mse" });
        const vars = groupAt(container, "layers", "dense", "vars");
        expect(vars.texts.get("name")).toEqual(["dense_é"]);
        const [kernel] = vars.arrays.values();
        expect(kernel).toEqual({ path: "/layers/dense/vars/0", shape: [3, 2], dtype: "float32" });
        if (kernel) kernels.push(await container.read(kernel));
      });
    expect(kernels[1]).toEqual(kernels[0]);
    expect(kernels[2]).toEqual(kernels[0]);
  });

  test("whole .h5, its names in UTF-8", () =>
    withContainer(path("model.h5"), async (container) => {
      expect(container).toMatchObject({ major: 3, layout: "legacy", compiled: { loss: "mse" } });
      expect(container.weights.groups.has("optimizer_weights")).toBe(true);
      expect(legacyWeights(container.weights).texts.get("layer_names")).toEqual(["input_layer", "dense_é"]);
      expect(groupAt(container, "model_weights", "input_layer").texts.get("weight_names")).toEqual([]);
    }));

  test("weights alone, with a split list of names", async () => {
    for (const [name, layout] of [
      ["model.weights.h5", "keras"],
      ["subclassed.weights.h5", "keras"],
      ["old-weights.h5", "legacy"],
    ] as const)
      await withContainer(path(name), async (container) => {
        expect(container).toMatchObject({ config: null, compiled: null, layout });
        if (layout === "legacy")
          expect([...legacyWeights(container.weights).texts]).toEqual([["layer_names", ["input_layer", "dense_é"]]]);
      });
  });

  test("Keras 1, with lists as configs and Python's numbers", () =>
    withContainer(path("keras1.h5"), async ({ config, compiled, major }) => {
      expect(major).toBe(2);
      const dense = { class_name: "Dense", config: { name: "dense", output_dim: 2 } };
      const layers = [{ class_name: "Sequential", config: { layers: [dense] } }, dense];
      expect(config).toEqual({ class_name: "Sequential", config: { layers } });
      const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: nan } = Number;
      expect(compiled).toEqual({ loss: nan, clip: [POSITIVE_INFINITY, NEGATIVE_INFINITY, "NaN, Infinity"] });
    }));

  test("shards are refused by name", async () => {
    expect(await messageOf(path("sharded.weights.json"))).toMatch(/neither a \.keras .*\(a list of shards/);
    const file = changed((entries) => {
      delete entries["model.weights.h5"];
      entries["model.weights.json"] = new Uint8Array(2);
    });
    expect(await messageOf(file)).toMatch(/its weights are in shards \(model\.weights\.json\)/);
  });
});

test("arrays of every type and layout are h5py's, long ones block by block", () =>
  withContainer(path("arrays.weights.h5"), async (container) => {
    const { arrays } = groupAt(container, "layers", "all", "vars");
    expect([...arrays.keys()].sort()).toEqual(Object.keys(hashes).sort());
    const found = await Promise.all(
      [...arrays].map(async ([name, array]) => {
        const values = (await container.read(array)).map((value) => (Number.isNaN(value) ? 0 : value));
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        return [name, [array.shape, createHash("sha256").update(bytes).digest("hex")]] as const;
      }),
    );
    expect(Object.fromEntries(found)).toEqual(hashes);
  }));

describe("refused", () => {
  test("configs that are not JSON", async () => {
    const config = (text: string) =>
      messageOf(
        changed((entries) => {
          entries["config.json"] = Buffer.from(text);
        }),
      );
    for (const text of ["{", "", '{"a": NaNa}', '{"a": Inf}', '{"a": "', "[1e", "-"])
      expect(await config(text), text).toMatch(/LitModelError: .*changed\.keras\/config\.json: not JSON/);
    expect(await config("[".repeat(257))).toMatch(/nested deeper than 256 levels/);
    expect(await config('{"class_name": "Functional", "config": {"a": NaN}}')).toBe("loaded");
  });

  test("a bit that flips in any entry", async () => {
    const extra = changed((entries) => {
      entries["assets/x"] = Buffer.from("something else");
    });
    const bytes = readFileSync(extra);
    for (const text of ["something else", "keras_version", "Functional", "HDF"]) {
      const flipped = Buffer.from(bytes);
      const at = flipped.indexOf(text) + 1;
      flipped[at] = (flipped[at] as number) ^ 4;
      expect(await messageOf(flipped), text).toMatch(
        /LitModelError: bytes: entry '.*' is damaged: its CRC-32 does not fit/,
      );
    }
  });

  test("an array is not read after its file is closed, and nothing of it stays", async () => {
    const before = readdirSync(tmpdir()).filter((name) => /^litlab-[0-9a-f]{8}-/.test(name));
    const late = await withContainer(new Uint8Array(readFileSync(path("model.keras"))), async (container) => {
      const [kernel] = groupAt(container, "layers", "dense", "vars").arrays.values();
      return () => (kernel ? container.read(kernel) : null);
    });
    await expect(late()).rejects.toThrow(/it is closed/);
    expect(readdirSync(tmpdir()).filter((name) => /^litlab-[0-9a-f]{8}-/.test(name))).toEqual(before);
  });
});
