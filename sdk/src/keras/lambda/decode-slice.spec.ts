import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { LitModelError } from "../../errors.js";
import type { ItemKey } from "../operations/get-item.js";
import { decodeSlice } from "./decode-slice.js";
import { OPCODE_TABLES } from "./opcodes.js";

/** What one real CPython compiled, and the key it took when it ran; null where that is not all it does. */
interface Fixture {
  readonly python: string;
  readonly lambda: string;
  readonly code: string;
  readonly key: ItemKey[] | null;
}

const folder = new URL("../../../../test/keras/fixtures/lambda/", import.meta.url);
const FIXTURES = readdirSync(folder)
  .filter((name) => name.startsWith("cpython-"))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Fixture[]);
const SUPPORTED = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"];
const supported = FIXTURES.filter(({ python }) => SUPPORTED.includes(python));
const first = (python: string) => FIXTURES.find((fixture) => fixture.python === python)?.code ?? "";

function errorOf(code: string): LitModelError {
  try {
    return expect.unreachable(`decoded ${JSON.stringify(decodeSlice(code, "crop"))}`);
  } catch (error) {
    if (!(error instanceof LitModelError)) throw error;
    return error;
  }
}

describe.each(SUPPORTED)("CPython %s", (python) => {
  const fixtures = supported.filter((fixture) => fixture.python === python);

  test("takes the keys that it took", () => {
    const slices = fixtures.filter(({ key }) => key);
    expect(slices.length).toBe(26);
    for (const { lambda, code, key } of slices) expect(decodeSlice(code, "crop"), lambda).toEqual(key);
  });

  test("refuses all else", () => {
    const others = fixtures.filter(({ key }) => !key);
    expect(others.length).toBe(36);
    for (const { lambda, code } of others) {
      const { message, code: type } = errorOf(code);
      expect(message, lambda).toMatch(/^Lambda layer 'crop': .*; expected x or x\[key\], compiled by CPython 3\.8 to/);
      expect(type).toBe("LAMBDA");
    }
  });

  test.each([
    ["lambda x: tf.reshape(x, (-1, 5))", "it uses tf, reshape;"],
    ["lambda x: x * 2", "it does more than take a slice;"],
    ["lambda x, y: y[0:5]", "it takes other than one argument;"],
    ["def crop(x):\n    y = x\n    return y[0:5]", "it has more variables than its argument;"],
    ["lambda x: x[: 2**40]", 'its code holds a constant that no key has (marshal type "l");'],
  ])("says why not %s", (lambda, reason) => {
    const fixture = fixtures.find((one) => one.lambda === lambda);
    expect(errorOf(fixture?.code ?? "").message).toContain(`Lambda layer 'crop': ${reason}`);
  });
});

test.each([
  ["2.7", "CPython 2 compiled it"],
  ["3.6", "CPython 3.7 or older compiled it"],
  ["3.7", "CPython 3.7 or older compiled it"],
  ["3.15", "CPython 3.15 or newer compiled it"],
])("refuses CPython %s by name", (python, reason) => {
  const fixtures = FIXTURES.filter((fixture) => fixture.python === python);
  expect(fixtures.length).toBe(3);
  for (const { code } of fixtures) expect(errorOf(code).message).toContain(reason);
});

describe("tables that disagree", () => {
  afterEach(() => Reflect.deleteProperty(OPCODE_TABLES, "other"));

  test("are refused", () => {
    const table = OPCODE_TABLES["3.8 to 3.10"];
    const instructions = new Map(table?.instructions).set(133, "build tuple");
    const code = FIXTURES.find(({ python, lambda }) => python === "3.8" && lambda === "lambda x: x[1:2]")?.code ?? "";
    expect(decodeSlice(code, "crop")).toEqual([{ kind: "slice", start: 1, stop: 2, step: null }]);
    Object.assign(OPCODE_TABLES, { other: { ...table, instructions } });
    expect(errorOf(code).message).toContain("it does more than take a slice");
  });
});

