/**
 * `npm run licenses`: writes THIRD-PARTY-LICENSES, the licences of every npm package that the product runs on, and
 * refuses a licence that is not on the allow-list; Python packages carry theirs with them and are named. `--check`
 * compares instead of writing.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, main, ROOT } from "./steps.mjs";

const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Unlicense",
]);
/** Licences that the lock file cannot say, read by a person. */
const READ = {
  h5wasm: "BSD-3-Clause", // NIST's public-domain notice and HDF5's BSD licence, both in its LICENSE.txt
};
/** Packages with a licence beside the list, each for a reason. */
const TAKEN = {
  zeromq: "MIT AND MPL-2.0", // libzmq inside is unmodified, its source is at github.com/zeromq/libzmq
  elkjs: "EPL-2.0 OR GPL-3.0-or-later", // taken under EPL-2.0: unmodified, a chunk of its own that the page loads when a graph is laid out; source at github.com/kieler/elkjs
};
const FILE = "THIRD-PARTY-LICENSES";

const isAllowed = (expression) =>
  expression
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((id) => ALLOWED.has(id)));

function licenseText(folder) {
  if (!existsSync(folder)) return "";
  const files = readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
    .sort();
  return files.map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r", "").trim()).join("\n\n");
}

await main(() => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const parts = ["Lit Lab runs on the packages below. Made by `npm run licenses`."];
  const refused = [];
  for (const [path, { dev, devOptional, link, version, license, os, cpu }] of Object.entries(packages).sort(
    ([a], [b]) => (a < b ? -1 : 1),
  )) {
    if (!path.includes("node_modules/") || dev || devOptional || link) continue;
    const name = path.slice(path.lastIndexOf("node_modules/") + 13);
    const found = READ[name] ?? license ?? "none";
    if (!isAllowed(found) && TAKEN[name] !== found) refused.push(`${name} ${version}: ${found}`);
    const text = os || cpu ? "" : licenseText(join(ROOT, path)); // a platform's binary may not be installed here
    parts.push(`${"=".repeat(100)}\n${name} ${version} (${found})\n${text && `\n${text}`}`.trim());
  }
  const python = readFileSync(join(ROOT, "requirements.txt"), "utf8").match(/^[a-z0-9][^\n]*/gm);
  parts.push(
    `${"=".repeat(100)}\nJupyterLab and the Python packages below it, from PyPI; pip puts each one's licence into\n.venv/lib/python*/site-packages/*.dist-info\n\n${python.join("\n")}`,
  );
  if (refused.length > 0)
    throw new Failure(`licences that are not on the allow-list: ${refused.join(", ")}`, "take another package");
  const content = `${parts.join("\n\n")}\n`;
  const file = join(ROOT, FILE);
  if (!process.argv.includes("--check")) writeFileSync(file, content);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== content)
    throw new Failure(`${FILE} is out of date`, "npm run licenses");
});
