import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT } from "../../test/python.js";

test("a kernel that only cpu has, and cpu itself, print nothing of their own", async () => {
  const code = `const tf = await import("@litlab/sdk/tf");
await tf.ready();
await tf.multinomial(tf.tensor1d([0.5, 0.5]), 3).data();
await tf.setBackend("cpu");
await tf.square(tf.tensor1d([1])).data();`;
  const ended = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], { cwd: ROOT });
  expect(ended).toEqual({ stdout: "", stderr: "" });
});
