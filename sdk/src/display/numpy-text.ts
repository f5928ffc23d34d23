import { sizeOf } from "../tensors/size-of.js";

/**
 * Arrays as numpy's repr prints them, with its defaults: precision 8, threshold 1000, edgeitems 3, linewidth 75.
 * Source: numpy 2, numpy/_core/arrayprint.py.
 */
const PRECISION = 8;
const THRESHOLD = 1000;
const EDGE = 3;
const WIDTH = 75;
const PREFIX = "array(";

type Complex = readonly [real: number, imaginary: number];
type Value = number | string | Complex;
type Format = (value: Value) => string;

/**
 * `repr(numpy.array(values).reshape(shape))` for tensors of any dtype; bools as 0 and 1, complex numbers as two numbers each.
 */
export function formatArray(flat: readonly (number | string)[], shape: readonly number[], dtype: string): string {
  const size = sizeOf(shape);
  const values: readonly Value[] = dtype === "complex64" ? pairsOf(flat as readonly number[]) : flat;
  const summarize = size > THRESHOLD;
  const extras: string[] = [];
  if (summarize || (size === 0 && shape.length !== 1))
    extras.push(`shape=(${shape.join(", ")}${shape.length === 1 ? "," : ""})`);
  if (dtype === "string")
    extras.push(`dtype='<U${values.reduce<number>((most, text) => Math.max(most, widthOf(text)), 1)}'`);
  else if (size === 0 || dtype !== "bool") extras.push(`dtype=${dtype}`);
  const shown = summarize ? edges(shape).map((index) => values[index] as Value) : values;
  const format = formatOf(shown, dtype, shape.length);
  const body =
    size === 0
      ? "[]"
      : formatAxis({ values, shape, format, summarize }, 0, 0, " ".repeat(PREFIX.length + 1), WIDTH - 1);
  if (extras.length === 0) return `${PREFIX}${body})`;
  const text = `${PREFIX}${body},`;
  const extra = `${extras.join(", ")})`;
  const lastLine = widthOf(text.slice(text.lastIndexOf("\n") + 1));
  const spacer = lastLine + extra.length + 1 > WIDTH ? `\n${" ".repeat(PREFIX.length)}` : " ";
  return text + spacer + extra;
}

const pairsOf = (flat: readonly number[]): Complex[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] as number, flat[2 * i + 1] as number]);

function formatOf(shown: readonly Value[], dtype: string, rank: number): Format {
  if (dtype === "float32") return floatFormat(shown as readonly number[]);
  if (dtype === "complex64") return complexFormat(shown as readonly Complex[]);
  return plainFormat(shown, dtype, rank);
}

/** The positions along an axis that are shown; null stands for the ellipsis. */
const positions = (length: number, summarize: boolean): (number | null)[] =>
  summarize && length > 2 * EDGE
    ? [0, 1, 2, null, length - 3, length - 2, length - 1]
    : Array.from({ length }, (_, i) => i);

/** The flat indices that a summary shows. */
function edges(shape: readonly number[]): number[] {
  let indices = [0];
  for (const length of shape) {
    const kept = positions(length, true).filter((i) => i !== null);
    indices = indices.flatMap((index) => kept.map((i) => index * length + i));
  }
  return indices;
}

interface Layout {
  readonly values: readonly Value[];
  readonly shape: readonly number[];
  readonly format: Format;
  readonly summarize: boolean;
}

/** numpy's _formatArray: `indent` hangs before what is nested, `width` is what a line may take. */
function formatAxis(layout: Layout, axis: number, offset: number, indent: string, width: number): string {
  const { values, shape, format, summarize } = layout;
  const length = shape[axis];
  if (length === undefined) return format(values[offset] as Value);
  const stride = sizeOf(shape.slice(axis + 1));
  const words = positions(length, summarize).map((i) =>
    i === null ? "..." : formatAxis(layout, axis + 1, offset + i * stride, `${indent} `, width - 1),
  );
  const axesLeft = shape.length - axis;
  if (axesLeft > 1) return `[${words.join(`,${"\n".repeat(axesLeft - 1)}${indent}`)}]`;
  let text = "";
  let line = indent;
  for (const [k, word] of words.entries()) {
    if (widthOf(line) + widthOf(word) > width - 1 && line.length > indent.length) {
      text += `${line.trimEnd()}\n`;
      line = indent;
    }
    line += k === words.length - 1 ? word : `${word}, `;
  }
  return `[${(text + line).slice(indent.length)}]`;
}

function plainFormat(shown: readonly Value[], dtype: string, rank: number): Format {
  if (dtype === "bool") return (value) => (value ? (rank > 0 ? " True" : "True") : "False");
  if (dtype === "string") return (value) => pythonRepr(String(value));
  const width = Math.max(0, ...shown.map((value) => String(value).length));
  return (value) => String(value).padStart(width);
}

