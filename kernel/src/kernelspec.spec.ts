import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ROOT } from "../../test/python.js";
import { installKernelspec, KernelspecError, uninstallKernelspec } from "./kernelspec.js";

const FILES = ["kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];
const PYTHON = join(ROOT, ".venv/bin/python");

let prefix: string;
let kernels: string;
let folder: string;
beforeEach(() => {
  prefix = realpathSync(mkdtempSync(join(tmpdir(), "litlab-kernelspec-")));
  kernels = join(prefix, "share/jupyter/kernels");
  folder = join(kernels, "litlab");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(prefix, { recursive: true, force: true });
});

interface Listed {
  readonly resource_dir: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The kernels that the real Jupyter finds below the prefix. */
async function listed(): Promise<Record<string, Listed>> {
  const { stdout } = await promisify(execFile)(join(ROOT, ".venv/bin/jupyter"), ["kernelspec", "list", "--json"], {
    env: { ...process.env, JUPYTER_PATH: join(prefix, "share/jupyter") },
  });
  const found = Object.entries((JSON.parse(stdout) as { kernelspecs: Record<string, Listed> }).kernelspecs);
  return Object.fromEntries(found.filter(([, { resource_dir }]) => resource_dir.startsWith(prefix)));
}

/** The error that a call is refused with: one line, of our own class. */
async function refusal(call: Promise<string>): Promise<string> {
  const error = await call.then(
    (path) => new Error(`it went through: ${path}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KernelspecError);
  const { message } = error as KernelspecError;
  expect(message).not.toContain("\n");
  return message;
}

describe("Jupyter", () => {
  test("finds the kernel that was installed, with this Node, its logos and interrupts by message", async () => {
    expect(await installKernelspec({ prefix })).toBe(folder);
    const { litlab, ...others } = await listed();
    expect(others).toEqual({});
    expect(litlab?.resource_dir).toBe(folder);
    expect(litlab?.spec).toMatchObject({
      argv: [process.execPath, join(ROOT, "kernel/bin/litlab-kernel.mjs"), "{connection_file}"],
      display_name: "TypeScript (Lit Lab)",
      language: "typescript",
      interrupt_mode: "message",
      metadata: { debugger: false },
    });
    expect(readdirSync(folder).sort()).toEqual(FILES);
    for (const size of [32, 64]) {
      const png = readFileSync(join(folder, `logo-${size}x${size}.png`));
      expect([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(["PNG", size, size]);
    }
  });

  test("finds it no more once it was uninstalled, and nothing is left", async () => {
    await installKernelspec({ prefix });
    expect(await uninstallKernelspec({ prefix })).toBe(folder);
    expect(await listed()).toEqual({});
    expect(readdirSync(kernels)).toEqual([]);
    expect(await refusal(uninstallKernelspec({ prefix }))).toContain(`there is no kernelspec at ${folder}`);
  });

  test.each<Record<string, string>>([{}, { XDG_DATA_HOME: "xdg" }, { XDG_DATA_HOME: "xdg", JUPYTER_DATA_DIR: "data" }])(
    "has the same user's data folder with %o",
    async (names) => {
      for (const name of ["XDG_DATA_HOME", "JUPYTER_DATA_DIR"])
        vi.stubEnv(name, names[name] ? join(prefix, names[name]) : undefined);
      vi.stubEnv("HOME", prefix);
      const script = "from jupyter_core.paths import jupyter_data_dir as d; print(d())";
      const data = execFileSync(PYTHON, ["-c", script], { encoding: "utf8" }).trim();
      expect(data.startsWith(prefix)).toBe(true);
      expect(await installKernelspec("user")).toBe(join(data, "kernels/litlab"));
      expect(existsSync(join(data, "kernels/litlab/kernel.json"))).toBe(true);
      await uninstallKernelspec("user");
    },
  );
});

describe("the Python environment", () => {
  const makeVenv = () => execFileSync(PYTHON, ["-m", "venv", "--without-pip", prefix]);

  test("is VIRTUAL_ENV", async () => {
    makeVenv();
    vi.stubEnv("VIRTUAL_ENV", prefix);
    expect(await installKernelspec("sys-prefix")).toBe(folder);
  });

  test("is else that of the Python on the PATH", async () => {
    makeVenv();
    vi.stubEnv("VIRTUAL_ENV", undefined);
    vi.stubEnv("PATH", join(prefix, "bin"));
    expect(await installKernelspec("sys-prefix")).toBe(folder);
  });

  test("is missed when there is none", async () => {
    vi.stubEnv("VIRTUAL_ENV", undefined);
    vi.stubEnv("PATH", prefix);
    expect(await refusal(installKernelspec("sys-prefix"))).toContain("no Python that runs is on the PATH");
    vi.stubEnv("VIRTUAL_ENV", join(prefix, "gone"));
    expect(await refusal(installKernelspec("sys-prefix"))).toContain(`VIRTUAL_ENV is ${join(prefix, "gone")}`);
    expect(readdirSync(prefix)).toEqual([]);
  });
});

describe("what is there already", () => {
  test("is replaced when it is a kernelspec, also by a link", async () => {
    mkdirSync(folder, { recursive: true });
    for (const name of ["kernel.json", "kernel.js"]) writeFileSync(join(folder, name), "{}");
    await installKernelspec({ prefix });
    expect(readdirSync(folder).sort()).toEqual(FILES);

    const target = join(prefix, "target");
    mkdirSync(target);
    writeFileSync(join(target, "kernel.json"), "{}");
    rmSync(folder, { recursive: true });
    symlinkSync(target, folder);
    await installKernelspec({ prefix });
    expect(readdirSync(folder).sort()).toEqual(FILES);
    expect(readdirSync(target)).toEqual(["kernel.json"]);
    expect(readdirSync(kernels)).toEqual(["litlab"]);
  });

  test("is left alone when it is something else", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "thesis.tex"), "");
    for (const act of [installKernelspec, uninstallKernelspec])
      expect(await refusal(act({ prefix }))).toContain(`${folder} holds thesis.tex and no kernel.json`);
    expect(readdirSync(folder)).toEqual(["thesis.tex"]);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    for (const act of [installKernelspec, uninstallKernelspec])
      expect(await refusal(act({ prefix }))).toContain(`${folder} is a file, expected a kernelspec or nothing`);
    expect(readdirSync(kernels)).toEqual(["litlab"]);
  });

  test.each(["share", "share/jupyter/kernels"])("is named when it is a file in the way: %s", async (name) => {
    const file = join(prefix, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "mine");
    expect(await refusal(installKernelspec({ prefix }))).toContain(`${file} is a file, expected a folder on the way`);
    expect(await refusal(uninstallKernelspec({ prefix }))).toContain(folder);
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  test("is not touched when the folder is read-only", async () => {
    await installKernelspec({ prefix });
    chmodSync(prefix, 0o755);
    chmodSync(kernels, 0o555);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65534);
    try {
      for (const act of [installKernelspec, uninstallKernelspec])
        expect(await refusal(act({ prefix }))).toContain(`${folder} cannot be changed (EACCES)`);
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(kernels, 0o755);
    }
    expect(readdirSync(kernels)).toEqual(["litlab"]);
    expect(readdirSync(folder).sort()).toEqual(FILES);
  });
});
