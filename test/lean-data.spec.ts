import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./python.js";

test("without LEAN's data its tests are not skipped but missing, and the output says where it was looked for", () => {
  const vitest = [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--reporter=default"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...vitest, "sdk/src/bars/sources/lean-adapter.spec.ts"],
    {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, LEAN_DATA: "/nowhere" },
    },
  );
  expect(status).toBe(0);
  expect(stdout).not.toContain("skipped");
  expect(stderr).toContain("No LEAN sample data in /nowhere (LEAN_DATA, else ../shared/data/lean)");
});
