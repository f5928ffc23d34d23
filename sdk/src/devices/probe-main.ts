/** A process that tries a rung: `probe-main.js RUNG` prints `{ usesGpu }` as its last line, or says on stderr what is wrong. */
import { openRung, type RungName } from "./rungs.js";
import { selfTest } from "./self-test.js";

const rung = process.argv[2] as RungName;
try {
  await openRung(rung);
  await selfTest(rung);
  const { backend } = await import("../tf.js");
  const { isUsingGpuDevice: usesGpu = false } = backend() as { readonly isUsingGpuDevice?: boolean };
  console.log(JSON.stringify({ usesGpu }));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
