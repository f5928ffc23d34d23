import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { ROOT, runPython } from "../python.js";

/** The scenarios of protocol.py: the functions of scenarios/, with spaces. */
const SCENARIOS = [
  "messages of a cell",
  "silent",
  "store history",
  "execution counts",
  "user expressions",
  "stop on error",
  "no stop on error",
  "queued cells keep their order",
  "display metadata",
  "update display data",
  "the global object",
  "clear output",
  "answers while a cell is busy",
  "completion",
  "completion replaces the right text",
  "inspection",
  "is complete",
  "history is kept over processes",
  "two kernels in one folder",
  "comms opened by a cell",
  "comms closed by a cell",
  "comms opened by the frontend",
  "comms reach a cell that waits",
  "comms of unknown targets",
  "comm handlers that throw",
  "prompts",
  "prompts refused",
  "prompts interrupted",
  "interrupts a loop that begins",
  "interrupts a loop",
  "interrupts a loop after an await",
  "interrupts a loop in an async function",
  "interrupts a loop in a timer",
  "interrupts a loop in a then",
  "interrupts a pending await that begins",
  "interrupts a pending await",
  "interrupts a last promise",
  "interrupts a loop of awaits",
  "interrupts a loop of immediates",
  "interrupts a loop that catches",
  "interrupts a regular expression",
  "interrupts a long sort",
  "interrupts an atomics wait",
  "interrupts a loop of input and output",
  "interrupts displaying",
  "interrupts printing",
  "interrupts a loop of timers",
  "interrupts a worker thread",
  "interrupts a child process waited for",
  "interrupts a child process that ignores signals",
  "interrupts output that waits",
  "interrupts a spawned child process",
  "interrupts a check of types",
  "interrupts by sigint",
  "interrupt request has a reply",
  "interrupts ten times",
  "interrupt aborts what is queued",
  "a million lines",
  "large displays take no turn",
  "many small writes",
  "output is seen while the cell runs",
  "wrong signatures",
  "malformed contents",
  "malformed frames",
  "heartbeat",
  "a hundred megabytes",
  "process exit",
  "bytes in the workers channel",
  "heap exhaustion",
  "a worker that is killed",
  "types are forgotten with the worker",
  "unhandled rejections",
  "throws in timers",
  "a deleted folder",
  "hostile globals",
  "what json cannot say",
  "code that is nested too deeply",
  "a compiler that is killed",
  "kernel info",
  "welcomes come first",
  "debug requests are unsupported",
  "shutdown",
  "shutdown for a restart",
  "restarts",
  "killed it leaves nothing",
  "terminated it leaves nothing",
];

let outcomes: Readonly<Record<string, string | null>>;

beforeAll(async () => {
  vi.stubEnv("JUPYTER_PATH", join(ROOT, ".venv/share/jupyter"));
  outcomes = JSON.parse(await runPython("test/kernel/protocol.py"));
}, 1_200_000);

test("every scenario runs", () => {
  expect(Object.keys(outcomes).map((name) => name.replaceAll("_", " "))).toEqual(SCENARIOS);
});

test.each(SCENARIOS)("%s", (title) => {
  expect(outcomes[title.replaceAll(" ", "_")]).toBeNull();
});
