import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { ROOT } from "../python.js";

/** What a page would load. */
async function bundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: `${ROOT}/test` },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
  });
  return outputFiles[0]?.text ?? "";
}

describe("@litlab/sdk/canvas-core in a page", () => {
  test("needs neither Node's modules nor eval, and stays small", async () => {
    const code = await bundle(`
      import { parseCanvas, shapesOf, writeCanvas } from "@litlab/sdk/canvas-core";
      const nodes = [{ id: "a", type: "input", settings: { features: ["per_min"] } }, { id: "d", type: "dense", settings: {} }];
      const text = writeCanvas({ version: 1, nodes, edges: [{ from: "a", to: "d" }] });
      console.log(JSON.stringify([...shapesOf(parseCanvas(text))]));
      try { parseCanvas('{"version":1,"nodes":[{"id":"a","type":"dense","settings":{"units":0}}],"edges":[]}') } catch (error) { console.log(error.message) }`);
    expect(code).not.toMatch(/node:|require\(/);
    expect(gzipSync(code).length).toBeLessThan(20_000);
    const run = promisify(execFile)(process.execPath, [
      "--disallow-code-generation-from-strings",
      "--input-type=module",
      "-e",
      code,
    ]);
    expect((await run).stdout.trim().split("\n")).toEqual([
      '[["a",{"shape":[4]}],["d",{"shape":[32]}]]',
      'the canvas: the node "a": settings.units is 0, expected >= 1',
    ]);
  });
});
