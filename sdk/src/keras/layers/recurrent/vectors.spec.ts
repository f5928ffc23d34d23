import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, addProducts, addressOf, blend, makeVectors, multiply, sigmoid, tanh } from "./vectors.js";

const value = fc.oneof(fc.float({ noNaN: true, min: -20, max: 20 }), fc.float(), fc.constantFrom(-0.625, 0.625, -0));
const values = fc.array(fc.tuple(value, value, value, value), { minLength: 1, maxLength: 40 });

/** @param relative how far from the other a value may be */
function expectNear(found: number, wanted: number, relative: number): void {
  if (Number.isNaN(wanted)) expect(found).toBeNaN();
  else if (found !== wanted) expect(Math.abs(found - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted) + 1e-37);
}

type Run = (...addressesAndCount: number[]) => void;
type Of = (...given: [number, number, number, number]) => number;

const OPERATIONS: [run: Run, operands: number, relative: number, of: Of][] = [
  [add as Run, 2, 0, (a, b) => Math.fround(a + b)],
  [multiply as Run, 2, 0, (a, b) => Math.fround(a * b)],
  [addProducts as Run, 4, 0, (a, b, c, d) => Math.fround(Math.fround(a * b) + Math.fround(c * d))],
  [blend as Run, 3, 0, (share, a, b) => Math.fround(a + Math.fround(share * Math.fround(b - a)))],
  [sigmoid as Run, 1, 3e-7, (x) => 1 / (1 + Math.exp(-x))],
  [tanh as Run, 1, 3e-7, (x) => Math.tanh(x)],
];

describe("operations on parts of vectors", () => {
  for (const [run, count, relative, of] of OPERATIONS)
    test(String(of), () => {
      fc.assert(
        fc.property(values, fc.nat(), (given, at) => {
          const cut = at % given.length;
          const made = makeVectors(...[0, 1, 2, 3, 4].map(() => given.length));
          for (const [i, four] of given.entries())
            for (const [k, one] of four.entries()) (made[k] as Float32Array)[i] = one;
          const operands = made.slice(0, count);
          const to = made[4] as Float32Array;
          for (const [begin, end] of [
            [0, cut],
            [cut, given.length],
          ] as const)
            run(...[...operands, to].map((vector) => addressOf(vector, begin)), end - begin);
          for (const [i, four] of given.entries()) expectNear(to[i] as number, of(...four), relative);
        }),
        { numRuns: 1000 },
      );
    });
});

test("memory grows with what is asked for", () => {
  const [from, to] = makeVectors(1_000_003, 1_000_003);
  from.fill(1);
  tanh(addressOf(from, 0), addressOf(to, 0), 1_000_003);
  expect(to[1_000_002]).toBeCloseTo(Math.tanh(1), 6);
});
