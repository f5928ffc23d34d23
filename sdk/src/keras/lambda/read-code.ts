import type { Refuse } from "./refuse-lambda.js";

/** A constant as CPython's marshal stores it. What no key can hold is `other`. */
export type Constant =
  | null
  | number
  | string
  | Uint8Array
  | readonly Constant[]
  | { readonly kind: "ellipsis" }
  | { readonly kind: "slice"; readonly start: Constant; readonly stop: Constant; readonly step: Constant }
  | { readonly kind: "other" };

/** How a code object is laid out: as in CPython 3.8 to 3.10, or as since 3.11. */
export type CodeLayout = "3.8" | "3.11";

/** What a Python function's code object says of it. */
export interface CodeObject {
  readonly layout: CodeLayout;
  /** How many positional parameters it has, without `*args`. */
  readonly positional: number;
  readonly keywordOnly: number;
  readonly flags: number;
  /** Instructions of two bytes: opcode, argument. */
  readonly bytecode: Uint8Array;
  readonly constants: readonly Constant[];
  /** The globals and attributes it uses. */
  readonly names: readonly string[];
  /** All its variables: parameters, locals, and what it shares with functions around it or inside it. */
  readonly variables: readonly Constant[];
}

const BYTES = 65_536;
const BYTECODE_BYTES = 4096;
const DEPTH = 16;

/** Marks an object that later references mean by its number. */
const REFERABLE = 0x80;
const CODE = "c".charCodeAt(0);
const BYTE_STRING = "s".charCodeAt(0);
/** These have no number, whatever their mark says. */
const SINGLETONS = "NTF.";

/**
 * Reads the code object of a function from CPython's marshal format, versions 3 to 5; nothing is executed. Constants of
 * a kind that no key has end it, as do more than 64 KiB, 4 KiB of bytecode or 16 levels.
 */
export function readCode(bytes: Uint8Array, refuse: Refuse): CodeObject {
  if (bytes.length > BYTES) refuse(`its code has ${bytes.length} bytes, expected at most ${BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const referable: (Constant | undefined)[] = [];
  let at = 0;

  function checkRoom(size: number): number {
    const room = bytes.length - at;
    return size >= 0 && size <= room
      ? size
      : refuse(`its code is damaged: ${size} bytes at ${at}, where ${room} are left`);
  }
  function skip(size: number): number {
    at += checkRoom(size);
    return at - size;
  }
  const byte = () => view.getUint8(skip(1));
  const int = () => view.getInt32(skip(4), true);
  const byteString = (size: number) => bytes.subarray(skip(size), at);
  const text = (size: number) => Buffer.from(byteString(size)).toString();
  const tuple = (size: number, depth: number) => Array.from({ length: checkRoom(size) }, () => constant(depth + 1));

  function content(type: string, depth: number): Constant {
    switch (type) {
      case "N":
        return null;
      case ".":
        return { kind: "ellipsis" };
      case "i":
        return int();
      case "s":
        return byteString(int());
      case "a":
      case "A":
      case "t":
      case "u":
        return text(int());
      case "z":
      case "Z":
        return text(byte());
      case ")":
        return tuple(byte(), depth);
      case "(":
        return tuple(int(), depth);
      case ":":
        return { kind: "slice", start: constant(depth + 1), stop: constant(depth + 1), step: constant(depth + 1) };
      case "T":
      case "F":
        return { kind: "other" };
      case "g":
        skip(8);
        return { kind: "other" };
      default:
        return refuse(`its code holds a constant that no key has (marshal type ${JSON.stringify(type)})`);
    }
  }

  function constant(depth = 0): Constant {
    if (depth > DEPTH) refuse(`its constants are nested deeper than ${DEPTH} levels`);
    const mark = byte();
    const type = String.fromCharCode(mark & ~REFERABLE);
    if (type === "r") return referable[int()] ?? refuse("its code is damaged: a reference to nothing");
    if (!(mark & REFERABLE) || SINGLETONS.includes(type)) return content(type, depth);
    const number = referable.push(undefined) - 1;
    const value = content(type, depth);
    referable[number] = value;
    return value;
  }

  function bytesNext(): Uint8Array {
    const value = constant();
    return value instanceof Uint8Array ? value : refuse("its code is damaged: no bytes where they belong");
  }
  function tupleNext(): readonly Constant[] {
    const value = constant();
    return Array.isArray(value) ? value : refuse("its code is damaged: no tuple where it belongs");
  }

  const mark = byte();
  if ((mark & ~REFERABLE) !== CODE) refuse("it holds no code of a Python function");
  if (mark & REFERABLE) referable.push(undefined);

  const header = [int(), int(), int(), int()];
  while (header.length < 6 && ((bytes[at] ?? 0) & ~REFERABLE) !== BYTE_STRING) header.push(int());
  if (header.length === 4) refuse("CPython 2 compiled it");
  const layout = header.length === 6 ? "3.8" : "3.11";
  const [positional = 0, , keywordOnly = 0] = header;
  const bytecode = bytesNext();
  if (bytecode.length > BYTECODE_BYTES)
    refuse(`its bytecode has ${bytecode.length} bytes, expected at most ${BYTECODE_BYTES}`);
  const constants = tupleNext();
  const names = tupleNext().map((name) =>
    typeof name === "string" ? name : refuse("its code is damaged: a name that is no text"),
  );
  const variables = [...tupleNext()];
  if (layout === "3.8") variables.push(...tupleNext(), ...tupleNext());
  else if (!(constant() instanceof Uint8Array)) refuse("CPython 3.7 or older compiled it");

  // File and name (and qualified name), first line, line table (and exception table).
  for (let i = 0; i < (layout === "3.8" ? 2 : 3); i++) constant();
  int();
  bytesNext();
  if (layout === "3.11" && bytesNext().length > 0) refuse("it handles exceptions");
  if (at < bytes.length) refuse(`its code is damaged: ${bytes.length - at} bytes too many`);
  return { layout, positional, keywordOnly, flags: header.at(-1) ?? 0, bytecode, constants, names, variables };
}
