import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { REQUESTS } from "../protocol/requests.js";
import { History } from "./history.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "litlab-"));
  path = join(folder, "litlab/kernel-history.ndjson");
  vi.stubEnv("XDG_STATE_HOME", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const find = (history: History, request: object) =>
  history.find(REQUESTS.history_request.parse(request)).map(([, line, code]) => [line, code]);

test("finds by tail, range, search and session; an entry cut off by a killed kernel costs only itself", () => {
  const earlier = new History();
  for (const [line, code] of ["let a = 1", "a + 1", "a + 1", "// c*"].entries()) earlier.add(line + 1, code);
  earlier.write();
  appendFileSync(path, '[123, 4, "half an ent');
  appendFileSync(path, '\n["x", 1, "y"]\n{}\n');
  vi.setSystemTime(Date.now() + 1000);
  const history = new History();
  vi.useRealTimers();
  history.add(1, "own");
  expect(find(history, { hist_access_type: "tail", n: 2 })).toEqual([
    [4, "// c*"],
    [1, "own"],
  ]);
  expect(find(history, { hist_access_type: "tail", n: 0 })).toEqual([]);
  expect(find(history, { hist_access_type: "range" })).toEqual([[1, "own"]]);
  expect(find(history, { hist_access_type: "range", session: -1, start: 2, stop: 4 })).toEqual([
    [2, "a + 1"],
    [3, "a + 1"],
  ]);
  expect(find(history, { hist_access_type: "search", pattern: "a +*" })).toHaveLength(2);
  expect(find(history, { hist_access_type: "search", pattern: "a +*", unique: true })).toHaveLength(1);
  expect(find(history, { hist_access_type: "search", pattern: "// c?" })).toEqual([[4, "// c*"]]);
  const [entry] = history.find(REQUESTS.history_request.parse({ hist_access_type: "range", output: true }));
  expect(entry?.[2]).toEqual(["own", null]);
});

test("kernels that write at once lose nothing, and only the user can read it", async () => {
  const code = `
    const { History } = await import(process.argv[1]);
    const history = new History();
    for (let i = 0; i < 200; i++) {
      history.add(i, process.argv[2] + "x".repeat(500));
      history.write();
    }`;
  const script = new URL("../../dist/front/history.js", import.meta.url).href;
  const run = (name: string) =>
    promisify(execFile)(process.execPath, ["--input-type=module", "-e", code, script, name]);
  await Promise.all(["a", "b", "c"].map(run));
  const lines = readFileSync(path, "utf8").trim().split("\n");
  expect(
    lines
      .map((line) => JSON.parse(line)[2][0])
      .sort()
      .join(""),
  ).toBe("a".repeat(200) + "b".repeat(200) + "c".repeat(200));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("keeps the newer half when the file is large", () => {
  const history = new History();
  for (let i = 0; i < 50; i++) history.add(i, String(i).padEnd(100_000, "x"));
  history.write();
  expect(statSync(path).size).toBeLessThan(4 * 2 ** 20);
  const last = readFileSync(path, "utf8").trim().split("\n").at(-1) as string;
  expect(JSON.parse(last)[1]).toBe(49);
});

test("a folder that cannot be written keeps the session's own entries", () => {
  vi.stubEnv("XDG_STATE_HOME", "/dev/null/none");
  const history = new History();
  history.add(1, "a");
  expect(find(history, { hist_access_type: "tail", n: 5 })).toEqual([[1, "a"]]);
});
