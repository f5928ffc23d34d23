import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a cell must do. What is absent must not happen. */
export interface Expected {
  value?: string;
  html?: readonly string[];
  bundle?: Readonly<Record<string, unknown>>;
  displays: DisplayExpected[];
  stdout?: TextExpected;
  stderr?: TextExpected;
  error?: readonly string[];
  diagnostics?: readonly string[];
}

export interface TextExpected {
  readonly text: string;
  /** The whole text, its lines as parts, or what plain Node prints. */
  readonly how: "whole" | "part" | "node";
}

export interface DisplayExpected {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly update?: boolean;
}

export type Step =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "cell"; readonly code: string; readonly line: number; readonly expected: Expected };

/** A notebook of the conformance files: its title is unique. */
export interface Program {
  readonly file: string;
  readonly title: string;
  readonly steps: Step[];
}

const FOLDER = join(import.meta.dirname, "conformance");

/** Reads every program of conformance/*.md; what the blocks mean stands in conformance/README.md. */
export function readPrograms(): Program[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".md") && name !== "README.md");
  return files.sort().flatMap((file) => parsePrograms(file, readFileSync(join(FOLDER, file), "utf8")));
}

function parsePrograms(file: string, text: string): Program[] {
  const programs: Program[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const title = /^## (.+)$/.exec(lines[i] ?? "")?.[1];
    if (title) programs.push({ file, title, steps: [] });
    const info = /^```(.*)$/.exec(lines[i] ?? "")?.[1];
    if (info === undefined) continue;
    const end = lines.indexOf("```", i + 1);
    const program = programs.at(-1);
    if (end < 0 || !program) throw new Error(`${file}:${i + 1}: a block without an end or before a ## heading`);
    addBlock(program.steps, info.split(" "), lines.slice(i + 1, end).join("\n"), i + 1, `${file}:${i + 1}`);
    i = end;
  }
  return programs;
}

function addBlock(steps: Step[], [kind, ...words]: readonly string[], text: string, line: number, where: string): void {
  if (kind === "ts") {
    const repeat = Number(words.find((word) => word.startsWith("repeat="))?.slice(7) ?? 1);
    const code = Array<string>(repeat).fill(text).join("\n");
    const ends = words.includes("crlf") ? code.replaceAll("\n", "\r\n") : code;
    steps.push({ kind: "cell", code: ends, line, expected: { displays: [] } });
  } else if (kind === "file") steps.push({ kind: "file", path: words.join(" "), text: `${text}\n` });
  else {
    const cell = steps.at(-1);
    if (cell?.kind !== "cell") throw new Error(`${where}: ${kind} must follow a cell`);
    addExpected(cell.expected, kind ?? "", words[0], text, where);
  }
}

function addExpected(expected: Expected, kind: string, how: string | undefined, text: string, where: string): void {
  const lines = text.split("\n");
  if (kind === "value") expected.value = text;
  else if (kind === "html" || kind === "error" || kind === "diagnostics") expected[kind] = lines;
  else if (kind === "bundle") expected.bundle = JSON.parse(text);
  else if (kind === "display") expected.displays.push(JSON.parse(text));
  else if (kind === "stdout" || kind === "stderr")
    expected[kind] = {
      text: how === "bare" ? text : `${text}\n`,
      how: how === "part" || how === "node" ? how : "whole",
    };
  else throw new Error(`${where}: no such block: ${kind}`);
}
