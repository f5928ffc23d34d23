import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { currentDevice, getDevices, LitError, setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { expectedDevice } from "../../sdk/dist/devices/expected-device.js";
import { findGpus } from "../../sdk/dist/devices/find-gpus.js";
import { findMarks } from "../../sdk/dist/devices/opening-marks.js";
import { type Probe, probe } from "../../sdk/dist/devices/probe.js";
import { selfTest } from "../../sdk/dist/devices/self-test.js";
import { tensorflowFolder } from "../../sdk/dist/devices/tensorflow/installation.js";
import { findAdapters } from "../../sdk/dist/devices/webgpu/find-adapters.js";
import { LITLAB } from "../demo-home.js";
import { runNode } from "./run-node.js";

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "litlab-devices-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const litlab = (...args: readonly string[]) => runNode([LITLAB, "device", ...args]);
const kept = () => readdirSync(join(cache, "litlab/devices"));
const probes = () => kept().filter((name) => !name.startsWith("best-"));
/** A process that lets `ready` choose, and says what it chose. */
const choosing = (env: NodeJS.ProcessEnv = {}, before = "") =>
  runNode(
    [
      "--input-type=module",
      "-e",
      `import { currentDevice } from "@litlab/sdk"; import * as tf from "@litlab/sdk/tf"; ${before}
      await Promise.all([tf.ready(), tf.ready()]); console.log(currentDevice()?.name, tf.getBackend());`,
    ],
    { LIT_DEVICE: "", ...env },
  );
const MISSING = "TensorFlow is not installed: npx --no-install litlab device install tensorflow";

/** A process that is opening a device, beside its mark, when it says so. */
async function markedBy(then: string): Promise<ChildProcess> {
  const [best] = await getDevices();
  const url = new URL("../../sdk/dist/devices/opening-marks.js", import.meta.url);
  const code = `import { writeSync } from "node:fs"; import { openMarked } from ${JSON.stringify(url)};
    await openMarked("a machine", ${JSON.stringify(best)}, () => { writeSync(1, "opening"); ${then} });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

/** An installation of TensorFlow whose parts are what `write` makes of them. */
function pretend(write: (folder: string) => void): void {
  const folder = tensorflowFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "installed.json"),
    '{"tensorflow":"2.21.0","binding":"4.22.0","kernels":1,"gpu":false,"bytes":1}',
  );
  write(folder);
}

const tryTensorflow = (limit = 60_000): Promise<Probe> => probe("tensorflow", { gpu: null, refresh: false, limit });

test("the processor is driven by wasm where TensorFlow is not installed, which the table says", async () => {
  const devices = await getDevices();
  const cpu = devices.at(-1);
  expect(cpu).toMatchObject({
    name: "cpu",
    driver: null,
    backend: "wasm",
  });
  expect(cpu?.rejected[0]).toEqual({ backend: "tensorflow", reason: MISSING });
  expect(cpu?.memory).toBeGreaterThan(2 ** 28);
  expect(String(devices)).toContain("device");
  expect(inspect(devices.map(({ name }) => name))).toContain("'cpu'");
  const shown = await (devices as unknown as Record<symbol, () => Promise<Record<string, string>>>)[
    Symbol.for("Jupyter.display")
  ]?.();
  expect(shown?.["text/html"]).toContain(`<td style="text-align:left;padding:2px 8px">wasm</td>`);
});

test("what a probe found is asked once, until it is refreshed", async () => {
  await getDevices();
  const [file = ""] = probes();
  const path = join(cache, "litlab/devices", file);
  const known = JSON.parse(readFileSync(path, "utf8")) as Probe;
  expect(known).toMatchObject({ reason: null, usesGpu: false });
  writeFileSync(path, JSON.stringify({ ...known, reason: "as if it had failed" }));
  expect((await getDevices()).at(-1)).toMatchObject({ backend: "cpu" });
  writeFileSync(path, "{"); // cut short
  expect((await getDevices()).at(-1)).toMatchObject({ backend: "wasm" });
  writeFileSync(path, JSON.stringify({ ...known, reason: "as if it had failed" }));
  expect((await getDevices({ refresh: true })).at(-1)).toMatchObject({ backend: "wasm" });
});

test("two processes at once find the same", { timeout: 60_000 }, async () => {
  const found = await Promise.all([litlab("list", "--json"), litlab("list", "--json")]);
  const [one, two] = found.map(({ stdout }) => JSON.parse(stdout));
  expect(one).toEqual(two);
  expect(one.at(-1)).toMatchObject({ name: "cpu", backend: "wasm" });
  expect(probes().filter((name) => name.includes("tmp"))).toEqual([]);
});

test("a rung that crashes, hangs, does not load or says nothing is not taken, and says why", {
  timeout: 60_000,
}, async () => {
  const script = (text: string) => (folder: string) => {
    const path = join(folder, "node_modules/@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    for (const name of ["load_quietly.node", "tfjs_binding.node"]) cpSync(addon(), join(folder, name));
  };
  const begin = Date.now();
  for (const [text, reason, lasts] of [
    ["process.abort();", /^crashed with SIGABRT/, true],
    ["process.kill(process.pid, 'SIGKILL'); for (;;);", /^crashed with SIGKILL/, false],
    ["for (;;);", /^gave no result within 3 s$/, false],
    ["process.exit(0);", /^ended without a result/, true],
    ["throw new Error('made for another Node');", /does not load: made for another Node; remove it/, true],
    ["throw new Error('CUDA_ERROR_OUT_OF_MEMORY');", /does not load: CUDA_ERROR_OUT_OF_MEMORY/, false],
  ] as const) {
    pretend(script(text));
    const limit = text.startsWith("for") ? 3000 : 30_000;
    const found = await probe("tensorflow", { gpu: null, refresh: true, limit });
    expect(found.reason).toMatch(reason);
    expect(Number(found.expires) > begin, text).toBe(!lasts);
    // It is asked again when its time is over, else not.
    pretend(script("throw new Error('another');"));
    expect(await tryTensorflow()).toEqual(found);
    const path = join(cache, "litlab/devices", probes().find((name) => name.startsWith("tensorflow")) ?? "");
    if (!lasts) {
      writeFileSync(path, JSON.stringify({ ...found, expires: begin }));
      expect((await tryTensorflow()).reason).toMatch(/another/);
    }
  }
  pretend((folder) => writeFileSync(join(folder, "load_quietly.node"), "half a download"));
  const broken = await probe("tensorflow", { gpu: null, refresh: true });
  expect(broken.reason).toMatch(/does not load: .*(invalid ELF header|file too short)/);
  const cpu = (await getDevices()).at(-1);
  expect(cpu).toMatchObject({ backend: "wasm" });
  expect(cpu?.rejected[0]?.reason).toBe(broken.reason);
});

test("what a probe found holds where libraries and drivers are looked for in the same places", async () => {
  // Who answers says where: no driver is needed to tell the answers apart.
  const script = join(cache, "before.cjs");
  writeFileSync(script, `console.error(process.env.VK_DRIVER_FILES, process.env.LD_LIBRARY_PATH); process.exit(1);`);
  vi.stubEnv("NODE_OPTIONS", `--require=${script}`);
  const gpu = { index: 0, model: "A GPU", driver: "1" };
  const found = async () => (await probe("webgpu", { gpu, refresh: false })).reason;
  vi.stubEnv("VK_DRIVER_FILES", "/one.json");
  vi.stubEnv("LD_LIBRARY_PATH", "/lib-one");
  expect(await found()).toBe("/one.json /lib-one");
  vi.stubEnv("VK_DRIVER_FILES", "/two.json");
  expect(await found()).toBe("/two.json /lib-one");
  vi.stubEnv("LD_LIBRARY_PATH", "/lib-two");
  expect(await found()).toBe("/two.json /lib-two");
  // What was found before is not forgotten, and what decides nothing changes nothing.
  writeFileSync(script, `console.error("asked again"); process.exit(1);`);
  expect(await found()).toBe("/two.json /lib-two");
  vi.stubEnv("VK_DRIVER_FILES", "/one.json");
  vi.stubEnv("LD_LIBRARY_PATH", "/lib-one");
  vi.stubEnv("TERM", "another");
  expect(await found()).toBe("/one.json /lib-one");
});

/** Any native module of Node. */
function addon(): string {
  const folder = join(import.meta.dirname, "../../node_modules/@oxc-parser");
  const [name = ""] = readdirSync(folder);
  return join(folder, name, readdirSync(join(folder, name)).find((file) => file.endsWith(".node")) ?? "");
}

test("a probe that answers what is no result is not taken, and says what it answered", async () => {
  const script = join(cache, "before.cjs");
  writeFileSync(script, `console.log('{"usesGpu":"perhaps"}'); process.exit(0);`);
  vi.stubEnv("NODE_OPTIONS", `--require=${script}`);
  const reason = 'answered what is no result: {"usesGpu":"perhaps"}';
  expect(await probe("wasm", { gpu: null, refresh: true })).toMatchObject({ reason, usesGpu: false });
  expect(await findAdapters({ refresh: true })).toEqual({ adapters: [], reason, expires: null });
});

test("GPUs are looked for only where one is meant", async () => {
  const seen = join(cache, "seen");
  writeFileSync(seen, "");
  writeFileSync(join(cache, "nvidia-smi"), `#!/bin/sh\necho nvidia-smi >> '${seen}'\n`);
  chmodSync(join(cache, "nvidia-smi"), 0o755);
  const script = join(cache, "before.cjs");
  writeFileSync(script, `require("node:fs").appendFileSync(${JSON.stringify(seen)}, process.argv.join(" ") + "\\n");`);
  vi.stubEnv("NODE_OPTIONS", `--require=${script}`);
  vi.stubEnv("PATH", cache);
  await setDevice("cpu");
  expect(readFileSync(seen, "utf8")).not.toMatch(/nvidia-smi|adapters-main/);
  await findAdapters({ refresh: true });
  await expect(setDevice("gpu0")).rejects.toThrow(/^there is no device "gpu0", expected one of cpu$/);
  expect(readFileSync(seen, "utf8")).toMatch(/nvidia-smi/);
  expect(readFileSync(seen, "utf8")).toMatch(/adapters-main/);
});

