import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const TRIAL = fileURLToPath(new URL("trial-parse.js", import.meta.url));

/**
 * What code nests by: each level of oxc-parser's recursion takes at least one of these, and none takes more than 2.1 kB of
 * its stack. They count wherever they stand, also in strings, so that none is overlooked.
 */
const NESTING =
  /=[=>]*|&&?|\|\|?|\*+|\/+|\.+|\?[?.]?|>+|[([{<:!+\-%^~@`]|\b(?:as|await|delete|do|else|extends|in|infer|instanceof|keyof|new|readonly|satisfies|typeof|unique|void|yield)\b/g;
/** So many take less than the stack has, 8 MB, and code that people write rarely has as many. */
const SAFE = 3000;
/** So many may be added to code that fits into half of the stack. */
const ADDED = 1000;

/**
 * Whether code is nested so deeply that oxc-parser would overflow its stack, which ends the process: what could be is tried
 * in another process.
 * @param from code that was found to be no such code, and that this was made of
 */
export function isTooDeep(code: string, from = ""): boolean {
  if (code === from || nestingOf(code, SAFE) < SAFE) return false;
  const most = nestingOf(from) + ADDED;
  return nestingOf(code, most) >= most && !isParsed(code);
}

/** How much of code could nest; counting ends at `most`. */
function nestingOf(code: string, most = Infinity): number {
  let count = 0;
  for (NESTING.lastIndex = 0; count < most && NESTING.test(code); ) count++;
  return count;
}

function isParsed(code: string): boolean {
  const { status, signal, error } = spawnSync(process.execPath, [TRIAL], {
    cwd: dirname(TRIAL),
    input: code,
    stdio: ["pipe", "ignore", "ignore"],
  });
  if (error || status) throw error ?? new Error(`the trial of the code ended with ${status}`);
  return signal === null;
}
