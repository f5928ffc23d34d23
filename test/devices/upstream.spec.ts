import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { identityOf, RUNGS } from "../../sdk/dist/devices/rungs.js";
import { DRIVER, hasSwiftshader, SWIFTSHADER } from "./swiftshader.js";

/** Under a minute of CPU time each. */
const LIMIT = 480_000;
/** It asks that time has passed, which its clock may not show. */
const UNSTEADY = /^time cpu \w+ {} simple upload$/;
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** What fails, by reason: on every rung, and besides on one. A rung's name in a test's is a *. */
const FAILURES = JSON.parse(readFileSync(here("upstream-failures.json"), "utf8")) as Readonly<
  Record<string, Readonly<Record<string, readonly string[]>>>
>;

for (const rung of RUNGS) {
  const missing =
    rung === "webgpu" && !hasSwiftshader
      ? `${DRIVER} is missing`
      : await identityOf(rung).then(
          () => null,
          (error: Error) => error.message,
        );

  if (missing !== null)
    test(`${rung} is not installed, which is said here`, () => {
      console.log(missing);
      expect(missing).toMatch(/litlab device install|npm install|is missing/);
    });
  else
    test(`upstream's tests pass on ${rung} but for those that are listed`, { timeout: LIMIT + 10_000 }, async () => {
      const child = promisify(execFile)(process.execPath, [here("run-upstream.mjs"), rung], {
        timeout: LIMIT,
        env: { ...process.env, ...(rung === "webgpu" && SWIFTSHADER) },
        killSignal: "SIGKILL",
        maxBuffer: 2 ** 26,
      });
      child.child.stderr?.pipe(process.stderr);
      const { stdout } = await child;
      const { passed, failed } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
        readonly passed: number;
        readonly failed: Readonly<Record<string, string>>;
      };
      const known = new Set(
        [FAILURES.every, FAILURES[rung]]
          .flatMap((reasons) => Object.values(reasons ?? {}).flat())
          .map((name) => name.replace(" * {}", ` ${rung} {}`)),
      );
      expect(Object.entries(failed).filter(([name]) => !known.has(name) && !UNSTEADY.test(name))).toEqual([]);
      expect([...known].filter((name) => failed[name] === undefined)).toEqual([]);
      expect(passed).toBeGreaterThan(3900);
    });
}
