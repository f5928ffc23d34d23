import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getVaultItems, loadKeras } from "@litlab/sdk";
import { METHODS } from "@litlab/sdk/rpc";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { makeDemoHome } from "../demo-home.js";
import { ROOT, runPython } from "../python.js";
import { type Page, Server } from "./server.js";

const FIXTURES = join(ROOT, "test/keras/fixtures");
const team = "contoso";

// Keras takes a while to load.
vi.setConfig({ testTimeout: 180_000 });

let demo: Awaited<ReturnType<typeof makeDemoHome>>;
let server: Server;
let page: Page;

beforeAll(async () => {
  demo = await makeDemoHome();
  server = new Server(demo.home);
  await server.start();
  page = await server.open();
  mkdirSync(join(server.root, "models"));
  for (const name of ["tf_keras_functional.keras", "tf_keras_sequential.h5"])
    copyFileSync(join(FIXTURES, name), join(server.root, "models", name));
});

afterAll(async () => {
  await server?.stop();
  demo?.remove();
});

const fails = (code: string) => expect.objectContaining({ code: -32000, data: { code } });

test("hello and ping", async () => {
  const { version, pid, ...rest } = await page.call("hello", { version: "another" });
  const manifest = JSON.parse(readFileSync(join(ROOT, "kernel/package.json"), "utf8"));
  expect(version).toBe(manifest.version);
  const { stdout } = spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  expect(stdout).toContain("litlab-kernel");
  expect(rest).toEqual({ home: demo.home, readOnly: false, device: process.env.LIT_DEVICE || "cpu" });
  expect(await page.call("ping", {})).toEqual({});
});

test("every method of the schemas is answered", async () => {
  for (const method of Object.keys(METHODS))
    expect(
      await page.say(JSON.stringify({ jsonrpc: "2.0", id: null, method, params: { team: 5, source: 5 } })),
    ).not.toMatchObject({
      error: { code: -32601 },
    });
});

test("teams and items", async () => {
  expect(await page.call("teams.list", {})).toEqual([team]);
  const [item, ...others] = await page.call("items.list", { team });
  const [known] = await getVaultItemsOf(demo.home);
  expect(others).toEqual([]);
  expect(item).toEqual({
    name: "spy_e1",
    color: null,
    value: null,
    dateAdded: known?.dateAdded,
    model: "spy_e1.keras",
    hasCanvas: true,
  });
  expect(await page.call("items.list", { team: "nobody" })).toEqual([]);
  expect(await page.call("teams.open", {})).toEqual({
    teams: [team],
    first: {
      items: [item],
      assets: await page.call("assets.list", { team }),
      canvases: await page.call("canvases.list", { team }),
    },
  });
});

/** What the SDK says of the items, in this process. */
async function getVaultItemsOf(home: string) {
  const before = process.env.LIT_HOME;
  process.env.LIT_HOME = home;
  try {
    return await Promise.all((await getVaultItems(team)).map(({ details }) => details));
  } finally {
    if (before === undefined) delete process.env.LIT_HOME;
    else process.env.LIT_HOME = before;
  }
}

test("an item with its layers, ports, assets and file", async () => {
  const item = await page.call("items.get", { team, name: "spy_e1" });
  const [details] = await getVaultItemsOf(demo.home);
  expect(item.details).toEqual({ ...details });
  expect(item.inputs).toEqual([{ name: "input_1", shape: [801], uses: ["100_1_min", "RSI14TA_day"] }]);
  expect(item.outputs).toEqual([{ name: expect.stringMatching(/^end_/), shape: [1], uses: ["long_updown[0]"] }]);
  expect(item).toMatchObject({ assets: ["schema_demo"], problem: null, hasCanvas: true });
  expect(item.file.bytes).toBe(statSync(item.file.path).size);
  const model = await loadKeras(item.file.path);
  const expected = model.layers.map((layer) => ({
    name: layer.name,
    parameters: layer.countParams(),
    shape: `(${(layer.outputShape as (number | null)[]).map((length) => length ?? "None").join(", ")})`,
  }));
  expect(item.layers.map(({ name, parameters, shape }) => ({ name, parameters, shape }))).toEqual(expected);
  expect(item.layers[1]?.type).toBe("GetItem");
  model.dispose();
  await expect(page.call("items.get", { team, name: "nobody" })).rejects.toEqual(fails("NOT_FOUND"));
});

