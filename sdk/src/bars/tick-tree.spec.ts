import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveBar } from "../../../test/naive-bar.js";
import { randomOf } from "../../../test/random.js";
import { BarParts } from "./bar-parts.js";
import { ROW } from "./rows.js";
import type { TickColumns } from "./tick-frame.js";
import { TickTree } from "./tick-tree.js";

/** @param step what sizes are whole multiples of; a power of two, so sums are exact */
function ticksOf(length: number, seed: number, step: number): TickColumns {
  const random = randomOf(seed);
  const values = (value: () => number) => Float64Array.from({ length }, value);
  return {
    time: values(() => 0),
    price: values(() => Math.round(random() * 1000) - 100),
    size: values(() => Math.floor(random() * 500) * step),
  };
}

const naiveRow = ({ price, size }: TickColumns, begin: number, end: number): number[] =>
  naiveBar([...price.slice(begin, end)], [...size.slice(begin, end)]);

const trades = fc.record({ length: fc.integer({ min: 1, max: 3000 }), seed: fc.nat(), step: fc.constantFrom(1, 0.25) });

test("bars of any trades, also of many bars of one size", () => {
  fc.assert(
    fc.property(trades, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 5 }), (given, cuts) => {
      const ticks = ticksOf(given.length, given.seed, given.step);
      const tree = new TickTree(ticks);
      const row = new Float64Array(ROW);
      for (const [at, count] of cuts) {
        const size = 1 + (count % given.length);
        for (let k = 0; k < 40; k++) {
          const begin = (at + 7 * k) % (given.length - size + 1);
          tree.write(begin, begin + size, row);
          expect([...row]).toEqual(naiveRow(ticks, begin, begin + size));
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("bars cut at every trade", () => {
  fc.assert(
    fc.property(trades, fc.uniqueArray(fc.nat({ max: 2999 })), fc.boolean(), (given, cuts, future) => {
      const ticks = ticksOf(given.length % 300 || 1, given.seed, given.step);
      const { length } = ticks.price;
      const starts = [0, ...cuts.filter((cut) => cut > 0 && cut < length).sort((a, b) => a - b)];
      const parts = new BarParts(ticks, starts, future);
      for (const [k, start] of starts.entries()) {
        const end = starts[k + 1] ?? length;
        const whole = naiveRow(ticks, start, end);
        for (let cut = start; cut < end; cut++) {
          const [from, to] = future ? [cut, end] : [start, cut + 1];
          const row = Float64Array.from(whole);
          parts.cut(from, to, row);
          expect([...row]).toEqual(naiveRow(ticks, from, to));
        }
      }
    }),
    { numRuns: 200 },
  );
});
