/** Loading `.keras` files, against keras.saving.load_model: 100 MB of weights, MobileNetV2, a Functional of 200 layers. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bench } from "./harness.mjs";

const MODELS = { weights: "100 MB of weights", mobile_net: "MobileNetV2", functional: "200 layers" };
const ENGINES = {
  "lit lab": [process.execPath, "bench/peers/load-keras.mjs"],
  keras: [".venv-test/bin/python", "bench/peers/keras_loading.py"],
};

/** A process that answers line by line. */
async function start(engine, folder) {
  const [command, script] = ENGINES[engine];
  const child = spawn(command, [script, folder], { stdio: ["pipe", "pipe", "ignore"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await answers.next()).value);
  await answer();
  return {
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      return await answer();
    },
    end: () => child.kill(),
  };
}

const folder = mkdtempSync(join(tmpdir(), "litlab-bench-"));
try {
  const processes = {};
  for (const engine of ["keras", "lit lab"]) processes[engine] = await start(engine, folder);
  const cases = {};
  for (const [name, title] of Object.entries(MODELS)) {
    const path = join(folder, `${name}.keras`);
    const [{ outputs: ours }, { outputs: theirs }] = await Promise.all([
      processes["lit lab"].ask(`predict ${path}`),
      processes.keras.ask(`predict ${path}`),
    ]);
    const largest = Math.max(...theirs.map(Math.abs));
    if (!theirs.every((value, i) => Math.abs(ours[i] - value) <= 1e-4 * largest))
      throw new Error(`${title}: keras predicts otherwise`);
    const { size } = statSync(path);
    const fresh = await start("lit lab", folder);
    const { peakMb } = await fresh.ask(`load ${path}`);
    fresh.end();
    const most = (1.3 * size) / 2 ** 20 + 150;
    console.error(
      `${title}: ${Math.round(size / 2 ** 20)} MB, predictions equal; peak ${Math.round(peakMb)} MB of ${Math.round(most)} MB`,
    );
    cases[title] = {
      "lit lab": () => processes["lit lab"].ask(`load ${path}`),
      keras: () => processes.keras.ask(`load ${path}`),
    };
  }
  await bench("keras-loading", cases, { runs: 5, warmUp: 1 });
  for (const { end } of Object.values(processes)) end();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
