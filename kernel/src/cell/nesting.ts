/** Brackets within each other, and operators within one expression, at most: a parser's stack ends somewhere above. */
const MOST_BRACKETS = 1000;
const MOST_OPERATORS = 5000;
/** Words that can follow each other without end: else if, await await, new new. */
const MOST_WORDS = 4000;

const OPEN = new Set("([{<");
const CLOSE = new Set(")]}>");
const OPERATORS = new Set("+-*/%&|^!~?:=.@");
const ENDS = new Set(";,{}");
const WORDS = /\b(?:else|await|yield|new|typeof|void|delete|throw|function|class|extends|in|of|as|is|keyof|infer)\b/g;

/**
 * Where code is nested so deeply that a native parser would run out of stack, which nothing can catch; null where it is
 * not. It reads characters, not syntax: what stands in quotes counts for nothing, and code that people write stays far below.
 */
export function tooDeepAt(code: string): number | null {
  let depth = 0;
  let operators = 0;
  for (let i = 0; i < code.length; i++) {
    const character = code[i] as string;
    if (character === '"' || character === "'") i = endOfString(code, i);
    else if (OPEN.has(character)) depth++;
    else if (CLOSE.has(character)) depth = Math.max(0, depth - 1);
    else if (OPERATORS.has(character)) operators++;
    if (ENDS.has(character)) operators = 0;
    if (depth > MOST_BRACKETS || operators > MOST_OPERATORS) return i;
  }
  const words = code.length > 4 * MOST_WORDS ? [...code.matchAll(WORDS)] : [];
  return words[MOST_WORDS]?.index ?? null;
}

/** The end of a string in quotes, or of its line. */
function endOfString(code: string, start: number): number {
  for (let i = start + 1; i < code.length; i++) {
    if (code[i] === "\\") i++;
    else if (code[i] === code[start] || code[i] === "\n") return i;
  }
  return code.length;
}
