import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { identityOf, type RungName } from "../../sdk/dist/devices/rungs.js";
import { DRIVER, hasSwiftshader, SWIFTSHADER } from "./swiftshader.js";

const RUNGS: readonly RungName[] = ["tensorflow", "webgpu"];
/** Under a minute of CPU time each. */
const LIMIT = 480_000;
/** It asks that time has passed, which its clock may not show. */
const UNSTEADY = /^time cpu \w+ {} simple upload$/;
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

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
      const listed = JSON.parse(readFileSync(here(`upstream-failures-${rung}.json`), "utf8")) as Record<
        string,
        readonly string[]
      >;
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
      const known = new Set(Object.values(listed).flat());
      expect(Object.entries(failed).filter(([name]) => !known.has(name) && !UNSTEADY.test(name))).toEqual([]);
      expect([...known].filter((name) => failed[name] === undefined)).toEqual([]);
      expect(passed).toBeGreaterThan(3900);
    });
}
