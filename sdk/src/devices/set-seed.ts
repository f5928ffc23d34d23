import { LitError } from "../errors.js";
import { seededUniform } from "../tensors/seeded-uniform.js";

/**
 * Fixes everything that is drawn from now on without a seed of its own, on every device: initial weights, dropout, shuffles,
 * `tf.randomNormal` and its kin, and `Math.random`, from which they all come.
 * @param seed a whole number from 0 to below 2³²
 * @throws LitError if it is another number
 */
export function setSeed(seed: number): void {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new LitError(`the seed is ${seed}, expected a whole number from 0 to below 2^32`, { code: "BAD_SEED" });
  Math.random = seededUniform(seed);
}
