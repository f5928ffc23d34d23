import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { METHODS, type Notification } from "@litlab/sdk/rpc";
import { openService, type Page, type Service } from "@litlab/sdk/service";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ROOT, runPython } from "../python.js";

const FIXTURE = join(ROOT, "test/keras/fixtures/tf_keras_sequential.h5");
const team = "contoso";
const page: Page = { progress: () => undefined };

// Keras takes a while to load.
vi.setConfig({ testTimeout: 180_000 });

const folder = mkdtempSync(join(tmpdir(), "litlab-open-service-"));
const uploads = join(folder, "cache/litlab/uploads");
const told: Notification<"changed">[] = [];
let service: Service;

beforeAll(() => {
  vi.stubEnv("LIT_HOME", join(folder, "home"));
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  const onChange = (change: Notification<"changed">) => told.push(change);
  service = openService({ version: "1", root: folder, onChange, onRename: () => undefined });
});

afterAll(() => {
  service.end();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const fails = (code: string) => expect.objectContaining({ code });

async function upload(bytes: Buffer): Promise<string> {
  const { upload } = await service.methods["uploads.begin"]({ name: "mine.h5", bytes: bytes.length }, page);
  await service.methods["uploads.write"]({ upload, at: 0, data: bytes.toString("base64") }, page);
  return upload;
}

test("an upload is gone once its import has ended, well or not", async () => {
  const importIt = async (bytes: Buffer) =>
    service.methods["items.import"]({ team, source: { upload: await upload(bytes) }, name: "mine" }, page);
  // The person knows the file by its name.
  await expect(importIt(Buffer.from("no model"))).rejects.toMatchObject({
    name: "LitModelError",
    message: expect.stringMatching(/^mine\.h5: /),
  });
  expect(readdirSync(uploads)).toEqual([]);
  const bytes = readFileSync(FIXTURE);
  await importIt(bytes);
  await expect(importIt(bytes)).rejects.toEqual(fails("NAME_EXISTS"));
  expect(readdirSync(uploads)).toEqual([]);
});

test("of uploads that a page begins at once 16 are taken; another page has its own", async () => {
  const begin = (by: Page) => service.methods["uploads.begin"]({ name: "mine.h5", bytes: 1 }, by);
  const begun = await Promise.allSettled(Array.from({ length: 20 }, () => begin(page)));
  const refused = begun.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  expect(refused).toEqual([1, 2, 3, 4].map(() => fails("TOO_MANY")));
  expect(readdirSync(uploads)).toHaveLength(16);
  const other: Page = { ...page };
  await begin(other);
  for (const each of [page, other]) service.leave(each);
  await expect.poll(() => readdirSync(uploads)).toEqual([]);
});

test("a canvas' new name that is too long is refused in the SDK's words", async () => {
  const given = { team, canvas: "drawn", newName: "a".repeat(200) };
  const params = METHODS["canvases.rename"].params.parse(given);
  await expect(service.methods["canvases.rename"](params, page)).rejects.toEqual(fails("INVALID_NAME"));
});

test("a model that takes its time keeps nobody waiting for another", async () => {
  const names = ["one.h5", "other.h5"];
  for (const name of names) copyFileSync(FIXTURE, join(folder, name));
  const graph = (path: string) => service.methods["models.graph"]({ path }, page);
  const before = processes();
  const { nodes } = await graph("one.h5");
  const [reader] = processes().filter((pid) => !before.includes(pid));
  if (reader === undefined) throw new Error("no process reads models");
  utimesSync(join(folder, "one.h5"), 1, 1); // so that it is read anew
  // As a model does that is read for minutes: whichever comes first.
  process.kill(reader, "SIGSTOP");
  const graphs = names.map(graph);
  expect((await Promise.race(graphs)).nodes).toEqual(nodes);
  process.kill(reader, "SIGCONT");
  for (const each of graphs) expect((await each).nodes).toEqual(nodes);
});

/** The processes of this one that look at models. */
function processes(): number[] {
  const { stdout } = spawnSync("ps", ["-axww", "-o", "pid=,ppid=,command="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, command = ""] = /^ *(\d+) +(\d+) (.*)/.exec(line) ?? [];
    return Number(parent) === process.pid && command.includes("model-process-main") ? [Number(pid)] : [];
  });
}

test("whoever asks about a team while it is looked at first hears of what changes after the answer", async () => {
  const canvases = join(folder, "home/fresh/canvases");
  const file = join(canvases, "drawn.canvas.json");
  mkdirSync(canvases, { recursive: true });
  // The first look waits until a file that was just changed is old enough.
  writeFileSync(file, "one");
  const list = () => service.methods["canvases.list"]({ team: "fresh" }, page);
  const first = list();
  await list();
  writeFileSync(file, "another");
  await first;
  await expect.poll(() => told, { timeout: 10_000 }).toContainEqual({ team: "fresh", what: ["canvases"] });
});

test("histograms of weights that are all one large number, or as large as numbers are", async () => {
  copyFileSync(FIXTURE, join(folder, "large.h5"));
  const code = `
import h5py, json, numpy, sys
with h5py.File(sys.argv[1], "r+") as file:
    paths = []
    file.visititems(lambda name, node: paths.append("/" + name) if isinstance(node, h5py.Dataset) and "model_weights" in name else None)
    for path, dtype, values in zip(paths, ["f4", "f4", "f8"], [[1e17], [-3.4e38, 3.4e38], [-1e308, 1e308]]):
        shape = file[path].shape
        del file[path]
        file[path] = numpy.resize(numpy.array(values, dtype), shape)
    print(json.dumps([[path, file[path].size] for path in paths[:3]]))`;
  const weights: [string, number][] = JSON.parse(await runPython(code, [join(folder, "large.h5")]));
  const histogram = async (i: number) => {
    const [weight, size] = weights[i] as [string, number];
    const found = await service.methods["models.histogram"]({ source: { path: "large.h5" }, weight }, page);
    return { ...METHODS["models.histogram"].result.parse(found), size };
  };
  const one = await histogram(0);
  expect(one.counts.map((count, i) => [i, count]).filter(([, count]) => count)).toEqual([[32, one.size]]);
  expect(new Set(one.edges).size).toBe(65);
  expect(one).toMatchObject({ mean: Math.fround(1e17), deviation: 0, invalid: 0 });
  const two = await histogram(1);
  expect([two.counts[0], two.counts[63]]).toEqual([Math.ceil(two.size / 2), Math.floor(two.size / 2)]);
  expect(two.deviation).toBeGreaterThan(3e38);
  // Models compute with 32 bits, where these are infinite.
  const { size, ...none } = await histogram(2);
  expect(none).toEqual({ edges: [], counts: [], mean: null, deviation: null, invalid: size });
});
