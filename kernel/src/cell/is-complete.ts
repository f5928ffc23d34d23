import { parse } from "./syntax-tree.js";

/** Whether code can be run as it stands, goes on in another line, or cannot become valid. */
export function isComplete(
  code: string,
): { readonly status: "complete" | "invalid" } | { readonly status: "incomplete"; readonly indent: string } {
  const { problems } = parse(code, "ts");
  const [first] = problems;
  if (!first) return { status: "complete" };
  // A template's text may end with the code; its problem begins at the backtick, or at the `}` of the last `${…}`.
  const isTemplate = first.message === "Unterminated string" && /[`}]/.test(code[first.start] ?? "");
  const isCutOff =
    isTemplate || first.start >= code.trimEnd().length || first.message === "Unterminated multiline comment";
  if (!isCutOff) return { status: "invalid" };
  const last = code.split("\n").at(-1) ?? "";
  const indent = /^\s*/.exec(last)?.[0] ?? "";
  return { status: "incomplete", indent: /[{([]\s*$/.test(last) ? `${indent}  ` : indent };
}
