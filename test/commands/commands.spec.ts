import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

  test("no registry", () => {
    const env = {
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_fetch_retries: "0",
      npm_config_cache: checkout,
    };
    const { status, line } = run("setup.mjs", [], env);
    expect(status).toBe(1);
    expect(line).toMatch(/npm ci failed: the package registry cannot be reached\. To fix it: .*npm run setup/);
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

  test("a read-only folder", () => {
    chmodSync(checkout, 0o555);
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { status, line } = run("setup.mjs", [], {}, nobody);
    chmodSync(checkout, 0o755);
    expect(status).toBe(1);
    expect(line).toMatch(/cannot be written \(EACCES\)\. To fix it: /);
  });

  test("another set-up that runs", () => {
    mkdirSync(join(checkout, ".cache"));
    writeFileSync(join(checkout, ".cache", "setup.lock"), String(process.pid));
    expect(run("setup.mjs").line).toContain(`another set-up of this checkout is running (process ${process.pid})`);
  });

  test("unknown options and benchmarks", () => {
    expect(run("lab.mjs", ["--prot", "1"]).line).toContain("--prot");
    expect(run("lab.mjs", ["--port", "70000"]).line).toContain("expected 1 to 65535");
    symlinkSync(join(ROOT, "bench"), join(checkout, "bench"));
    expect(run("bench.mjs", ["nothing"]).line).toContain("there is no benchmark 'nothing', expected one of");
  });
});
