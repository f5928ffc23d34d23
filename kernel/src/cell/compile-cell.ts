import { createRequire } from "node:module";
import type { TransformFailure, TransformOptions, TransformResult } from "esbuild";
import type { CompiledCell, PlaceMap } from "../channel.js";
import type { CellAnalysis, NameKind } from "./analyse-cell.js";
import { EditedText } from "./edited-text.js";
import { keepValue, type Prefixes, prefixesFor, rewriteCell } from "./rewrite-cell.js";
import { type Node, parse, type SyntaxProblem } from "./syntax-tree.js";

/** Imported instead, Node would first read all of its source for names: four fifths of the time. */
const { stop, transform }: typeof import("esbuild") = createRequire(import.meta.url)("esbuild");

const TARGET = `node${process.versions.node}`;

/** Code that is not valid, with where. */
export class CellSyntaxError extends Error {
  readonly problems: readonly SyntaxProblem[];

  constructor(problems: readonly SyntaxProblem[]) {
    super(problems[0]?.message);
    this.problems = problems;
  }
}

/**
 * Makes a cell ready to run: types are stripped, newer syntax is lowered to the running Node, and the top level is shared.
 * @param file the script's name in stack traces
 * @throws CellSyntaxError
 */
export async function compileCell(
  code: string,
  analysis: CellAnalysis,
  known: ReadonlyMap<string, NameKind>,
  file: string,
): Promise<CompiledCell> {
  if (analysis.problems.length > 0) throw new CellSyntaxError(analysis.problems);
  const prefixes = prefixesFor(code);
  // What is JavaScript as it stands needs no compiler; a modifier such as private shows only there.
  const plain = analysis.isLowered ? null : parse(code, "js", { isStrict: true, from: code });
  const isPlain = plain?.problems.length === 0;
  const { js, body, maps } = isPlain
    ? { js: code, body: plain.body, maps: [] }
    : await strip(code, analysis, prefixes, file);
  const { code: script, pieces, imports, names, vars } = rewriteCell(js, body, analysis, known, prefixes, isPlain);
  const declares = [...analysis.names].flatMap(([name, kind]) => (kind === "import" ? [] : [name]));
  return { code: script, file, source: code, maps: [pieces, ...maps], imports, names, declares, vars };
}

/**
 * A cell's TypeScript as JavaScript, with its last expression kept: the compiler drops what has no effect.
 * @throws CellSyntaxError
 */
async function strip(
  code: string,
  analysis: CellAnalysis,
  prefixes: Prefixes,
  file: string,
): Promise<{ readonly js: string; readonly body: readonly Node[]; readonly maps: readonly PlaceMap[] }> {
  const edited = new EditedText(code);
  keepValue(edited, analysis, prefixes);
  const { text, pieces } = edited.build();
  // What esbuild takes for a module is strict code.
  const { code: js, map } = await transformed(`${text}\nexport {};`, {
    loader: "ts",
    target: TARGET,
    sourcemap: "external",
    sourcesContent: false,
    sourcefile: file,
    logLevel: "silent",
    tsconfigRaw: {
      compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true },
    },
  }).catch((failure: TransformFailure) => {
    throw new CellSyntaxError(failure.errors.map((error) => problemOf(code, error)));
  });
  const { body, problems } = parse(js, "js", { from: code });
  if (problems.length > 0) throw new CellSyntaxError(problems);
  return { js, body, maps: [map, pieces] };
}

/** esbuild's answer; its process is started again if it has ended. */
async function transformed(code: string, options: TransformOptions): Promise<TransformResult> {
  try {
    return await transform(code, options);
  } catch (failure) {
    if ((failure as Partial<TransformFailure>).errors) throw failure;
    await stop();
    return await transform(code, options);
  }
}

function problemOf(code: string, { text, location }: TransformFailure["errors"][number]): SyntaxProblem {
  if (!location) return { message: text, start: 0, end: 0 };
  const before = code.split("\n").slice(0, location.line - 1);
  const line = before.reduce((sum, { length }) => sum + length + 1, 0);
  // esbuild counts bytes.
  const text8 = Buffer.from(location.lineText).subarray(0, location.column).toString();
  const start = line + text8.length;
  return { message: text, start, end: start + location.length };
}

/** A module of the notebook's folder as JavaScript. @throws CellSyntaxError */
export async function compileModule(
  path: string,
  code: string,
): Promise<{ readonly code: string; readonly map: string }> {
  const loader = /\.[cm]?tsx$/.test(path) ? "tsx" : /\.[cm]?ts$/.test(path) ? "ts" : /x$/.test(path) ? "jsx" : "js";
  return transformed(code, {
    loader,
    target: TARGET,
    format: "esm",
    sourcemap: "external",
    sourcesContent: false,
    sourcefile: path,
    logLevel: "silent",
  }).catch((failure: TransformFailure) => {
    const [first] = failure.errors;
    const where = first?.location ? `:${first.location.line}:${first.location.column + 1}` : "";
    throw new SyntaxError(`${path}${where}: ${first?.text ?? failure.message}`);
  });
}
