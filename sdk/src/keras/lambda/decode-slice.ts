import type { ItemKey } from "../operations/get-item.js";
import { type Instruction, OPCODE_TABLES, type OpcodeTable } from "./opcodes.js";
import { type CodeObject, type Constant, readCode } from "./read-code.js";
import { type Refuse, refuseLambda } from "./refuse-lambda.js";

/** What the stack holds: the argument itself, what was taken of it, and what a key is made of. */
type Operand =
  | Constant
  | typeof ARGUMENT
  | { readonly kind: "item"; readonly key: Operand }
  | { readonly kind: "slice"; readonly start: Operand; readonly stop: Operand; readonly step: Operand }
  | readonly Operand[];

const ARGUMENT = { kind: "argument" } as const;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const BASE64_CHARS = 131_072;
/** *args, **kwargs, generator, coroutine, iterable coroutine, asynchronous generator. */
const SPECIAL_FLAGS = 0x04 | 0x08 | 0x20 | 0x80 | 0x100 | 0x200;
/** RESUME has a cache of its own since CPython 3.15. */
const RESUME_3_15 = [128, 0, 0, 0];
const EXPECTED = "expected x or x[key], compiled by CPython 3.8 to 3.14";

/**
 * The key of `lambda x: x[key]`, read from CPython bytecode that is never executed; `[…]` (an ellipsis) for
 * `lambda x: x`. The bytecode does not say which CPython compiled it, so those of 3.8 to 3.14 are all tried, and have
 * to agree.
 * @param code base64 of the marshalled code object, as Keras stores a Lambda layer's function
 * @param layer the layer's name, for messages
 * @throws LitModelError with code "LAMBDA" if it is damaged, does anything else or is of another CPython
 */
export function decodeSlice(code: string, layer: string): ItemKey[] {
  const refuse: Refuse = (reason) => refuseLambda(layer)(`${reason}; ${EXPECTED}`);
  const compact =
    code.length > BASE64_CHARS ? refuse(`its code has ${code.length} characters`) : code.replace(/\s/g, "");
  if (!BASE64.test(compact)) refuse("its code is not base64");
  const object = readCode(Buffer.from(compact, "base64"), refuse);
  const { positional, keywordOnly, flags, names, variables, bytecode } = object;
  if (positional !== 1 || keywordOnly !== 0 || flags & SPECIAL_FLAGS) refuse("it takes other than one argument");
  if (names.length > 0) refuse(`it uses ${names.join(", ").slice(0, 100)}`);
  if (variables.length !== 1) refuse("it has more variables than its argument");
  if (RESUME_3_15.every((byte, i) => bytecode[i] === byte)) refuse("CPython 3.15 or newer compiled it");
  const found = Object.values(OPCODE_TABLES).flatMap((table) => {
    const keys = decode(object, table);
    return keys ? [keys] : [];
  });
  const [keys] = found;
  if (!keys || new Set(found.map((one) => JSON.stringify(one))).size > 1)
    return refuse("it does more than take a slice");
  return keys;
}

/** Follows the bytecode as one CPython would, over symbols; undefined where that CPython finds anything but a slice. */
function decode({ layout, bytecode, constants }: CodeObject, table: OpcodeTable): ItemKey[] | undefined {
  if (layout !== table.layout) return undefined;
  const stack: Operand[] = [];
  for (let at = 0; at < bytecode.length; ) {
    const instruction = table.instructions.get(bytecode[at] ?? 0);
    const argument = bytecode[at + 1] ?? 0;
    at += 2;
    const count = instruction && operandCount(instruction, argument);
    if (count === undefined || count > stack.length) return undefined;
    const operands = stack.splice(stack.length - count);
    const [first = null, second = null, third = null] = operands;
    switch (instruction) {
      case "load argument":
        if (argument !== 0) return undefined;
        stack.push(ARGUMENT);
        break;
      case "load constant": {
        const value = constants[argument];
        if (value === undefined) return undefined;
        stack.push(value);
        break;
      }
      case "load small int":
        stack.push(argument);
        break;
      case "build slice":
        stack.push({ kind: "slice", start: first, stop: second, step: third });
        break;
      case "build tuple":
        stack.push(operands);
        break;
      case "subscript": {
        const end = at + 2 * table.caches;
        if (first !== ARGUMENT || argument !== table.subscript || bytecode.subarray(at, end).some(Boolean))
          return undefined;
        at = end;
        stack.push({ kind: "item", key: second });
        break;
      }
      case "subscript slice":
        if (first !== ARGUMENT) return undefined;
        stack.push({ kind: "item", key: { kind: "slice", start: second, stop: third, step: null } });
        break;
      case "return":
        return at === bytecode.length && stack.length === 0 ? keysOf(first) : undefined;
    }
  }
  return undefined;
}

function operandCount(instruction: Instruction, argument: number): number | undefined {
  switch (instruction) {
    case "build slice":
      return argument === 2 || argument === 3 ? argument : undefined;
    case "build tuple":
      return argument;
    case "subscript":
      return 2;
    case "subscript slice":
      return 3;
    case "return":
      return 1;
    default:
      return 0;
  }
}

function keysOf(result: Operand): ItemKey[] | undefined {
  if (result === ARGUMENT) return [{ kind: "ellipsis" }];
  if (!isOf(result, "item")) return undefined;
  const keys = (Array.isArray(result.key) ? result.key : [result.key]).map(keyOf);
  const isWhole = keys.every((key) => key !== undefined);
  return isWhole && keys.filter(({ kind }) => kind === "ellipsis").length <= 1 ? keys : undefined;
}

function keyOf(value: Operand): ItemKey | undefined {
  if (value === null) return { kind: "newaxis" };
  if (typeof value === "number") return { kind: "index", at: value };
  if (isOf(value, "ellipsis")) return value;
  if (!isOf(value, "slice")) return undefined;
  const { start, stop, step } = value;
  return isBound(start) && isBound(stop) && isBound(step) && step !== 0
    ? { kind: "slice", start, stop, step }
    : undefined;
}

const isBound = (value: Operand): value is number | null => value === null || typeof value === "number";

const isOf = <K extends string>(value: Operand, kind: K): value is Extract<Operand, { readonly kind: K }> =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