test("a rung whose record is broken says so", async () => {
  const older = '{"tensorflow":"2.21.0","binding":"4.22.0","gpu":false,"bytes":1}';
  for (const text of ["{", older, older.replace("}", ',"kernels":0}')]) {
    pretend((folder) => writeFileSync(join(folder, "installed.json"), text));
    const { reason } = await tryTensorflow();
    expect(reason).toMatch(/installed\.json is broken or another Lit Lab's, install TensorFlow again/);
  }
});

test("a wrong number is found", async () => {
  await tf.setBackend("wasm");
  await expect(selfTest("wasm")).resolves.toBeUndefined();
  const own = tf.getKernel("Conv2D", "wasm");
  tf.unregisterKernel("Conv2D", "wasm");
  tf.registerKernel({
    ...own,
    kernelFunc: (call) =>
      tf.getKernel("Relu", "wasm").kernelFunc({ ...call, inputs: { x: own.kernelFunc(call) as tf.TensorInfo } }),
  });
  try {
    await expect(selfTest("wasm")).rejects.toThrow(/^a convolution gives .* where cpu gives /);
  } finally {
    tf.unregisterKernel("Conv2D", "wasm");
    tf.registerKernel(own);
  }
});

test("GPUs are what the driver's program says", async () => {
  const program = join(cache, "nvidia-smi");
  writeFileSync(
    program,
    "#!/bin/sh\necho '0, NVIDIA H100 80GB HBM3, 81559, 550.54.15'\necho '3, Tesla T4, 15360, 550.54.15'\necho 'No devices'\n",
  );
  chmodSync(program, 0o755);
  expect(await findGpus(program)).toEqual({
    gpus: [
      { index: 0, model: "NVIDIA H100 80GB HBM3", memory: 81559 * 2 ** 20, driver: "550.54.15" },
      { index: 3, model: "Tesla T4", memory: 15360 * 2 ** 20, driver: "550.54.15" },
    ],
    expires: null,
  });
  const none = (path: string) => findGpus(path, 500);
  expect(await none(join(cache, "none"))).toEqual({ gpus: [], expires: null });
  writeFileSync(program, "#!/bin/sh\nexit 9\n"); // its driver is not loaded
  expect(await none(program)).toEqual({ gpus: [], expires: null });
  for (const trouble of ["exit 15", "exec sleep 60"]) {
    writeFileSync(program, `#!/bin/sh\n${trouble}\n`);
    expect((await none(program)).expires, trouble).toBeGreaterThan(Date.now());
  }
});

test("of GPUs only those that CUDA_VISIBLE_DEVICES grants are there", async () => {
  const program = join(cache, "nvidia-smi");
  writeFileSync(program, "#!/bin/sh\necho '0, A, 1, 550, GPU-aa11'\necho '1, B, 1, 550, GPU-bb22'\n");
  chmodSync(program, 0o755);
  const granted = async (names: string) => {
    vi.stubEnv("CUDA_VISIBLE_DEVICES", names);
    return (await findGpus(program)).gpus.map(({ model }) => model).join("");
  };
  try {
    expect(await granted("1")).toBe("B");
    expect(await granted("0, 1")).toBe("AB");
    expect(await granted("GPU-bb")).toBe("B");
    expect(await granted("-1")).toBe("");
    expect(await granted("")).toBe("");
  } finally {
    vi.unstubAllEnvs();
  }
});

test("a device that is not there is an error that lists those that are", async () => {
  await expect(setDevice("gpu7")).rejects.toThrow(LitError);
  await expect(setDevice("gpu7")).rejects.toThrow(/^there is no device "gpu7", expected one of .*cpu$/);
  expect((await choosing({ LIT_DEVICE: "tpu0" })).stderr).toContain('there is no device "tpu0"');
});

test("the chosen device computes", async () => {
  expect(await setDevice("cpu")).toMatchObject({ name: "cpu", backend: "wasm" });
  expect(tf.getBackend()).toBe("wasm");
  expect(await choosing({ LIT_DEVICE: "cpu" })).toMatchObject({ stdout: "cpu wasm\n", stderr: "" });
});

test("the device that computes is that of the backend in use, whoever chose it", async () => {
  const chosen = await setDevice("cpu:wasm");
  expect(currentDevice()).toBe(chosen);
  await tf.setBackend("cpu");
  expect(currentDevice()).toEqual({ ...chosen, backend: "cpu" });
  await tf.setBackend("wasm");
  expect(currentDevice()).toBe(chosen);
  tf.registerBackend("mine", () => tf.findBackend("cpu"));
  try {
    await tf.setBackend("mine");
    expect(currentDevice()).toBe(null);
  } finally {
    await tf.setBackend("wasm");
  }
  const { stdout } = await runNode([
    "--input-type=module",
    "-e",
    `import { currentDevice } from "@litlab/sdk"; const before = currentDevice(); await import("@litlab/sdk/tf"); console.log(before, currentDevice());`,
  ]);
  expect(stdout).toBe("null null\n");
});

test("a backend is pinned, or an error says what there is", async () => {
  expect(await choosing({ LIT_DEVICE: "cpu:cpu" })).toMatchObject({ stdout: "cpu cpu\n", stderr: "" });
  expect(await setDevice("cpu:wasm")).toMatchObject({ name: "cpu", backend: "wasm", rejected: [] });
  for (const [name, message] of [
    ["cpu:tensorflow", `nothing computes on cpu:tensorflow: ${MISSING}; there is cpu:wasm, cpu:cpu`],
    [
      "cpu:webgpu",
      "nothing computes on cpu:webgpu: a backend of cpu is one of tensorflow, wasm, cpu; there is cpu:wasm, cpu:cpu",
    ],
    ["cpu:", "nothing computes on cpu:: a backend of cpu is one of tensorflow, wasm, cpu; there is cpu:wasm, cpu:cpu"],
    ["gpu7:webgpu", 'there is no device "gpu7", expected one of cpu'],
  ] as const) {
    const failure = await setDevice(name).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "LitError", code: "NO_DEVICE", message });
  }
});

