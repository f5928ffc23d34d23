import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../python.js";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

describe("Binder", () => {
  test("its environment has a Node and a Python that the set-up takes", () => {
    const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
    const environment = read("binder/environment.yml");
    const [node = 0, python = 0] = ["nodejs=", "python=3."].map((name) =>
      Number(environment.split(`- ${name}`)[1]?.split("\n")[0]),
    );
    expect(node).toBeGreaterThan(Number(/>=(\d+)/.exec(engines.node)?.[1]));
    expect(python).toBeGreaterThanOrEqual(10);
  });

  test.each(["postBuild", "start"])("%s is a script that can be run", (name) => {
    const path = join(ROOT, "binder", name);
    expect(statSync(path).mode & 0o111).toBe(0o111);
    expect(read(`binder/${name}`)).toMatch(/^#!\/bin\/bash\n/);
    execFileSync("bash", ["-n", path]);
  });

  test("postBuild runs commands of package.json", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = [...read("binder/postBuild").matchAll(/^npm run (\S+)/gm)].map(([, script = ""]) => script);
    expect(named.length).toBeGreaterThan(0);
    for (const script of named) expect(Object.keys(scripts)).toContain(script);
  });

  test("start runs a command with the set-up's JupyterLab and the demo home", () => {
    const start = (...args: string[]) => {
      const { LIT_HOME: _, ...env } = process.env;
      return execFileSync(join(ROOT, "binder/start"), args, { cwd: ROOT, env, encoding: "utf8" }).trim();
    };
    expect(start("sh", "-c", "command -v jupyter-lab")).toBe(join(ROOT, ".venv/bin/jupyter-lab"));
    expect(statSync(join(start("printenv", "LIT_HOME"), "contoso/catalogue.sqlite")).isFile()).toBe(true);
    expect(start("echo", "a b", "$c")).toBe("a b $c");
  });
});