const int = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const byteString = (bytes: readonly number[]) =>
  Buffer.concat([Buffer.from("s"), int(bytes.length), Buffer.from(bytes)]);
const tuple = (...items: readonly Buffer[]) => Buffer.concat([Buffer.from([0x29, items.length]), ...items]);
const text = (value: string) => Buffer.concat([Buffer.from([0x7a, value.length]), Buffer.from(value)]);
const index = (value: number) => Buffer.concat([Buffer.from("i"), int(value)]);
const reference = (number: number) => Buffer.concat([Buffer.from("r"), int(number)]);
const RETURN_ITEM = [124, 0, 100, 0, 25, 0, 83, 0];

/** The code object of CPython 3.8 for `lambda x: x[constant]`, as base64. */
const codeOf = (
  constant: Buffer,
  { bytecode = RETURN_ITEM, names = tuple(), keywordOnly = 0, flags = 0x43, rest = Buffer.alloc(0) } = {},
) =>
  Buffer.concat([
    Buffer.from("c"),
    ...[1, 0, keywordOnly, 1, 2, flags].map(int),
    ...[byteString(bytecode), tuple(constant), names, tuple(text("x")), tuple(), tuple()],
    ...[text("model.py"), text("<lambda>"), int(1), byteString([]), rest],
  ]).toString("base64");

