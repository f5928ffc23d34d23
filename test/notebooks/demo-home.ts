import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../python.js";

/** Makes a demo home with the real command; `remove` deletes it. */
export async function makeDemoHome(): Promise<{ home: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "litlab-"));
  const home = join(folder, "home");
  await promisify(execFile)(process.execPath, [join(ROOT, "cli/bin/litlab.mjs"), "demo", home]);
  return { home, remove: () => rm(folder, { recursive: true, force: true }) };
}
