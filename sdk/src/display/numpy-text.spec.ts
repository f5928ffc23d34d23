import fc from "fast-check";
import { expect, test } from "vitest";
import { runPython } from "../../../test/python.js";
import { formatArray } from "./numpy-text.js";

const NUMPY = `
import json, sys, numpy as np
texts = []
for values, shape, dtype in json.load(sys.stdin):
    if dtype == "string":
        array = np.array(values, dtype=str)
    elif dtype == "complex64":
        array = np.array([float(v) for v in values], dtype="float32").view(dtype)
    else:
        array = np.array([float(v) for v in values]).astype(dtype)
    texts.append(repr(array.reshape(shape)))
print(json.dumps(texts))
`;

type Case = readonly [
  values: (number | string)[],
  shape: number[],
  dtype: "float32" | "complex64" | "int32" | "bool" | "string",
];

const number = (text: number | string) => Number(String(text).replace("inf", "Infinity"));

test("arrays print as numpy prints them", { timeout: 120_000 }, async () => {
  const special = fc.constantFrom<number | string>("nan", "inf", "-inf", 0, -1, 1, 1e-5, 123456789, 0.1);
  const float = fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true, min: -10, max: 10 }),
    fc.float({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1 }),
    fc.integer({ min: -1000, max: 1000 }),
  );
  const shape = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 });
  const of = (values: fc.Arbitrary<number | string>, dtype: Case[2]) =>
    shape.chain((lengths) => {
      const size = lengths.reduce((product, length) => product * length, dtype === "complex64" ? 2 : 1);
      return fc.array(values, { minLength: size, maxLength: size }).map((list): Case => [list, lengths, dtype]);
    });
  const text = fc
    .string({ unit: fc.constantFrom(..."ab '\"\\\n\t\u0000\u007f\u00a0é\u200b\u2028\ue000日😀"), maxLength: 12 })
    .map((letters) => letters.replace(/\0+$/, "")); // numpy drops them
  const cases: Case[] = [
    [["a", "bb"], [2], "string"],
    [[], [0], "string"],
    [[], [0, 3], "string"],
    [Array.from({ length: 1200 }, (_, i) => "x".repeat(i % 37)), [3, 400], "string"],
    ...fc.sample(of(text, "string"), 150),
    [[0.48219436407089233], [1, 1], "float32"],
    [Array.from({ length: 1200 }, (_, i) => i / 7), [1200], "float32"],
    [Array.from({ length: 2400 }, (_, i) => i), [8, 300], "int32"],
    [Array.from({ length: 2000 }, (_, i) => (i * 37) % 101), [10, 2, 100], "float32"],
    ...fc.sample(of(float, "float32"), 150),
    ...fc.sample(of(fc.oneof(float, special), "float32"), 150),
    [[], [0], "complex64"],
    [Array.from({ length: 2400 }, (_, i) => (i % 7) - i / 3), [1200], "complex64"],
    ...fc.sample(of(float, "complex64"), 150),
    ...fc.sample(of(fc.oneof(float, special), "complex64"), 150),
    ...fc.sample(of(fc.integer({ min: -100_000, max: 100_000 }), "int32"), 60),
    ...fc.sample(of(fc.constantFrom(0, 1), "bool"), 40),
  ];
  const expected = JSON.parse(await runPython(NUMPY, [], JSON.stringify(cases))) as string[];
  for (const [i, [values, lengths, dtype]] of cases.entries()) {
    const typed = values.map((value) => {
      if (dtype === "string") return value;
      return dtype === "float32" || dtype === "complex64" ? Math.fround(number(value)) : number(value);
    });
    expect(formatArray(typed, lengths, dtype), JSON.stringify(cases[i])).toBe(expected[i]);
  }
});
