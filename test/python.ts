import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's root folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a Python script (a path that ends in .py, or code) of the tests' oracles; resolves to its standard output. */
export function runPython(script: string, args: readonly string[] = [], stdin = ""): Promise<string> {
  const program = script.endsWith(".py") ? [script] : ["-c", script];
  return new Promise((resolve, reject) => {
    const child = execFile(
      join(ROOT, ".venv-test/bin/python"),
      [...program, ...args],
      { cwd: ROOT, maxBuffer: 2 ** 30, env: { ...process.env, KERAS_BACKEND: "jax" } },
      (error, stdout, stderr) => (error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout)),
    );
    // A program may end before it has read everything: its exit code says whether that is right.
    child.stdin?.on("error", () => undefined).end(stdin);
  });
}
