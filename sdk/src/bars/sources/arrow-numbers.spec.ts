import { Decimal, makeData } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { runPython } from "../../../../test/python.js";
import { decimals, decimalTimes, half } from "./arrow-numbers.js";

test("all numbers of 16 bits are numpy's", async () => {
  const found = await runPython(
    "import json, numpy as np; print(json.dumps([repr(x) for x in np.arange(2**16, dtype='u2').view('f2').astype(float).tolist()]))",
  );
  const expected = (JSON.parse(found) as string[]).map((text) => Number(text.replace("inf", "Infinity")));
  expect(Array.from({ length: 2 ** 16 }, (_, bits) => half(bits))).toEqual(expected);
});

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

interface Case {
  readonly bits: number;
  readonly scale: number;
  /** Little-endian words. */
  readonly words: number[];
  readonly values: number[];
  /** µs, of seconds and of nanoseconds. */
  readonly s: number[];
  readonly ns: number[];
}

describe("decimals are Python's", () => {
  const SCRIPT = `
import json, random, sys
from fractions import Fraction
random.seed(int(sys.argv[1]))
cases = []
for bits in (32, 64, 128, 256):
    for scale in (-3, 0, 2, 9, 22, 23, 38, 76):
        whole = [random.choice((1, -1)) * random.getrandbits(random.randrange(1, bits)) for _ in range(200)]
        # About 2^53, whose neighbours are no doubles any more, and the ends.
        whole += [n for m in (2**53, 2**31 - 1, 2**63 - 1, 2**(bits - 1) - 1) for d in (-1, 0, 1) for n in (m + d, -m - d) if -2**(bits - 1) <= n < 2**(bits - 1)]
        raw = b"".join(n.to_bytes(bits // 8, "little", signed=True) for n in whole)
        exact = [Fraction(n) / Fraction(10)**scale for n in whole]
        cases.append({
            "bits": bits, "scale": scale, "words": [int.from_bytes(raw[i:i + 4], "little") for i in range(0, len(raw), 4)],
            "values": [float(x) for x in exact], "s": [float(x * 10**6 // 1) for x in exact], "ns": [float(x / 1000 // 1) for x in exact],
        })
print(json.dumps(cases))`;

  test(`of random digits, SEED=${SEED}`, async () => {
    const cases = JSON.parse(await runPython(SCRIPT, [String(SEED)])) as Case[];
    for (const { bits, scale, words, values, s, ns } of cases) {
      const type = new Decimal(scale, 76, bits);
      const data = makeData({ type, length: values.length, nullCount: 0, data: Uint32Array.from(words) });
      const plus = (list: Iterable<number>) => [...list].map((value) => value + 0); // Python's fractions have no -0
      expect([bits, scale, plus(decimals(data))]).toEqual([bits, scale, values]);
      expect([bits, scale, plus(decimalTimes(data, "s"))]).toEqual([bits, scale, s]);
      expect([bits, scale, plus(decimalTimes(data, "ns"))]).toEqual([bits, scale, ns]);
    }
  });
});