describe("where no device is chosen", { timeout: 60_000 }, () => {
  const LOOKING =
    /^Looking for the best device.*\ncpu:wasm computes from now on; setDevice or LIT_DEVICE choose another\n$/;

  test("the best one computes, which is looked for once, until something changes", async () => {
    const started = join(cache, "started");
    const script = join(cache, "before.cjs");
    writeFileSync(
      script,
      `require("node:fs").appendFileSync(${JSON.stringify(started)}, process.argv.slice(1).join(" ") + "\\n");`,
    );
    const env = { NODE_OPTIONS: `--require=${script}` };
    vi.stubEnv("LIT_DEVICE", "");
    expect(await expectedDevice()).toBe(null);
    expect(await choosing(env)).toEqual({ code: 0, stdout: "cpu wasm\n", stderr: expect.stringMatching(LOOKING) });
    expect(readFileSync(started, "utf8")).toMatch(/probe-main\.js wasm/);
    expect(await expectedDevice()).toBe("cpu:wasm");
    writeFileSync(started, "");
    expect(await choosing(env)).toEqual({ code: 0, stdout: "cpu wasm\n", stderr: "" });
    expect(readFileSync(started, "utf8")).toBe("\n");
    const changed = { CUDA_VISIBLE_DEVICES: "1" };
    expect((await choosing(changed)).stderr).toMatch(LOOKING);
    expect((await choosing(changed)).stderr).toBe("");
    pretend((folder) => writeFileSync(join(folder, "load_quietly.node"), "half a download"));
    expect((await choosing()).stderr).toMatch(LOOKING);
  });

  test("one that was found while a GPU did not answer is looked for again, when that is over", async () => {
    const env = { PATH: `${cache}:${process.env.PATH}` };
    const program = join(cache, "nvidia-smi");
    const set = (exit: number) => {
      writeFileSync(program, `#!/bin/sh\nexit ${exit}\n`);
      chmodSync(program, 0o755);
    };
    set(15);
    expect((await choosing(env)).stderr).toMatch(LOOKING);
    expect((await choosing(env)).stderr).toBe("");
    const path = join(cache, "litlab/devices", kept().find((name) => name.startsWith("best-")) ?? "");
    const known = JSON.parse(readFileSync(path, "utf8")) as { expires: number };
    expect(known.expires).toBeGreaterThan(Date.now());
    writeFileSync(path, JSON.stringify({ ...known, expires: Date.now() }));
    set(0);
    expect((await choosing(env)).stderr).toMatch(LOOKING);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ expires: null });
    expect((await choosing(env)).stderr).toBe("");
  });

  test("one that computes no more is said, and the next best taken; a broken record is none", async () => {
    await getDevices();
    const path = join(cache, "litlab/devices", kept().find((name) => name.startsWith("best-")) ?? "");
    const known = JSON.parse(readFileSync(path, "utf8")) as { device: object };
    const gone = { ...known.device, name: "gpu0", model: "Nowhere's GPU", backend: "webgpu" };
    writeFileSync(path, JSON.stringify({ ...known, device: gone }));
    const { stdout, stderr } = await choosing();
    expect([stdout, stderr]).toEqual(["cpu wasm\n", expect.stringMatching(/^gpu0:webgpu computes no more: \S/m)]);
    for (const text of ["{", JSON.stringify({ ...known, device: { ...gone, name: 7 } }), '{"machine":null}']) {
      writeFileSync(path, text);
      expect((await choosing()).stderr).toMatch(LOOKING);
      expect((await choosing()).stderr).toBe("");
    }
  });

  const TOLD =
    /^cpu:tensorflow is left alone for a day: process \d+ ended while it opened it\. getDevices\({ refresh: true }\) tries it again$/m;

  test("one that a process does not live through is left alone by those that follow, which is said", async () => {
    const armed = join(cache, "armed");
    pretend((folder) => {
      for (const name of ["load_quietly.node", "tfjs_binding.node"]) cpSync(addon(), join(folder, name));
      const path = join(folder, "node_modules/@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(
        path,
        `if (!process.argv[1]?.includes("probe-main")) require("node:fs").existsSync(${JSON.stringify(armed)}) && process.abort(); throw new Error("no kernels");`,
      );
    });
    const [best] = await getDevices();
    const path = join(cache, "litlab/devices", kept().find((name) => name.startsWith("best-")) ?? "");
    const known = JSON.parse(readFileSync(path, "utf8")) as object;
    // As if its probe had passed.
    const pretended = JSON.stringify({ ...known, device: { ...best, backend: "tensorflow", rejected: [] } });
    writeFileSync(path, pretended);
    vi.stubEnv("LIT_DEVICE", "");
    expect(await expectedDevice()).toBe("cpu:tensorflow");
    writeFileSync(armed, "");
    expect((await choosing()).stdout).toBe("");
    expect(await expectedDevice()).toBe(null);
    // Two that start at once both leave it alone; one may find the mark gone already.
    const both = await Promise.all([choosing(), choosing()]);
    for (const { code, stdout, stderr } of both)
      expect([code, stdout, stderr]).toEqual([
        0,
        "cpu wasm\n",
        expect.stringMatching(/cpu:wasm computes from now on|^$/),
      ]);
    expect(both.map(({ stderr }) => stderr).join("")).toMatch(TOLD);
    expect(await choosing()).toEqual({ code: 0, stdout: "cpu wasm\n", stderr: "" });
    expect((await getDevices()).at(-1)?.rejected[0]).toEqual({
      backend: "tensorflow",
      reason: expect.stringMatching(/^process \d+ ended while it opened it$/),
    });
    expect(kept().filter((name) => name.startsWith("opening-"))).toEqual([]);
    expect((await getDevices({ refresh: true })).at(-1)?.rejected[0]?.reason).toMatch(/no kernels/);
    // One that only fails to open, or ends by itself, is no crash.
    writeFileSync(path, pretended);
    rmSync(armed);
    const { stdout, stderr } = await choosing();
    expect([stdout, stderr]).toEqual([
      "cpu wasm\n",
      expect.stringMatching(/^cpu:tensorflow computes no more: .*no kernels/),
    ]);
    expect(stderr).not.toMatch(TOLD);
  });

  test("a mark is of a process that ended, not of one that is opening a device", async () => {
    const child = await markedBy("for (;;);");
    expect(await findMarks("a machine")).toEqual([]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await findMarks("a machine")).toMatchObject([{ pid: child.pid, device: { name: "cpu", backend: "wasm" } }]);
    expect(await findMarks("another machine")).toEqual([]);
    const leaving = await markedBy("process.exit(0);");
    if (leaving.exitCode === null) await once(leaving, "exit");
    expect(await findMarks("a machine")).toHaveLength(1);
  });

  test("a cache that cannot be written costs the search each time", async () => {
    writeFileSync(join(cache, "file"), "");
    const env = { XDG_CACHE_HOME: join(cache, "file") };
    for (const _ of [1, 2])
      expect(await choosing(env)).toMatchObject({ code: 0, stderr: expect.stringMatching(LOOKING) });
  });

  test("a backend that tf.setBackend chose stays", async () => {
    const { stdout, stderr } = await choosing({}, 'await tf.setBackend("cpu");');
    expect([stdout, stderr]).toEqual(["cpu cpu\n", ""]);
  });
});

