import { parse } from "./syntax-tree.js";

/** Whether code can be run as it stands, goes on in another line, or cannot become valid. */
export function isComplete(
  code: string,
): { readonly status: "complete" | "invalid" } | { readonly status: "incomplete"; readonly indent: string } {
  const { problems } = parse(code, "ts");
  const [first] = problems;
  if (!first) return { status: "complete" };
  const isCutOff =
    first.start >= code.trimEnd().length || /^Unterminated (multiline comment|template|regular)/i.test(first.message);
  if (!isCutOff) return { status: "invalid" };
  const last = code.split("\n").at(-1) ?? "";
  const indent = /^\s*/.exec(last)?.[0] ?? "";
  return { status: "incomplete", indent: /[{([]\s*$/.test(last) ? `${indent}  ` : indent };
}
