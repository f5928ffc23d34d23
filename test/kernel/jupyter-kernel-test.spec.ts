import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ROOT, runPython } from "../python.js";

/** All of jupyter_kernel_test's tests but the pager's (kernel_test.py says why). */
const TESTS = [
  "test_kernel_info",
  "test_execute_stdout",
  "test_execute_stderr",
  "test_completion",
  "test_is_complete",
  "test_error",
  "test_execute_result",
  "test_display_data",
  "test_history",
  "test_inspect",
  "test_clear_output",
  "test_recv_iopub_welcome_msg",
];

const state = mkdtempSync(join(tmpdir(), "litlab-state-"));
let outcomes: Readonly<Record<string, string | null>>;

beforeAll(async () => {
  vi.stubEnv("JUPYTER_PATH", join(ROOT, ".venv/share/jupyter"));
  vi.stubEnv("XDG_STATE_HOME", state);
  outcomes = JSON.parse(await runPython("test/kernel/kernel_test.py"));
}, 300_000);
afterAll(() => rmSync(state, { recursive: true, force: true }));

test("every test runs", () => {
  expect(Object.keys(outcomes).sort()).toEqual([...TESTS].sort());
});

test.each(TESTS)("%s passes", (name) => {
  expect(outcomes[name]).toBeNull();
});