describe("imports", () => {
  test("a file of the file browser, with progress before the answer; its name is taken the second time", async () => {
    const source = { path: "models/tf_keras_functional.keras" };
    const given = { team, source, name: "imported", token: "one" };
    expect(await page.call("items.import", given)).toEqual({ name: "imported" });
    const told = page.told.flatMap(({ method, params }) => (method === "progress" ? [params] : []));
    expect(told[0]).toEqual({ token: "one", stage: "model", share: null });
    expect(told.at(-1)).toEqual({ token: "one", stage: "weights", share: 1 });
    await expect(page.call("items.import", given)).rejects.toMatchObject({
      message: "name already exists",
      data: { code: "NAME_EXISTS" },
    });
    expect(await page.call("items.import", { team, source })).toEqual({ name: "new_model" });
    expect((await page.call("items.get", { team, name: "imported" })).model).toBe("tf_keras_functional.keras");
  });

  test("a file that is no model says so", async () => {
    writeFileSync(join(server.root, "bad.keras"), "PK, but no zip");
    await expect(page.call("items.import", { team, source: { path: "bad.keras" } })).rejects.toMatchObject({
      code: -32000,
      message: expect.stringContaining("bad.keras"),
    });
  });

  test("an upload, in pieces", async () => {
    const bytes = readFileSync(join(FIXTURES, "tf_keras_sequential.h5"));
    const { upload } = await page.call("uploads.begin", { name: "mine.h5", bytes: bytes.length });
    const half = Math.floor(bytes.length / 2);
    const write = (at: number, end: number) =>
      page.call("uploads.write", { upload, at, data: bytes.subarray(at, end).toString("base64") });
    await write(0, half);
    await expect(page.call("items.import", { team, source: { upload } })).rejects.toEqual(fails("INCOMPLETE"));
    await expect(write(0, half)).rejects.toEqual(fails("INVALID_PIECE"));
    await write(half, bytes.length);
    expect(await page.call("items.import", { team, source: { upload }, name: "uploaded" })).toEqual({
      name: "uploaded",
    });
    expect((await page.call("items.get", { team, name: "uploaded" })).model).toBe("mine.h5");
    expect(readdirSync(join(server.cache, "litlab/uploads"))).toEqual([]);
  });

  test("uploads that are refused, dropped or left", async () => {
    for (const [name, bytes, code] of [
      ["../mine.h5", 1, "INVALID_NAME"],
      ["mine.txt", 1, "NO_MODEL"],
      ["mine.h5", 4 * 2 ** 30 + 1, "TOO_LARGE"],
    ] as const)
      await expect(page.call("uploads.begin", { name, bytes })).rejects.toEqual(fails(code));
    const folder = join(server.cache, "litlab/uploads");
    const { upload } = await page.call("uploads.begin", { name: "mine.h5", bytes: 3 });
    await expect(page.call("uploads.write", { upload, at: 0, data: "AAAAAAAA" })).rejects.toEqual(
      fails("INVALID_PIECE"),
    );
    await expect(page.call("uploads.write", { upload, at: 0, data: "!" })).rejects.toEqual(fails("INVALID_PIECE"));
    const other = await server.open();
    await expect(other.call("uploads.drop", { upload })).rejects.toEqual(fails("NOT_FOUND"));
    await page.call("uploads.drop", { upload });
    expect(readdirSync(folder)).toEqual([]);
    await other.call("uploads.begin", { name: "left.h5", bytes: 3 });
    expect(readdirSync(folder)).toHaveLength(1);
    other.closeComm();
    await expect.poll(() => readdirSync(folder)).toEqual([]);
  });
});

test("renames answer with the reference's messages", async () => {
  const rename = (name: string, newName: string) => page.call("items.rename", { team, name, newName });
  expect(await rename("uploaded", "renamed")).toEqual({
    status: "SUCCESS",
    message: "Vault item uploaded has been renamed renamed.",
  });
  expect(await rename("renamed", "IMPORTED")).toEqual({ status: "ERROR", message: "name already exists" });
  expect(await rename("nobody", "other")).toEqual({ status: "ERROR", message: "item nobody not found" });
  const hostile = "<img src=x onerror=alert(1)>";
  expect(await rename("renamed", hostile)).toMatchObject({
    status: "ERROR",
    message: expect.stringContaining(hostile),
  });
  await expect(rename(hostile, "other")).rejects.toEqual(fails("INVALID_NAME"));
});