describe("hostile code", () => {
  test("the hand-made code is good but for what each case changes", () =>
    expect(decodeSlice(codeOf(index(3)), "crop")).toEqual([{ kind: "index", at: 3 }]));

  test("only what can be referred to has a number", () => {
    const constant = tuple(Buffer.from([0xce]), Buffer.concat([Buffer.from([0xe9]), int(3)]), reference(0));
    expect(decodeSlice(codeOf(constant), "crop").map(({ kind }) => kind)).toEqual(["newaxis", "index", "index"]);
  });

  const nested = (levels: number): Buffer => (levels === 0 ? index(0) : tuple(nested(levels - 1)));
  /** Each of 14 levels refers 250 times to the one below. */
  const bomb = () => {
    const levels = Array.from({ length: 14 }, (_, level) =>
      Buffer.concat([
        Buffer.from([0xa9, 250]),
        ...Array.from({ length: 250 }, () => (level ? reference(level - 1) : text("x"))),
      ]),
    );
    return tuple(...levels);
  };

  test.each<[string, string, RegExp]>([
    ["nothing", "", /its code is damaged: 1 bytes at 0, where 0 are left/],
    ["no base64", "4wEA*", /its code is not base64/],
    ["another object", Buffer.from("N").toString("base64"), /it holds no code of a Python function/],
    ["more than 64 KiB", Buffer.alloc(70_000).toString("base64"), /its code has 70000 bytes, expected at most 65536/],
    ["a text without end", "A".repeat(1e7), /its code has 10000000 characters/],
    ["more than 4 KiB of bytecode", codeOf(index(0), { bytecode: new Array(4098).fill(9) }), /bytecode has 4098 bytes/],
    ["17 levels", codeOf(nested(17)), /nested deeper than 16 levels/],
    ["a tuple in a tuple", codeOf(tuple(tuple(index(0)))), /more than take a slice/],
    ["a tuple of 2^31-1", codeOf(Buffer.concat([Buffer.from("("), int(2 ** 31 - 1)])), /2147483647 bytes at/],
    ["a tuple of -1", codeOf(Buffer.concat([Buffer.from("("), int(-1)])), /damaged: -1 bytes at/],
    ["a text of -1", codeOf(Buffer.concat([Buffer.from("u"), int(-1)])), /damaged: -1 bytes at/],
    ["a reference to nothing", codeOf(reference(0)), /a reference to nothing/],
    ["a reference before all", codeOf(reference(-1)), /a reference to nothing/],
    ["a tuple in itself", codeOf(Buffer.concat([Buffer.from([0xa9, 1]), Buffer.from("r"), int(0)])), /to nothing/],
    ["names that expand to 250^14", codeOf(index(0), { names: bomb() }), /damaged: a name that is no text/],
    ["an unknown type", codeOf(Buffer.from("?")), /marshal type "\?"/],
    ["something after the end", codeOf(index(0), { rest: Buffer.from("N") }), /1 bytes too many/],
    ["an operand that is not there", codeOf(index(0), { bytecode: [124, 0, 25, 0, 83, 0] }), /more than take a slice/],
    ["a constant that is not there", codeOf(index(0), { bytecode: [124, 0, 100, 1, 25, 0, 83, 0] }), /more than/],
    ["another variable", codeOf(index(0), { bytecode: [124, 1, 100, 0, 25, 0, 83, 0] }), /more than take a slice/],
    ["no end", codeOf(index(0), { bytecode: RETURN_ITEM.slice(0, 6) }), /more than take a slice/],
    ["half an instruction", codeOf(index(0), { bytecode: [...RETURN_ITEM, 83] }), /more than take a slice/],
    ["code after the end", codeOf(index(0), { bytecode: [...RETURN_ITEM, 83, 0] }), /more than take a slice/],
    ["more on the stack", codeOf(index(0), { bytecode: [124, 0, ...RETURN_ITEM] }), /more than take a slice/],
    [
      "a slice of four",
      codeOf(index(1), { bytecode: [124, 0, 100, 0, 100, 0, 100, 0, 100, 0, 133, 4, 25, 0, 83, 0] }),
      /more than/,
    ],
    [
      "instructions of CPython 3.11 in a layout of 3.8",
      codeOf(index(0), { bytecode: [151, 0, 124, 0, 100, 0, 25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 83, 0] }),
      /more than/,
    ],
    ["a keyword", codeOf(index(0), { keywordOnly: 1 }), /other than one argument/],
    ["a generator", codeOf(index(0), { flags: 0x63 }), /other than one argument/],
    [
      "an exception handler",
      Buffer.concat([Buffer.from(first("3.11"), "base64").subarray(0, -5), byteString([0])]).toString("base64"),
      /it handles exceptions/,
    ],
    ["a prefixed argument", codeOf(index(0), { bytecode: [144, 1, ...RETURN_ITEM] }), /more than take a slice/],
  ])("refuses %s", (_, code, reason) => expect(errorOf(code).message).toMatch(reason));

  test("mutations end in a key or a LitModelError, at once", () => {
    const mutation = fc.record({
      code: fc.constantFrom(...supported.map(({ code }) => code)),
      flips: fc.array(fc.record({ at: fc.nat(), bit: fc.nat(7) }), { maxLength: 8 }),
      writes: fc.array(fc.record({ at: fc.nat(), value: fc.nat(255) }), { maxLength: 3 }),
      length: fc.option(fc.nat(1000), { freq: 4 }),
      tail: fc.uint8Array({ maxLength: 20 }),
    });
    fc.assert(
      fc.property(mutation, ({ code, flips, writes, length, tail }) => {
        const whole = Buffer.from(code, "base64");
        for (const { at, bit } of flips) whole[at % whole.length] = (whole[at % whole.length] ?? 0) ^ (1 << bit);
        for (const { at, value } of writes) whole[at % whole.length] = value;
        const bytes = Buffer.concat([
          whole.subarray(0, length ?? whole.length),
          length === null ? Buffer.alloc(0) : tail,
        ]);
        const start = process.cpuUsage();
        try {
          for (const { kind } of decodeSlice(bytes.toString("base64"), "crop")) expect(kind).toBeTypeOf("string");
        } catch (error) {
          if (!(error instanceof LitModelError)) throw error;
        }
        const { user, system } = process.cpuUsage(start);
        expect((user + system) / 1000).toBeLessThan(500);
      }),
      { numRuns: 5000 },
    );
  });

  test("every truncation is refused", () => {
    for (const python of SUPPORTED) {
      const whole = Buffer.from(first(python), "base64");
      for (let length = 0; length < whole.length; length++)
        expect(errorOf(whole.subarray(0, length).toString("base64")).code).toBe("LAMBDA");
    }
  });
});
