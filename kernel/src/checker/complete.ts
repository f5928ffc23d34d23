import { readdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type CompletionEntry, SymbolFlags, type Symbol as TypeScriptSymbol } from "typescript7/unstable/async";
import type { OpenCell } from "./checker.js";
import { type HistoryDocument, PREFIX, wordsOf } from "./history-document.js";

export interface Completions {
  readonly matches: readonly { readonly text: string; readonly type: string }[];
  /** What the matches take the place of; offsets count UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** LSP's CompletionItemKind in the words that notebooks use. */
const KINDS: Readonly<Record<number, string>> = {
  1: "text",
  2: "method",
  3: "function",
  4: "class",
  5: "property",
  6: "variable",
  7: "class",
  8: "interface",
  9: "module",
  10: "property",
  13: "enum",
  14: "keyword",
  17: "path",
  19: "path",
  20: "enum",
  21: "constant",
  22: "class",
  25: "type",
};

/** The same of names by the keywords that declare them. */
const DECLARED: Readonly<Record<string, string>> = {
  const: "constant",
  function: "function",
  class: "class",
  enum: "enum",
  namespace: "module",
  interface: "interface",
  type: "type",
};

const KEYWORDS =
  "abstract as async await break case catch class const continue debugger default delete do else enum export extends false finally for from function get if implements import in instanceof interface is keyof let namespace new null of private protected public readonly return satisfies set static super switch this throw true try type typeof undefined using var void while yield".split(
    " ",
  );
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(["'])([^"'\n]*)$/;

/** Members, names in scope, imports, paths, keys and string literals that could stand at an offset. */
export async function completeAt(
  cell: OpenCell,
  offset: number,
  history: HistoryDocument,
  folder: string,
): Promise<Completions> {
  const before = cell.code.slice(0, offset);
  const specifier = IMPORT.exec(before)?.[2];
  if (specifier !== undefined) {
    const start = offset - specifier.length + (specifier.lastIndexOf("/") + 1);
    const entries = specifier.startsWith(".") ? await filesIn(folder, specifier) : await entriesAt(cell, offset);
    return matching(entries ?? [], specifier.slice(specifier.lastIndexOf("/") + 1), start, offset);
  }
  const typed = /[\p{ID_Continue}$#]*$/u.exec(before)?.[0] ?? "";
  const entries = (await entriesAt(cell, offset)) ?? (await namesAt(cell, typed, history));
  return matching(entries, typed, offset - typed.length, offset);
}

interface Match {
  readonly name: string;
  readonly type: string;
  readonly rank: string;
}

/** What TypeScript offers; null where it would offer the exports of every module that it could import. */
async function entriesAt({ project, file, begin }: OpenCell, offset: number): Promise<Match[] | null> {
  try {
    const found = await project.checker.getCompletionsAtPosition(file, begin + offset);
    return (found?.entries ?? []).filter(({ name }) => !name.startsWith(PREFIX)).map(matchOf);
  } catch (error) {
    if (/auto imports/.test(String((error as Error).message))) return null;
    throw error;
  }
}

function matchOf({ name, kind, sortText }: CompletionEntry): Match {
  const type = KINDS[kind ?? 1] ?? "text";
  // An optional member comes as `name?`.
  const isMember = type === "property" || type === "method";
  return { name: isMember ? name.replace(/\?$/, "") : name, type, rank: sortText ?? "" };
}

/** What a symbol is, in the words that notebooks use. */
function typeOf({ flags }: TypeScriptSymbol): string {
  if (flags & SymbolFlags.Function) return "function";
  // Such as Array: an interface, and a variable with its constructor.
  if (flags & SymbolFlags.Class || (flags & SymbolFlags.Interface && flags & SymbolFlags.Variable)) return "class";
  if (flags & SymbolFlags.Interface) return "interface";
  if (flags & SymbolFlags.TypeAlias) return "type";
  return flags & SymbolFlags.Module ? "module" : "variable";
}

/** Names: the cell's own words, those of earlier cells, globals and keywords. */
async function namesAt({ project, file, code }: OpenCell, typed: string, history: HistoryDocument): Promise<Match[]> {
  const { checker } = project;
  const names = new Map<string, Match>();
  const add = (name: string, type: string, rank: string) => {
    if (!names.has(name)) names.set(name, { name, type, rank });
  };
  const words = wordsOf(code);
  words.delete(typed);
  const members = new Set(
    [...code.matchAll(/\.\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu)].map(([, name]) => name ?? ""),
  );
  for (const name of words) if (!members.has(name) && !KEYWORDS.includes(name)) add(name, "variable", "10");
  for (const name of history.names.keys()) add(name, DECLARED[history.keywordOf(name)] ?? "variable", "11");
  const globalThisSymbol = await checker.resolveName("globalThis", SymbolFlags.ValueModule, {
    document: file,
    position: 0,
  });
  for (const symbol of (await globalThisSymbol?.getExports())?.values() ?? []) add(symbol.name, typeOf(symbol), "15");
  for (const keyword of KEYWORDS) add(keyword, "keyword", "16");
  return [...names.values()];
}

async function filesIn(folder: string, specifier: string): Promise<Match[]> {
  const path = resolve(folder, specifier.endsWith("/") ? specifier : dirname(specifier));
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() || /\.([cm]?[jt]sx?|json)$/.test(entry.name))
    .filter((entry) => !entry.name.startsWith("."))
    .map((entry) => ({ name: entry.isDirectory() ? `${entry.name}/` : entry.name, type: "path", rank: "" }));
}

function matching(entries: readonly Match[], typed: string, start: number, end: number): Completions {
  const wanted = typed.toLowerCase();
  const matches = entries
    .filter(({ name }) => name.toLowerCase().startsWith(wanted))
    .sort((a, b) => order(a, typed).localeCompare(order(b, typed), "en"))
    .map(({ name, type }) => ({ text: name, type }));
  return { matches, start, end };
}

/** Names that begin as typed come before those that do in another case, then TypeScript's own order. */
const order = ({ name, rank }: Match, typed: string): string => `${name.startsWith(typed) ? 0 : 1} ${rank} ${name}`;