test("assets, with their first samples as h5py reads them", async () => {
  expect(await page.call("assets.list", { team })).toEqual([{ name: "schema_demo" }]);
  const asset = await page.call("assets.get", { team, name: "schema_demo" });
  expect(asset.length).toBe(asset.files.reduce((sum, { length }) => sum + length, 0));
  expect(asset.files.map(({ split }) => split)).toEqual(["test", "train"]);
  const code = `
import h5py, json, sys
with h5py.File(sys.argv[1]) as file:
    print(json.dumps({name: [list(data.shape[1:]), [row.ravel()[:8].tolist() for row in data[:8]]]
        for name, data in file.items() if not name.startswith("_")}))`;
  const expected = JSON.parse(await runPython(code, [asset.files[0]?.path ?? ""]));
  expect(Object.fromEntries(asset.datasets.map(({ name, shape, first }) => [name, [shape, first]]))).toEqual(expected);
  expect(asset.datasets.find(({ name }) => name === "long_updown")?.columns?.slice(0, 2)).toEqual(["long", "short"]);
  await expect(page.call("assets.get", { team, name: "none" })).rejects.toMatchObject({ code: -32000 });
});

test("canvases: written, read, renamed, copied and removed; a change in between is a conflict", async () => {
  const file = (name: string) => join(demo.home, team, "canvases", `${name}.canvas.json`);
  const write = (canvas: string, content: string, version: string | null) =>
    page.call("canvases.write", { team, canvas, content, version });
  const first = await write("first", '{"version":1}', null);
  expect(readFileSync(file("first"), "utf8")).toBe('{"version":1}');
  await expect(write("first", "other", null)).rejects.toEqual(fails("CONFLICT"));
  await expect(write("FIRST", "other", null)).rejects.toEqual(fails("NAME_EXISTS"));
  const second = await write("first", "é\r\n", first.version);
  expect(second.version).not.toBe(first.version);
  await expect(write("first", "other", first.version)).rejects.toEqual(fails("CONFLICT"));
  expect(await page.call("canvases.read", { team, canvas: "first" })).toEqual({ ...second, content: "é\r\n" });
  writeFileSync(file("first"), "by another program");
  await expect(write("first", "other", second.version)).rejects.toEqual(fails("CONFLICT"));
  expect(await page.call("canvases.duplicate", { team, canvas: "first" })).toEqual({ name: "first_copy" });
  expect(await page.call("canvases.duplicate", { team, canvas: "first" })).toEqual({ name: "first_copy_2" });
  await expect(page.call("canvases.rename", { team, canvas: "first", newName: "First_Copy" })).rejects.toEqual(
    fails("NAME_EXISTS"),
  );
  await page.call("canvases.rename", { team, canvas: "first", newName: "last" });
  await page.call("canvases.remove", { team, canvas: "first_copy" });
  expect((await page.call("canvases.list", { team })).map(({ name }) => name)).toEqual([
    "demo",
    "first_copy_2",
    "last",
  ]);
  expect([existsSync(file("first")), readFileSync(file("last"), "utf8")]).toEqual([false, "by another program"]);
  for (const canvas of ["first", "first_copy"])
    await expect(page.call("canvases.remove", { team, canvas })).rejects.toEqual(fails("NOT_FOUND"));
  await expect(write("../out", "", null)).rejects.toEqual(fails("INVALID_NAME"));
  await expect(write("large", "x".repeat(16 * 2 ** 20 + 1), null)).rejects.toEqual(fails("TOO_LARGE"));
  await expect(
    page.call("canvases.write", { team: "nobody", canvas: "a", content: "", version: null }),
  ).rejects.toEqual(fails("NOT_FOUND"));
  expect(existsSync(join(demo.home, "nobody"))).toBe(false);
});

test("a vault item's canvas is read, and nothing else", async () => {
  const { writable, content, version } = await page.call("canvases.read", { team, item: "spy_e1" });
  expect([writable, JSON.parse(content).version]).toEqual([false, 1]);
  expect((await page.call("canvases.read", { team, canvas: "demo" })).version).toBe(version);
  await expect(page.call("canvases.read", { team, item: "imported" })).rejects.toEqual(fails("NOT_FOUND"));
  const listed = (await page.call("items.list", { team })).map(({ name, hasCanvas }) => [name, hasCanvas]);
  expect(listed).toEqual(
    expect.arrayContaining([
      ["spy_e1", true],
      ["imported", false],
    ]),
  );
});

