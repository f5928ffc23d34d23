import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT } from "./python.js";

test('import "@litlab/sdk" loads none of the heavy packages', async () => {
  const code = `import { createRequire } from "node:module";
await import("@litlab/sdk");
const { cache } = createRequire(process.cwd() + "/");
console.log(JSON.stringify(Object.keys(cache).filter((path) => path.includes("node_modules"))));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], { cwd: ROOT });
  expect(JSON.parse(stdout)).toEqual([]);
});
