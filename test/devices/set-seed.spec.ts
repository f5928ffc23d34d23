import { fileURLToPath } from "node:url";
import { LitError, setSeed } from "@litlab/sdk";
import { expect, test } from "vitest";
import { identityOf, RUNGS } from "../../sdk/dist/devices/rungs.js";
import { runNode } from "./run-node.js";

const PROGRAM = fileURLToPath(new URL("train-seeded.mjs", import.meta.url));

async function train(rung: string, seed: number) {
  const { code, stdout, stderr } = await runNode([PROGRAM, rung, String(seed)]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<
    "draws" | "classes" | "mlp" | "cnn" | "lstm",
    { readonly losses: number[]; readonly hash: string }
  >;
}

/** Those that need no GPU. */
const ON_CPU = RUNGS.filter((rung) => rung !== "webgpu");
const installed = await Promise.all(
  ON_CPU.map((rung) =>
    identityOf(rung).then(
      () => true,
      () => false,
    ),
  ),
);
for (const rung of ON_CPU.filter((_, i) => installed[i]))
  test(`a seed gives the same bits in two processes on ${rung}, another one others, and cpu's losses`, async () => {
    const [first, second, other, cpu] = [
      await train(rung, 7),
      await train(rung, 7),
      await train(rung, 8),
      await train("cpu", 7),
    ];
    expect(second).toEqual(first);
    expect(first.draws).toEqual(cpu.draws);
    for (const name of ["draws", "classes", "mlp", "cnn", "lstm"] as const) {
      expect(other[name].hash).not.toBe(first[name].hash);
      for (const [i, loss] of first[name].losses.entries())
        expect(Math.abs(loss - (cpu[name].losses[i] as number))).toBeLessThan(1e-5);
    }
  });

test("a seed that is no whole number of 32 bits is refused", () => {
  for (const seed of [-1, 0.5, 2 ** 32, Number.NaN]) expect(() => setSeed(seed)).toThrow(LitError);
});
