import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { identityOf, type RungName } from "../../sdk/dist/devices/rungs.js";
import { hasSwiftshader, SWIFTSHADER } from "./swiftshader.js";

/** This run's seed: set `SEED` to repeat one. */
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const CALLS = 15;
const LIMIT = 300_000;
const SCRIPT = fileURLToPath(new URL("run-kernels.mjs", import.meta.url));

type Result = { readonly shape: readonly number[]; readonly values: readonly (number | "NaN")[] } | string;
type Found = Readonly<Record<string, readonly { readonly inputs: unknown; readonly results: readonly Result[] }[]>>;

async function computeOn(rung: RungName): Promise<Found> {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, rung, String(SEED), String(CALLS)], {
    timeout: LIMIT,
    env: { ...process.env, ...(rung === "webgpu" && SWIFTSHADER) },
    killSignal: "SIGKILL",
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Found;
}

/** What differs, if anything does. */
function difference(found: Result, wanted: Result, tolerance: number): string | undefined {
  if (typeof found !== "object" || typeof wanted !== "object")
    return found === wanted
      ? undefined
      : `${JSON.stringify(found).slice(0, 200)}, expected ${JSON.stringify(wanted).slice(0, 200)}`;
  if (String(found.shape) !== String(wanted.shape)) return `[${found.shape}], expected [${wanted.shape}]`;
  const at = wanted.values.findIndex((value, i) => {
    const got = found.values[i];
    return got !== value && !(Math.abs(Number(got) - Number(value)) <= tolerance * (1 + Math.abs(Number(value))));
  });
  return at < 0 ? undefined : `[${found.shape}], value ${at} is ${found.values[at]}, expected ${wanted.values[at]}`;
}

const isInstalled = await identityOf("tensorflow").then(
  () => true,
  () => false,
);
// TensorFlow's own C++ where it is installed.
const oracle = isInstalled ? "tensorflow" : "cpu";
const wanted = await computeOn(oracle);
console.log(`kernels of seed ${SEED}, as ${oracle} computes them`);

test.each((["cpu", "wasm", ...(hasSwiftshader ? ["webgpu"] : [])] as RungName[]).filter((rung) => rung !== oracle))(
  "kernels and their gradients on %s",
  { timeout: LIMIT },
  async (rung) => {
    const found = await computeOn(rung);
    // SwiftShader's sine and cosine are good to some 1e-4.
    const tolerance = rung === "webgpu" ? 1e-3 : 1e-4;
    const wrong: string[] = [];
    expect(Object.keys(found).length).toBeGreaterThan(80);
    for (const [name, calls] of Object.entries(found))
      for (const [i, { inputs, results }] of calls.entries())
        for (const [k, got] of results.entries()) {
          const want = wanted[name]?.[i]?.results[k] as Result;
          if (rung === "webgpu" && String(got).startsWith("webgpu has no ")) continue;
          const differs = difference(got, want, tolerance);
          const what = `${name} of ${JSON.stringify(inputs)}, ${k === 0 ? "its output" : `gradient ${k}`}`;
          if (differs) wrong.push(`${what}: ${differs}`);
        }
    expect(wrong).toEqual([]);
  },
);
