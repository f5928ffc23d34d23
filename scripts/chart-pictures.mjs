/**
 * Makes the pictures of docs/charts.md: runs its examples, each of which ends in what the picture below it shows.
 * Usage: chart-pictures.mjs [--check]    (says which are not as they were made; LEAN_DATA, else ../shared/data/lean)
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const LEAN = resolve(process.env.LEAN_DATA || join(ROOT, "../shared/data/lean"));
const SDK = process.env.LITLAB_SDK ?? "@litlab/sdk";
const isCheck = process.argv.includes("--check");

const text = readFileSync(join(ROOT, "docs/charts.md"), "utf8");
const code = [...text.matchAll(/^```ts\n([\s\S]*?)^```\n\n(?:!\[.*\]\(charts\/(.*)\.svg\))?/gm)].map(
  ([, block, name]) => {
    if (!name) return block;
    const at = block.trimEnd().lastIndexOf("\n\n") + 2;
    return `${block.slice(0, at)}await picture("${name}", (${block.slice(at).trim().replace(/;$/, "")}));\n`;
  },
);

let differ = 0;
async function picture(name, value) {
  const path = join(ROOT, "docs/charts", `${name}.svg`);
  const svg = `${(await value[Symbol.for("Jupyter.display")]())["image/svg+xml"]}\n`;
  if (!isCheck) {
    mkdirSync(join(ROOT, "docs/charts"), { recursive: true });
    writeFileSync(path, svg);
    console.log(`${path}: ${svg.length} bytes`);
  } else if (readFileSync(path, "utf8") !== svg) {
    differ++;
    console.error(`${path} is not what docs/charts.md makes`);
  }
}

const body = code
  .join("\n")
  .replace(/^import (\{.*\}) from .*$/m, `const $1 = sdk;`)
  .replace('"data/lean"', JSON.stringify(LEAN));
const AsyncFunction = (async () => {}).constructor;
await new AsyncFunction("sdk", "picture", body)(await import(SDK), picture);
process.exitCode = differ > 0 ? 1 : 0;
