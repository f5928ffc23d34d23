/** `npm run bench -- NAME [--json]`: ours and the peers side by side. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { makeVenv, setup } from "./setup.mjs";
import { Failure, main, ROOT, runShown } from "./steps.mjs";

await main(async () => {
  const [name, ...rest] = process.argv.slice(2);
  const names = readdirSync(join(ROOT, "bench"))
    .filter((file) => file.endsWith(".mjs") && file !== "harness.mjs")
    .map((file) => file.slice(0, -4));
  if (!name || !existsSync(join(ROOT, "bench", `${name}.mjs`)))
    throw new Failure(
      `there is no benchmark '${name ?? ""}', expected one of ${names.join(", ")}`,
      `npm run bench -- ${names[0]}`,
    );
  const python = await setup();
  await makeVenv(".venv-test", "test/requirements.txt", "Install the peers into .venv-test", python);
  // What setup has built; V8 computes as it does in a notebook.
  const { V8_FLAGS } = await import("../kernel/dist/front/worker-process.js");
  return runShown(process.execPath, [...V8_FLAGS, join("bench", `${name}.mjs`), ...rest], {
    // The best device is another one on another machine.
    env: { ...process.env, LIT_DEVICE: "cpu:wasm" },
  });
});
