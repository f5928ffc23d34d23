/** Parses what stands in standard input on half of the main thread's stack; its overflow ends the process. */
import { readFileSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";

const STACK_MB = 4;

if (isMainThread)
  new Worker(new URL(import.meta.url), {
    workerData: readFileSync(0, "utf8"),
    resourceLimits: { stackSizeMb: STACK_MB },
  });
else {
  const { parseSync } = await import("oxc-parser");
  parseSync("cell.ts", workerData as string, { lang: "ts", sourceType: "module" });
}
