import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LITLAB } from "./demo-home.js";
import { ROOT } from "./python.js";

interface Manifest {
  readonly version: string;
  readonly workspaces: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const read = (folder: string): Manifest => JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));

test("every package is of one version, takes the others in that one, and the command says it", () => {
  const { version, workspaces } = read(".");
  for (const folder of [".", ...workspaces]) {
    const manifest = read(folder);
    expect(manifest.version, folder).toBe(version);
    for (const [name, taken] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      if (name.startsWith("@litlab/")) expect(taken, `${folder} takes ${name}`).toBe(version);
  }
  expect(execFileSync(process.execPath, [LITLAB, "--version"], { encoding: "utf8" }).trim()).toBe(version);
});
