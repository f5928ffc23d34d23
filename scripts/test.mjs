/** `npm test`: the set-up, then every check and test; the closing line counts the tests. Arguments go to vitest. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { makeVenv, setup } from "./setup.mjs";
import { CACHE, Failure, main, runLogged, runShown, step } from "./steps.mjs";

function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) =>
    folders.map((path) => join(path, name)),
  );
  const found = [process.env.CHROMIUM, ...names].find((path) => path && existsSync(path));
  if (found) return found;
  throw new Failure(
    "the browser tests need Chromium, none is on the PATH",
    "sudo apt-get install chromium (or set CHROMIUM to its path)",
  );
}

async function check(what, log, args) {
  await step(what, async () => {
    const { code, output, file } = await runLogged(log, process.execPath, args);
    if (code === 0) return;
    console.log(`\n${output}`);
    throw new Failure(`${what} failed (all of it in ${file})`);
  });
}

await main(async () => {
  const python = await setup();
  const CHROMIUM = findChromium();
  await makeVenv(".venv-test", "test/requirements.txt", "Install the tests' oracles into .venv-test", python);
  await check("Check the types", "types", ["node_modules/typescript/bin/tsc", "--build"]);
  await check("Lint", "lint", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]);
  await check("Check the WebAssembly", "wasm", ["scripts/wasm.mjs", "--check"]);
  await check("Check the canvas' schema", "schema", ["scripts/schema.mjs", "--check"]);
  await check("Build the API docs", "docs", ["node_modules/typedoc/bin/typedoc"]);
  await check("Check the licences", "licenses", ["scripts/licenses.mjs", "--check"]);
  const report = join(CACHE, "vitest.json");
  rmSync(report, { force: true });
  const vitest = [
    join("node_modules", "vitest", "vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  const code = await runShown(process.execPath, [...vitest, ...process.argv.slice(2)], {
    env: { ...process.env, CHROMIUM },
  });
  if (!existsSync(report)) throw new Failure(`vitest ended with code ${code} and without a report`);
  const { numPassedTests, numTotalTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
  const notLoaded = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = numTotalTests - numPassedTests + notLoaded.length;
  console.log(`${numPassedTests} passed, ${failed} failed`);
  return code !== 0 || failed > 0 || numPassedTests === 0 ? 1 : 0;
});
