/** `npm run wheel [-- FOLDER]`: the JupyterLab extension as a wheel, default into labextension/dist/. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure, fail, main, makeCache, ROOT, runLogged } from "./steps.mjs";

const EXTENSION = join(ROOT, "labextension");
const DIST = join(EXTENSION, "dist");

/** The licences of what is bundled, out of the bundler's report. */
function thirdPartyLicenses() {
  const report = join(DIST, "labextension/static/third-party-licenses.json");
  const { packages } = JSON.parse(readFileSync(report, "utf8"));
  const others = packages.filter(({ name }) => !name.startsWith("@litlab/"));
  const parts = others.map(({ name, versionInfo, licenseId, extractedText }) => {
    const title = `${name} ${versionInfo} (${licenseId})`;
    if (!licenseId || !extractedText.trim())
      throw new Failure(`the extension bundles ${title}, whose licence is not in its package`, "take another package");
    return `${"=".repeat(100)}\n${title}\n\n${extractedText.replaceAll("\r", "").trim()}\n`;
  });
  return ["The extension holds the packages below.\n", ...parts].join("\n");
}

/**
 * Compiles, bundles and packs the extension with the Python of .venv, which has hatchling. Needs no network.
 * @returns the wheel's path
 */
export async function makeWheel(folder = DIST) {
  const run = async (what, program, args, options) => {
    const result = await runLogged("extension", program, args, options);
    if (result.code !== 0) fail(what, result, "npm run setup");
  };
  const builder = [join(ROOT, "node_modules/@jupyter/builder/lib/build-labextension.js"), "--core-package-file"];
  const core = join(ROOT, "node_modules/@jupyterlab/core-meta/core.package.json");
  await run("The extension's build", process.execPath, ["node_modules/typescript/bin/tsc", "--build", "labextension"]);
  // The builder's licence plugin takes a folder with a package.json, where it runs, for the package of what the page shares.
  const bundling = [...builder, core, EXTENSION];
  await run("The extension's bundling", process.execPath, bundling, { cwd: join(EXTENSION, "src") });
  copyFileSync(join(ROOT, "LICENSE"), join(DIST, "LICENSE"));
  writeFileSync(join(DIST, "THIRD-PARTY-LICENSES"), thirdPartyLicenses());
  const pip = ["-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--no-index", "--no-build-isolation"];
  await run("The extension's wheel", join(ROOT, ".venv/bin/python"), [...pip, "--wheel-dir", folder, "./labextension"]);
  const { version } = JSON.parse(readFileSync(join(EXTENSION, "package.json"), "utf8"));
  return join(folder, `litlab_labextension-${version}-py3-none-any.whl`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    if (!existsSync(join(ROOT, ".venv/bin/python")))
      throw new Failure("there is no .venv to build with", "npm run setup");
    makeCache();
    const folder = process.argv[2] && resolve(process.env.INIT_CWD ?? process.cwd(), process.argv[2]);
    console.log(await makeWheel(folder));
  });
}
