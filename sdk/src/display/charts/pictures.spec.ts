import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { withLeanData } from "../../../../test/lean-data.js";
import { ROOT } from "../../../../test/python.js";

withLeanData((folder) => {
  test("the examples of docs/charts.md run, and their pictures are those beside it", { timeout: 120_000 }, async () => {
    const script = join(ROOT, "scripts/chart-pictures.mjs");
    const env = { ...process.env, LEAN_DATA: folder };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, "--check"], { env });
    expect([stdout, stderr]).toEqual(["", ""]);
  });
});
