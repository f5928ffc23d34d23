import type { ErrorReport } from "../channel.js";

/** Something wrong with a cell's code, with where; offsets count UTF-16 units. */
interface Problem {
  readonly code?: number;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

const MOST = 20;
/** Of a line, so much is shown around the place. */
const MOST_TEXT = 1000;

/** Problems with a cell's code as an error output: each with its line, and the place marked in it. */
export function reportProblems(ename: string, file: string, code: string, problems: readonly Problem[]): ErrorReport {
  const blocks = problems.slice(0, MOST).map((problem) => blockOf(file, code, problem));
  const rest = problems.length - blocks.length;
  const first = problems[0];
  const where = first ? ` (${positionText(file, code, first.start)})` : "";
  return {
    ename,
    evalue: `${first?.message.split("\n")[0] ?? ""}${where}`,
    traceback: [...blocks, ...(rest > 0 ? [`… and ${rest} more`] : [])],
  };
}

function blockOf(file: string, code: string, { code: number, message, start, end }: Problem): string {
  const lineStart = code.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = code.indexOf("\n", start);
  const from = Math.max(lineStart, start - MOST_TEXT / 2);
  const text = code.slice(from, Math.min(lineEnd < 0 ? code.length : lineEnd, from + MOST_TEXT)).replace(/\r$/, "");
  const line = String(code.slice(0, start).split("\n").length);
  const width = Math.max(1, Math.min(end, from + text.length) - start);
  const mark = `${text.slice(0, start - from).replace(/[^\t]/g, " ")}${"~".repeat(width)}`;
  const kind = number === undefined ? "syntax error" : `error TS${number}`;
  return [
    `\x1b[36m${positionText(file, code, start)}\x1b[39m - \x1b[31m${kind}\x1b[39m: ${message}`,
    "",
    `\x1b[7m${line}\x1b[27m ${text}`,
    `\x1b[7m${" ".repeat(line.length)}\x1b[27m \x1b[31m${mark}\x1b[39m`,
  ].join("\n");
}

/** `Cell[3]:2:5`: line and column count from 1. */
function positionText(file: string, code: string, offset: number): string {
  const before = code.slice(0, offset).split("\n");
  return `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/** An error of the kernel itself as an error output. */
export const reportFailure = (ename: string, evalue: string): ErrorReport => ({
  ename,
  evalue,
  traceback: [`\x1b[31m${ename}\x1b[39m: ${evalue}`],
});