describe("models", () => {
  test("a graph has the layers, shapes and weights that Keras has", async () => {
    const code = `
import json, sys, keras
inner_input = keras.Input((4,), name="inner_input")
inner = keras.Model(inner_input, keras.layers.Dense(3, name="deep")(inner_input), name="inner")
x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
shared = keras.layers.Dense(3, activation="relu", name="shared")
joined = keras.layers.Concatenate(name="joined")([inner(x), shared(x), shared(y)])
model = keras.Model([x, y], keras.layers.Bidirectional(keras.layers.LSTM(2), name="both")(keras.ops.reshape(joined, (-1, 3, 3))), name="outer")
model.save(sys.argv[1])
print(json.dumps({"parameters": model.count_params(), "layers": [[layer.name, layer.count_params(), len(layer.weights)] for layer in model.layers]}))`;
    const expected = JSON.parse(await runPython(code, [join(server.root, "nested.keras")]));
    const graph = await page.call("models.graph", { path: "nested.keras" });
    expect(graph).toMatchObject({ name: "outer", parameters: expected.parameters, problem: null });
    expect(graph.summary.split("\n")[0]).toBe('Model: "outer"');
    const top = graph.nodes.filter(({ parent }) => parent === undefined);
    const layers = expected.layers as [string, number, number][];
    const weightsOf = (id: string) =>
      graph.nodes.filter((node) => node.id === id || node.parent === id).flatMap(({ weights }) => weights).length;
    const found = top.map(({ id, title, parameters }) => [title, parameters, weightsOf(id)]);
    expect(found).toEqual(expect.arrayContaining(layers));
    const deep = graph.nodes.find(({ title }) => title === "deep");
    expect(deep).toMatchObject({ parent: "inner", type: "Dense", shape: "(None, 3)", parameters: 15 });
    expect(deep?.weights.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ["kernel", [4, 3], "float32"],
      ["bias", [3], "float32"],
    ]);
    expect(graph.nodes.find(({ title }) => title === "shared")?.settings).toMatchObject({
      units: 3,
      activation: "relu",
    });
    const into = (to: string) => graph.edges.filter((edge) => edge.to === to);
    expect(into("joined")).toEqual([
      { from: "inner", to: "joined", shape: "(None, 3)" },
      { from: "shared", to: "joined", shape: "(None, 3)" },
      { from: "shared", to: "joined", shape: "(None, 3)" },
    ]);
    expect(into("inner/deep")).toEqual([{ from: "inner/inner_input", to: "inner/deep", shape: "(None, 4)" }]);
  });

  test("a model with a layer that nobody knows still has its graph and weights", async () => {
    const files = unzipSync(readFileSync(join(server.root, "nested.keras")));
    const config = strFromU8(files["config.json"] as Uint8Array).replace(
      '"class_name": "Concatenate"',
      '"class_name": "Mine"',
    );
    writeFileSync(join(server.root, "mine.keras"), zipSync({ ...files, "config.json": strToU8(config) }));
    const [whole, mine] = [
      await page.call("models.graph", { path: "nested.keras" }),
      await page.call("models.graph", { path: "mine.keras" }),
    ];
    expect(mine.problem).toContain("Mine");
    expect(mine.edges.map(({ from, to }) => [from, to])).toEqual(whole.edges.map(({ from, to }) => [from, to]));
    const paths = ({ nodes }: typeof mine) =>
      nodes.map(({ id, weights }) => [id, weights.map(({ path }) => path).sort()]);
    expect(paths(mine)).toEqual(paths(whole));
    expect(mine.parameters).toBe(whole.parameters);
  });

  test.each(["nested.keras", "models/tf_keras_functional.keras", "models/tf_keras_sequential.h5"])(
    "the histograms of %s are numpy's",
    async (path) => {
      const { nodes } = await page.call("models.graph", { path });
      const weights = nodes.flatMap((node) => node.weights.map((weight) => weight.path));
      expect(weights.length).toBeGreaterThan(2);
      const code = `
import h5py, io, json, numpy, sys, zipfile
path, weights = sys.argv[1], sys.argv[2:]
file = h5py.File(io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5")) if path.endswith(".keras") else path)
out = []
for weight in weights:
    values = file[weight][()].astype("float64")
    counts, edges = numpy.histogram(values, 64)
    out.append([counts.tolist(), edges.tolist(), float(values.mean()), float(values.std())])
print(json.dumps(out))`;
      const expected = JSON.parse(await runPython(code, [join(server.root, path), ...weights]));
      for (const [i, weight] of weights.entries()) {
        const found = await page.call("models.histogram", { source: { path }, weight });
        const [counts, edges, mean, deviation] = expected[i];
        expect([found.counts, found.invalid]).toEqual([counts, 0]);
        for (const [bin, edge] of found.edges.entries()) expect(edge).toBeCloseTo(edges[bin], 10);
        expect(found.mean).toBeCloseTo(mean, 10);
        expect(found.deviation).toBeCloseTo(deviation, 10);
      }
    },
  );

  test("a weight that is not there", async () => {
    const call = page.call("models.histogram", { source: { team, item: "spy_e1" }, weight: "/etc/passwd" });
    await expect(call).rejects.toEqual(fails("NOT_FOUND"));
  });
});
