import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./python.js";

export const LITLAB = join(ROOT, "cli/bin/litlab.mjs");

/** Makes a demo home with the real command; `remove` deletes it. */
export async function makeDemoHome(): Promise<{ home: string; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "litlab-"));
  const home = join(folder, "home");
  await promisify(execFile)(process.execPath, [LITLAB, "demo", home]);
  return { home, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