/** Python counts code points. */
const widthOf = (text: Value): number => [...String(text)].length;

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Python's repr of a str: what is not printable is escaped. */
function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\'"\p{C}\p{Z}]/gu, (char) => {
    if (char === " " || (/['"]/.test(char) && char !== quote)) return char;
    if (char === quote) return `\\${char}`;
    const code = char.codePointAt(0) ?? 0;
    const [letter, digits] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
    return ESCAPES[char] ?? `\\${letter}${code.toString(16).padStart(digits, "0")}`;
  });
  return quote + escaped + quote;
}

/** numpy's ComplexFloatingFormat: both parts have one format each, and the j stands before what fills the second up. */
function complexFormat(shown: readonly Complex[]): Format {
  const real = floatFormat(shown.map(([part]) => part));
  const imaginary = floatFormat(
    shown.map(([, part]) => part),
    "+",
  );
  return (value) => {
    const [first, second] = value as Complex;
    return real(first) + imaginary(second).replace(/ *$/, "j$&");
  };
}

/**
 * numpy's FloatingFormat for float32: the fewest digits that tell each value from its neighbours, at most eight decimals.
 * @param plus what stands before values that are not negative
 */
function floatFormat(shown: readonly number[], plus: "" | "+" = ""): Format {
  const finite = shown.filter(Number.isFinite);
  const sizes = finite.map(Math.abs).filter((value) => value > 0);
  const [most, least] = [Math.max(...sizes), Math.min(...sizes)];
  const scientific = sizes.length > 0 && (most >= 1e8 || least < Math.fround(1e-4) || Math.fround(most / least) > 1000);
  const signOf = (value: number) => (value < 0 || Object.is(value, -0) ? "-" : plus);
  const parts = finite.map((value) => (scientific ? scientificParts(value) : positionalParts(value)));
  let left = Math.max(0, ...parts.map(({ whole }, i) => signOf(finite[i] as number).length + whole.length));
  const decimals = Math.max(0, ...parts.map(({ fraction }) => fraction.length));
  const exponentDigits = Math.max(0, ...parts.map(({ exponent }) => exponent.length - 1));
  const right = scientific ? decimals + 2 + exponentDigits : decimals;
  if (finite.length < shown.length) left = Math.max(left, (plus || shown.includes(-Infinity) ? 4 : 3) - right - 1);
  return (value) => {
    const number = value as number;
    if (!Number.isFinite(number)) {
      const text = Number.isNaN(number) ? `${plus}nan` : `${signOf(number)}inf`;
      return text.padStart(left + right + 1);
    }
    if (!scientific) {
      const { whole, fraction } = positionalParts(number);
      return `${(signOf(number) + whole).padStart(left)}.${fraction.padEnd(right)}`;
    }
    // Past the shortest digits numpy goes on with the exact value's.
    const [mantissa = "", power = ""] = Math.abs(number).toExponential(decimals).split("e");
    const [whole = "", fraction = ""] = mantissa.split(".");
    return `${(signOf(number) + whole).padStart(left)}.${fraction}e${power[0]}${power.slice(1).padStart(exponentDigits, "0")}`;
  };
}

/** Of a value without its sign. */
interface Parts {
  readonly whole: string;
  readonly fraction: string;
  /** With its sign; empty in positional notation. */
  readonly exponent: string;
}

function scientificParts(value: number): Parts {
  const { digits, exponent } = shortest(value);
  const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return { whole: digits[0] as string, fraction: digits.slice(1), exponent: power };
}

function positionalParts(value: number): Parts {
  const { digits, exponent } = shortest(value);
  const decimals = Math.max(0, digits.length - 1 - exponent);
  const text = decimals > PRECISION ? roundHalfEven(value) : placed(digits, exponent);
  const [whole = "0", fraction = ""] = text.split(".");
  return { whole, fraction: fraction.replace(/0+$/, ""), exponent: "" };
}

/** Digits with their point in place. */
function placed(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, "0");
  return `${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1)}`;
}

/** The exact value to eight decimals, ties to even. */
function roundHalfEven(value: number): string {
  const [whole = "0", fraction = ""] = Math.abs(value).toFixed(60).split(".");
  const kept = BigInt(whole + fraction.slice(0, PRECISION));
  const rest = fraction.slice(PRECISION);
  const half = `5${"0".repeat(rest.length - 1)}`;
  const up = rest > half || (rest === half && kept % 2n === 1n);
  const text = String(up ? kept + 1n : kept).padStart(PRECISION + 1, "0");
  return `${text.slice(0, -PRECISION)}.${text.slice(-PRECISION)}`;
}

/** The shortest digits that read back as the same float32, and the exponent of the first. */
function shortest(value: number): { readonly digits: string; readonly exponent: number } {
  const size = Math.abs(value);
  if (size === 0) return { digits: "0", exponent: 0 };
  for (let precision = 1; ; precision++) {
    const [mantissa = "", exponent = "0"] = size.toExponential(precision - 1).split("e");
    if (precision === 9 || Math.fround(Number(`${mantissa}e${exponent}`)) === size)
      return { digits: mantissa.replace(".", "").replace(/0+$/, ""), exponent: Number(exponent) };
  }
}
