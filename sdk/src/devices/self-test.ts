import { LitError } from "../errors.js";
import type { RungName } from "./rungs.js";

/** Of the largest value: a GPU multiplies with fewer bits (TF32). */
const TOLERANCE = 5e-3;

/**
 * Multiplies, convolves and trains on a rung and on cpu, which is taken as the truth.
 * @throws LitError if a number differs
 */
export async function selfTest(rung: RungName): Promise<void> {
  const tf = await import("../tf.js");
  const found = await valuesOf(tf);
  await tf.setBackend("cpu");
  const wanted = await valuesOf(tf);
  await tf.setBackend(rung);
  for (const [what, want] of Object.entries(wanted)) {
    const got = found[what] as Float32Array;
    const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const wrong = want.findIndex((value, i) => !(Math.abs((got[i] as number) - value) <= TOLERANCE * largest));
    if (wrong >= 0)
      throw new LitError(`${what} gives ${got[wrong]} where cpu gives ${want[wrong]}`, { code: "WRONG_NUMBER" });
  }
}

async function valuesOf(tf: typeof import("../tf.js")): Promise<Record<string, Float32Array>> {
  const wave = (shape: number[], step: number) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((size, length) => size * length, 1) }, (_, i) => Math.sin(i * step)),
      shape,
    );
  const x = wave([32, 24], 0.7);
  const y = wave([32, 1], 1.3);
  const weights = [wave([24, 16], 0.3).variable(), wave([16, 1], 0.9).variable()] as const;
  const adam = tf.train.adam(0.01);
  const step = () => {
    const hidden = tf.tanh(tf.matMul(x, weights[0]));
    return tf.mean(tf.squaredDifference(tf.matMul(hidden, weights[1]), y)) as import("../tf.js").Scalar;
  };
  for (let i = 0; i < 3; i++) adam.minimize(step);
  const image = wave([2, 12, 12, 3], 0.11) as import("../tf.js").Tensor4D;
  const filter = wave([3, 3, 3, 8], 0.5) as import("../tf.js").Tensor4D;
  const results = {
    "a matrix product": tf.matMul(wave([48, 64], 0.37), wave([64, 40], 0.21)),
    "a convolution": tf.conv2d(image, filter, 1, "same"),
    "a step of Adam": weights[0],
  };
  const values: Record<string, Float32Array> = {};
  for (const [what, tensor] of Object.entries(results)) values[what] = (await tensor.data<"float32">()).slice();
  tf.dispose([x, y, image, filter, ...weights, ...Object.values(results)]);
  adam.dispose();
  return values;
}
