import type { CodeLayout } from "./read-code.js";

/** What the compiler makes of `lambda x: x[key]`; in CPython 3.14 `subscript` is BINARY_OP and `load argument` borrows. */
export type Instruction =
  | "resume"
  | "load argument"
  | "load constant"
  | "load small int"
  | "build slice"
  | "build tuple"
  | "subscript"
  | "subscript slice"
  | "return";

/** The opcodes of one or more CPythons that take part in a slice, by number. All others are refused. */
export interface OpcodeTable {
  readonly layout: CodeLayout;
  readonly instructions: ReadonlyMap<number, Instruction>;
  /** How many inline cache entries follow `subscript`. */
  readonly caches: number;
  /** The only argument `subscript` may have: which operation it is, where it is one of many. */
  readonly subscript: number;
}

function table(
  layout: CodeLayout,
  codes: Partial<Record<Instruction, number>>,
  { caches = 0, subscript = 0 } = {},
): OpcodeTable {
  const instructions = new Map(Object.entries(codes).map(([name, code]) => [code, name as Instruction]));
  return { layout, instructions, caches, subscript };
}

const UNTIL_3_12 = {
  "load argument": 124,
  "load constant": 100,
  "build slice": 133,
  "build tuple": 102,
  subscript: 25,
  return: 83,
};

/** CPython's Include/opcode.h (3.8 to 3.12) and Include/opcode_ids.h, with the caches of its `_inline_cache_entries`. */
export const OPCODE_TABLES: Readonly<Record<string, OpcodeTable>> = {
  "3.8 to 3.10": table("3.8", UNTIL_3_12),
  "3.11": table("3.11", { ...UNTIL_3_12, resume: 151 }, { caches: 4 }),
  "3.12": table("3.11", { ...UNTIL_3_12, resume: 151, "subscript slice": 26 }, { caches: 1 }),
  "3.13": table(
    "3.11",
    {
      resume: 149,
      "load argument": 85,
      "load constant": 83,
      "build slice": 50,
      "build tuple": 52,
      subscript: 5,
      "subscript slice": 4,
      return: 36,
    },
    { caches: 1 },
  ),
  "3.14": table(
    "3.11",
    {
      resume: 128,
      "load argument": 86,
      "load constant": 82,
      "load small int": 94,
      "build slice": 49,
      "build tuple": 51,
      subscript: 44,
      return: 35,
    },
    { caches: 5, subscript: 26 },
  ),
};
