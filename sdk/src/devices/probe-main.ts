/** A process that tries a rung: `probe-main.js RUNG [ADAPTER]` prints `{ usesGpu }` as its last line, or says on stderr what is wrong. */
import { openRung, type RungName } from "./rungs.js";
import { selfTest } from "./self-test.js";

const [rung, adapter] = process.argv.slice(2) as [RungName, string?];
try {
  await openRung(rung, { adapter });
  await selfTest(rung);
  const { backend } = await import("../tf.js");
  const { isUsingGpuDevice: usesGpu = rung === "webgpu" } = backend() as { readonly isUsingGpuDevice?: boolean };
  console.log(JSON.stringify({ usesGpu }));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
