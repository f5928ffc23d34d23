import type { LayersModel } from "@litlab/sdk/tf";
import * as tf from "@litlab/sdk/tf";
import { expect } from "vitest";

/** This run's seed: set `SEED` to repeat one. */
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const SECONDS = 5;
const MEMORY = 2 ** 30;

export type Random = (below: number) => number;

/** mulberry32: whole numbers below `below`. */
export function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export const oneOf = <T>(values: readonly T[], random: Random): T => values[random(values.length)] as T;

const rootOf = (error: unknown): unknown => (error instanceof Error && error.cause ? rootOf(error.cause) : error);

/**
 * Loads what someone has broken: it has to end in a LitModelError that was meant, or in a model, in time and memory, and
 * leave no tensors.
 * @param use sees the model before it is disposed
 * @returns the error; undefined if it loads
 */
export async function loadHostile(
  load: () => Promise<LayersModel | undefined>,
  where: string,
  use: (model: LayersModel) => unknown = () => {},
): Promise<Error | undefined> {
  const before = tf.memory().numTensors;
  const [began, used] = [performance.now(), process.cpuUsage()];
  let failure: Error | undefined;
  try {
    const model = await load();
    if (model) {
      await use(model);
      model.dispose();
    }
  } catch (error) {
    failure = error as Error;
  }
  const { user, system } = process.cpuUsage(used);
  expect((user + system) / 1e6, `${where}: seconds of CPU`).toBeLessThan(SECONDS);
  // Other processes may have the CPUs for most of the time.
  expect((performance.now() - began) / 1e3, `${where}: seconds`).toBeLessThan(4 * SECONDS);
  expect(1024 * process.resourceUsage().maxRSS, `${where}: memory`).toBeLessThan(MEMORY);
  expect(tf.memory().numTensors - before, `${where}: tensors left after ${failure?.message}`).toBeLessThanOrEqual(0);
  if (!failure) return undefined;
  expect(failure.name, `${where}: ${failure.stack}`).toBe("LitModelError");
  const root = rootOf(failure) as Error;
  // What JavaScript itself throws was not foreseen.
  for (const type of [TypeError, ReferenceError, RangeError])
    expect(root instanceof type, `${where}: ${failure.message}\n${root.stack}`).toBe(false);
  return failure;
}
