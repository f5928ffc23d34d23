import fc from "fast-check";
import { expect, test } from "vitest";
import { Activations } from "./activations.js";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

test("sigmoid and tanh within 3e-7 of Math's, span after span", () => {
  const value = fc.oneof(fc.float({ noNaN: true, min: -20, max: 20 }), fc.float(), fc.constantFrom(-0.625, 0.625, -0));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), fc.nat(), (given, at) => {
      const cut = at % given.length;
      const activations = new Activations(given.length);
      const { sums, values } = activations;
      sums.set(given);
      activations.sigmoid(0, cut);
      activations.tanh(cut, given.length - cut);
      for (const [i, x] of sums.entries()) {
        const wanted = i < cut ? logistic(x) : Math.tanh(x);
        if (Number.isNaN(wanted)) expect(values[i]).toBeNaN();
        else expect(Math.abs((values[i] as number) - wanted)).toBeLessThanOrEqual(3e-7 * Math.abs(wanted) + 1e-37);
      }
    }),
    { numRuns: 2000 },
  );
});

test("memory grows with what is asked for", () => {
  const { sums } = new Activations(1_000_003);
  sums.fill(1);
  const activations = new Activations(1_000_003);
  activations.tanh(0, 1_000_003);
  expect(activations.values[1_000_002]).toBeCloseTo(Math.tanh(1), 6);
});
