import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LITLAB } from "../../../test/demo-home.js";

const FILES = ["kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];

let prefix: string;
let kernels: string;
let folder: string;
beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), "litlab-kernel-"));
  kernels = join(prefix, "share/jupyter/kernels");
  folder = join(kernels, "litlab");
});
afterEach(() => rmSync(prefix, { recursive: true, force: true }));

interface End {
  readonly code: number | null;
  readonly signal?: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `litlab kernel`: how it ended and what it printed. */
async function kernel(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<End> {
  try {
    const options = { env: { ...process.env, ...env } };
    return { code: 0, ...(await promisify(execFile)(process.execPath, [LITLAB, "kernel", ...args], options)) };
  } catch (error) {
    return error as End;
  }
}

describe("litlab kernel", () => {
  test("installs and uninstalls, and says where", async () => {
    expect(await kernel(["install", "--prefix", prefix])).toMatchObject({
      code: 0,
      stdout: `Jupyter offers TypeScript (Lit Lab): ${folder}\n`,
      stderr: "",
    });
    expect(readdirSync(folder).sort()).toEqual(FILES);
    expect(await kernel(["uninstall", "--prefix", prefix])).toMatchObject({ code: 0, stdout: `Removed: ${folder}\n` });
    expect(readdirSync(kernels)).toEqual([]);
    const again = await kernel(["uninstall", "--prefix", prefix]);
    expect([again.code, again.stderr]).toEqual([
      1,
      `litlab: there is no kernelspec at ${folder}, nothing was removed: 'jupyter kernelspec list' says where there is one\n`,
    ]);
  });

  test("takes the user's Jupyter when nothing else is said, and an environment's", async () => {
    const data = join(prefix, "share/jupyter");
    for (const options of [[], ["--user"]]) {
      expect(await kernel(["install", ...options], { JUPYTER_DATA_DIR: data })).toMatchObject({ code: 0 });
      expect(await kernel(["uninstall", "--sys-prefix"], { VIRTUAL_ENV: prefix })).toMatchObject({
        stdout: `Removed: ${folder}\n`,
      });
    }
  });

  test.each([
    ["an option that is not known", ["install", "--sysprefix"], "unknown option '--sysprefix'"],
    ["two places", ["install", "--user", "--sys-prefix"], "cannot be used with"],
    ["two other places", ["uninstall", "--prefix", ".", "--sys-prefix"], "cannot be used with"],
    ["a prefix that is empty", ["install", "--prefix", ""], "expected a folder"],
    ["a name", ["install", "other"], "too many arguments"],
    ["another verb", ["remove"], "unknown command 'remove'"],
  ])("refuses %s", async (_, args, message) => {
    const { code, stderr } = await kernel(args, { JUPYTER_DATA_DIR: prefix, VIRTUAL_ENV: prefix });
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(readdirSync(prefix)).toEqual([]);
  });

  test("many at once all end well", async () => {
    const installs = () => Array.from({ length: 4 }, () => kernel(["install", "--prefix", prefix]));
    for (const ends of [await Promise.all(installs()), await Promise.all(installs())])
      expect(ends.map(({ code, stderr }) => (code === 0 ? "" : stderr))).toEqual(["", "", "", ""]);
    expect(readdirSync(kernels)).toEqual(["litlab"]);
    expect(readdirSync(folder).sort()).toEqual(FILES);
  });

  test("one that is killed leaves a whole kernelspec or none, wherever it was, and the next run clears up", async () => {
    const killedAt = async (n: number) => {
      const script = `
        import fs from "node:fs/promises";
        import { syncBuiltinESMExports } from "node:module";
        let left = ${n};
        for (const name of ["mkdir", "mkdtemp", "writeFile", "rename", "rm"]) {
          const call = fs[name];
          fs[name] = (...args) => {
            if (left-- === 0) process.kill(process.pid, "SIGKILL");
            return call(...args);
          };
        }
        syncBuiltinESMExports();`;
      const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
      return (await kernel(["install", "--prefix", prefix], env)).signal === "SIGKILL";
    };
    const kernelsSeen = () =>
      existsSync(kernels) ? readdirSync(kernels).filter((name) => existsSync(join(kernels, name, "kernel.json"))) : [];
    for (const replaces of [false, true]) {
      let n = 0;
      const seen = new Set<number>();
      for (; ; n++) {
        rmSync(join(prefix, "share"), { recursive: true, force: true });
        if (replaces) await kernel(["install", "--prefix", prefix]);
        if (!(await killedAt(n))) break;
        seen.add(kernelsSeen().length);
        if (existsSync(folder)) {
          expect(readdirSync(folder).sort()).toEqual(FILES);
          expect(JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"))).toMatchObject({
            language: "typescript",
          });
        }
        expect(kernelsSeen().filter((name) => name !== "litlab")).toEqual([]);
        expect(await kernel(["install", "--prefix", prefix])).toMatchObject({ code: 0 });
        expect(readdirSync(kernels)).toEqual(["litlab"]);
      }
      expect([...seen].sort()).toEqual([0, 1]);
      expect(n).toBeGreaterThan(FILES.length);
    }
  });
});
