import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ROOT } from "../python.js";

/** A checkout that has only what the commands read before anything is installed. */
let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "litlab-checkout-"));
  const workspaces = ["sdk", "cli", "kernel", "labextension", "test"].map((name) => join(name, "package.json"));
  for (const name of ["scripts", "package.json", "package-lock.json", ".npmrc", "requirements.txt", ...workspaces])
    cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

function run(script: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}, options = {}) {
  const { status, stderr } = spawnSync(process.execPath, [join(checkout, "scripts", script), ...args], {
    cwd: checkout,
    encoding: "utf8",
    env: { ...process.env, ...env },
    ...options,
  });
  const lines = stderr.split("\n").filter((line) => line.startsWith("litlab: "));
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(lines).toHaveLength(1);
  return { status, line: lines[0] ?? "" };
}

/** A folder with programs of ours and no others, for the PATH. */
function programs(scripts: Readonly<Record<string, string>>): string {
  const folder = join(checkout, "bin");
  mkdirSync(folder);
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

const OLD_NODE = new URL("old-node.mjs", import.meta.url).href;

/** An environment in which npm reaches no registry. */
const offline = (cache = checkout) => ({
  npm_config_registry: "http://127.0.0.1:9/",
  npm_config_fetch_retries: "0",
  npm_config_cache: cache,
});

describe("what stops the set-up is told in one line with the command that fixes it", () => {
  test("no Python", () => {
    const { status, line } = run("setup.mjs", [], { PATH: programs({}), PYTHON: "" });
    expect(status).toBe(1);
    expect(line).toMatch(/Python 3\.10 or newer is needed, none is on the PATH\. To fix it: sudo apt-get install/);
  });

  test("an old Python", () => {
    const { status, line } = run("setup.mjs", [], { PATH: programs({ python3: "echo 3.8" }), PYTHON: "" });
    expect(status).toBe(1);
    expect(line).toContain("python3 is 3.8");
  });

  test("no venv module", () => {
    const python = 'case "$2" in *venv*) exit 1;; *) echo 3.11;; esac';
    const { status, line } = run("setup.mjs", [], { PATH: programs({ python3: python }), PYTHON: "" });
    expect(status).toBe(1);
    expect(line).toContain("has no venv module. To fix it: sudo apt-get install python3.11-venv");
  });

  test.each(["setup", "lab", "test", "bench", "licenses"])("an old Node, which has no parseArgs: %s", (script) => {
    const { status, line } = run(`${script}.mjs`, ["bars"], { NODE_OPTIONS: `--import=${OLD_NODE}` });
    expect(status).toBe(1);
    expect(line).toBe("litlab: Node 18.2.0 is too old, 20.19 or newer is needed. To fix it: nvm install 22");
  });

  test.each(["notice", "silent"])("no registry, npm's log level %s", (loglevel) => {
    const { status, line } = run("setup.mjs", [], { ...offline(), npm_config_loglevel: loglevel });
    expect(status).toBe(1);
    expect(line).toMatch(/npm ci failed: the package registry cannot be reached\. To fix it: .*npm run setup/);
  });

  test.each([
    [
      "code ENOTEMPTY\nnpm error syscall rmdir\nnpm error path /x\nnpm error errno -39\nnpm error ENOTEMPTY: directory not empty, rmdir '/x'",
      "ENOTEMPTY: directory not empty, rmdir '/x'",
    ],
    ["code ETARGET\nnpm error notarget No matching version", "ETARGET notarget No matching version"],
    ["code EUSAGE\nnpm error\nnpm error `npm ci` can only install", "EUSAGE `npm ci` can only install"],
  ])("what npm says: %j", (said, told) => {
    const npm = `cat <<'END'\nnpm error ${said}\nnpm error A complete log of this run can be found in: /log\nEND\nexit 1`;
    const { line } = run("setup.mjs", [], { PATH: `${programs({ npm })}:${process.env.PATH}` });
    expect(line).toBe(
      `litlab: npm ci failed: ${told} (all of it in .cache/npm.log). To fix it: mend that, then npm run setup`,
    );
  });

  test("a taken port", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const { status, line } = run("lab.mjs", ["--port", String(port)]);
    server.close();
    expect(status).toBe(1);
    expect(line).toMatch(new RegExp(`port ${port} is taken\\. To fix it: npm run lab -- --port \\d+$`));
  });

  test("a read-only folder; the command gives one that works", () => {
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const HOME = mkdtempSync(join(tmpdir(), "litlab-home-"));
    chmodSync(HOME, 0o777);
    spawnSync("chmod", ["-R", "a-w,a+rX", checkout]);
    try {
      const { status, line } = run("setup.mjs", [], {}, nobody);
      expect(status).toBe(1);
      const [, fix = ""] = /cannot be written \(EACCES\)\. To fix it: (.*)/.exec(line) ?? [];
      const script = `umask 022; ${fix} && exec "$0" scripts/setup.mjs`;
      const env = { ...process.env, ...offline(HOME), HOME };
      const { stderr } = spawnSync("sh", ["-c", script, process.execPath], { env, encoding: "utf8", ...nobody });
      expect(stderr).toContain("npm ci failed: the package registry cannot be reached");
    } finally {
      spawnSync("chmod", ["-R", "u+w", checkout, HOME]);
      rmSync(HOME, { recursive: true });
    }
  });

  test("another set-up that runs", () => {
    mkdirSync(join(checkout, ".cache"));
    writeFileSync(join(checkout, ".cache", "setup.lock"), String(process.pid));
    expect(run("setup.mjs").line).toContain(`another set-up of this checkout is running (process ${process.pid})`);
  });

  /** A set-up whose `npm ci` lasts until there is a file `go`, and the npm's process. */
  async function longSetup() {
    const npm = `while [ ! -e '${checkout}/go' ]; do sleep 0.1; done; exit 1`;
    const env = { ...process.env, PATH: `${programs({ npm })}:${process.env.PATH}` };
    const start = () => spawn(process.execPath, [join(checkout, "scripts/setup.mjs")], { cwd: checkout, env });
    const child = start();
    const lock = join(checkout, ".cache/setup.lock");
    const program = () => Number(existsSync(lock) && readFileSync(lock, "utf8").split(" ")[1]);
    await expect.poll(program).toBeGreaterThan(0);
    return { child, start, npm: program() };
  }

  test("a set-up that was killed: the next one waits for the npm that it left", async () => {
    const { child, start, npm } = await longSetup();
    child.kill("SIGKILL");
    await once(child, "exit");
    const next = start();
    let said = "";
    next.stderr.on("data", (text) => {
      said += text;
    });
    await expect.poll(() => said).toContain(`Wait for what a killed set-up left running (process ${npm})`);
    expect(said).not.toContain("npm packages");
    writeFileSync(join(checkout, "go"), "");
    await once(next, "close");
    expect(said).toMatch(/Wait .*\n.* s\s+Install the npm packages .*litlab: npm ci failed/s);
  });

  test.each(["SIGTERM", "SIGHUP"] as const)("%s ends the set-up and its npm", async (signal) => {
    const { child, npm } = await longSetup();
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([1, null]);
    expect(() => process.kill(npm, 0)).toThrow("ESRCH");
    expect(existsSync(join(checkout, ".cache/setup.lock"))).toBe(false);
  });

  test("unknown options and benchmarks", () => {
    expect(run("lab.mjs", ["--port", "--no-browser"]).line).toBe(
      "litlab: Option '--port' argument is ambiguous. To fix it: npm run lab -- [--no-browser] [--port N] [--home DIR] [-- JUPYTERLAB OPTIONS]",
    );
    expect(run("lab.mjs", ["--prot", "1"]).line).toContain("--prot");
    expect(run("lab.mjs", ["--port", "70000"]).line).toContain("expected 1 to 65535");
    symlinkSync(join(ROOT, "bench"), join(checkout, "bench"));
    expect(run("bench.mjs", ["nothing"]).line).toContain("there is no benchmark 'nothing', expected one of");
  });
});
