import { type Checker, SignatureKind, SymbolFlags, type Symbol as TypeSymbol } from "typescript7/unstable/async";
import type { OpenCell } from "./checker.js";

const WORD = /[\p{ID_Continue}$#]/u;

/** The identifier at an offset, or the function whose call begins there. */
function wordAt(code: string, offset: number): number | null {
  let at = offset;
  if (!WORD.test(code[at] ?? "") && !WORD.test(code[at - 1] ?? "")) {
    const call = /([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*\([^()]*$/u.exec(code.slice(0, offset));
    if (!call) return null;
    at = call.index;
  } else if (!WORD.test(code[at] ?? "")) at--;
  while (at > 0 && WORD.test(code[at - 1] ?? "")) at--;
  return at;
}

/** What an identifier is: its signature or type, and its documentation. */
export async function inspectAt({ project, file, begin, code }: OpenCell, offset: number): Promise<string | null> {
  const at = wordAt(code, offset);
  if (at === null) return null;
  const { checker } = project;
  let symbol = await checker.getSymbolAtPosition(file, begin + at);
  if (!symbol) return null;
  while (symbol.flags & SymbolFlags.Alias) {
    const target: TypeSymbol = await checker.getAliasedSymbol(symbol);
    if (target === symbol || (await checker.isUnknownSymbol(target))) break;
    symbol = target;
  }
  const signature = await signatureOf(checker, symbol);
  const documentation = await checker.getDocumentationCommentOfSymbol(symbol);
  const tags = await checker.getJsDocTagsOfSymbol(symbol);
  const lines = tags.map(({ name, text = "" }) => `*@${name}* ${text}`.trimEnd());
  return [`\`\`\`ts\n${signature}\n\`\`\``, documentation, lines.join("  \n")].filter(Boolean).join("\n\n");
}

async function signatureOf(checker: Checker, symbol: TypeSymbol): Promise<string> {
  const { name, flags } = symbol;
  const isTypeOnly = !(flags & SymbolFlags.Value);
  const type = isTypeOnly ? await checker.getDeclaredTypeOfSymbol(symbol) : await checker.getTypeOfSymbol(symbol);
  if (!type) return name;
  if (isTypeOnly) {
    if (flags & SymbolFlags.Interface) return `interface ${name}`;
    return `type ${name} = ${await checker.typeToString(type)}`;
  }
  if (flags & SymbolFlags.Class) return `class ${name}`;
  if (flags & SymbolFlags.Enum) return `enum ${name}`;
  if (flags & (SymbolFlags.ValueModule | SymbolFlags.NamespaceModule)) return `namespace ${name}`;
  const calls = await checker.getSignaturesOfType(type, SignatureKind.Call);
  if (calls.length === 0) {
    const isProperty = flags & (SymbolFlags.Property | SymbolFlags.Accessor);
    const keyword = isProperty ? "" : flags & SymbolFlags.FunctionScopedVariable ? "var " : "let ";
    return `${keyword}${name}: ${await checker.typeToString(type)}`;
  }
  const text = await checker.typeToString(type);
  const arrow = calls.length === 1 ? splitArrow(text) : null;
  const keyword = flags & SymbolFlags.Method ? "" : "function ";
  return arrow ? `${keyword}${name}${arrow}` : `${name}: ${text}`;
}

/** `(a: number) => string` as a declaration has it: `(a: number): string`; null if it is anything else. */
function splitArrow(text: string): string | null {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if ("([{<".includes(text[i] ?? "")) depth++;
    else if (text[i] === ">" && text[i - 1] === "=") {
      if (depth === 0) return `${text.slice(0, i - 1).trimEnd()}: ${text.slice(i + 1).trimStart()}`;
    } else if (")]}>".includes(text[i] ?? "")) depth--;
  }
  return null;
}
