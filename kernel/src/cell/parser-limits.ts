/**
 * oxc-parser overflows its stack, which nothing can catch, at the earliest at 2,200 brackets within each other, 4,200
 * operators or 6,500 words such as `else` in a row. Code that people write stays far below.
 */
const MOST_BRACKETS = 1000;
const MOST_OPERATORS = 2500;

/** Strings, templates and comments, which count for nothing; brackets, operators and words that nest; what ends an expression. */
const TOKEN =
  /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|\/\/.*|\/\*[\s\S]*?\*\/|([([{])|([)\]}])|([-+*/%&|^!~?:=<>.@]|\b(?:else|await|yield|new|typeof|void|delete|throw)\b)|[;,\n]/g;

/**
 * Where code is nested so deeply in a line that the parser could overflow, null where it is not. It looks at lines, not at
 * syntax: the kernel is to refuse what a program has written by mistake, before it ends the kernel.
 */
export function tooDeepAt(code: string): number | null {
  let depth = 0;
  let operators = 0;
  for (const { 0: text, 1: open, 2: close, 3: operator, index } of code.matchAll(TOKEN)) {
    if (open) depth++;
    else if (close) depth = Math.max(0, depth - 1);
    else if (operator) operators++;
    else if (text === ";" || text === "," || text === "\n") operators = 0;
    if (depth > MOST_BRACKETS || operators > MOST_OPERATORS) return index;
  }
  return null;
}