test("what cannot be installed says what to do, before anything is written", { timeout: 60_000 }, async () => {
  const fails = async (args: readonly string[], told: RegExp, env: NodeJS.ProcessEnv = {}) => {
    const { code, stderr } = await runNode([LITLAB, "device", ...args], env);
    expect([code, stderr]).toEqual([1, expect.stringMatching(told)]);
  };
  const lock = join(dirname(tensorflowFolder()), "install.lock");
  mkdirSync(dirname(lock), { recursive: true });
  await fails(["install", "torch"], /"torch" cannot be installed, expected tensorflow/);
  await fails(["status"], /TensorFlow is not installed: npx/);
  await fails(["remove", "tensorflow"], /there is nothing at .*, nothing was removed/);
  writeFileSync(lock, String(process.pid));
  await fails(["install", "tensorflow"], new RegExp(`process ${process.pid} is installing TensorFlow: wait`));
  writeFileSync(lock, String(2 ** 22 + 1)); // of a process that was killed
  await fails(["install", "tensorflow"], /no C\+\+ compiler is on the PATH.*apt-get install g\+\+/, {
    CXX: "/nowhere/g++",
  });
  await fails(["install", "tensorflow", "--from", cache], /no TensorFlow is there, expected the site-packages/);
  expect(
    readdirSync(cache, { recursive: true }).filter((name) => /installed|\.node$|\.tmp$/.test(String(name))),
  ).toEqual([]);
});
