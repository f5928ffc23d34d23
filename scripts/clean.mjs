/** `npm run clean`: removes all that the set-up made; homes (.lit) stay. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./steps.mjs";

const folders = ["node_modules", ".venv", ".venv-test", ".cache", "docs/api"];
for (const { name, ...entry } of readdirSync(ROOT, { withFileTypes: true }).map((e) => ({
  name: e.name,
  folder: e.isDirectory(),
})))
  if (entry.folder) folders.push(`${name}/dist`, `${name}/node_modules`);
for (const folder of folders) rmSync(join(ROOT, folder), { recursive: true, force: true });
console.log("Removed packages, builds and caches; homes such as .lit are kept.");
