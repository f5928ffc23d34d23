import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { identityOf, type RungName } from "../../sdk/dist/devices/rungs.js";
import { runNode } from "./run-node.js";
import { hasSwiftshader, SWIFTSHADER } from "./swiftshader.js";

type Losses = Readonly<Record<string, readonly number[]>>;

const here = (name: string) => new URL(name, import.meta.url);
const { losses: python } = JSON.parse(readFileSync(here("python-losses.json"), "utf8")) as { readonly losses: Losses };

const hasTensorflow = await identityOf("tensorflow").then(
  () => true,
  () => false,
);
const RUNGS: readonly RungName[] = [
  "cpu",
  "wasm",
  ...(hasTensorflow ? (["tensorflow"] as const) : []),
  ...(hasSwiftshader ? (["webgpu"] as const) : []),
];

/** An LSTM goes step by step on webgpu: SwiftShader takes 75 s of CPU time for it. */
const LIMIT = 480_000;

for (const rung of RUNGS)
  test.each(Object.entries(python))(
    `%s loses what it does in Python's TensorFlow, step by step, on ${rung}`,
    {
      timeout: LIMIT + 10_000,
    },
    async (name, wanted) => {
      const env = rung === "webgpu" ? SWIFTSHADER : {};
      const { stdout, stderr } = await runNode([here("train-as-python.mjs").pathname, rung, name], env, LIMIT);
      expect(stderr).toBe("");
      const found = JSON.parse(stdout) as number[];
      expect(found.length).toBe(wanted.length);
      for (const [i, loss] of wanted.entries())
        expect(Math.abs((found[i] as number) - loss), `step ${i}`).toBeLessThan(1e-5);
    },
  );
