import { parseSync, visitorKeys } from "oxc-parser";
import { isTooDeep } from "./parser-limits.js";

/** A node of a syntax tree in ESTree's form; offsets count UTF-16 units. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export interface SyntaxProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export interface Parsed {
  readonly body: readonly Node[];
  readonly problems: readonly SyntaxProblem[];
}

export interface ParseOptions {
  /** Find what only the whole of the code shows, such as a name that is declared twice. Default false. */
  readonly isStrict?: boolean;
  /** Code that was parsed before, and that this was made of. */
  readonly from?: string;
}

/** Code that nothing can be said of. */
export const TOO_DEEP: SyntaxProblem = { message: "the code is nested too deeply", start: 0, end: 0 };

/** Parses a module. */
export function parse(code: string, lang: "ts" | "js", { isStrict = false, from }: ParseOptions = {}): Parsed {
  if (isTooDeep(code, from)) return { body: [], problems: [TOO_DEEP] };
  const options = {
    lang,
    sourceType: "module",
    astType: lang,
    showSemanticErrors: isStrict,
    preserveParens: false,
  } as const;
  const { program, errors } = parseSync(`cell.${lang}`, code, options);
  const problems = errors
    .filter(({ severity }) => severity === "Error")
    .map(({ message, labels }) => ({ message, start: labels[0]?.start ?? 0, end: labels[0]?.end ?? 0 }));
  return { body: program.body as unknown as readonly Node[], problems };
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

export const nodeOf = (value: unknown): Node => value as Node;
export const nodesOf = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);
export const nameOf = (node: unknown): string => String((node as Node).name ?? (node as Node).value);

/** A node's children in the order of the source. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) children.push(child);
  }
  return children;
}

/** An identifier that a pattern binds. */
export interface Binding {
  readonly name: string;
  readonly node: Node;
  /** `{ name }` or `{ name = … }`: the identifier is a property's key as well. */
  readonly shorthand: boolean;
}

/** The identifiers that a binding or assignment pattern writes to, in order. */
export function bindingsOf(pattern: Node, shorthand = false): Binding[] {
  switch (pattern.type) {
    case "Identifier":
      return [{ name: nameOf(pattern), node: pattern, shorthand }];
    case "ObjectPattern":
      return nodesOf(pattern.properties).flatMap((property) =>
        property.type === "RestElement"
          ? bindingsOf(nodeOf(property.argument))
          : bindingsOf(nodeOf(property.value), property.shorthand === true),
      );
    case "ArrayPattern":
      return nodesOf(pattern.elements).flatMap((element) => bindingsOf(element));
    case "AssignmentPattern":
      return bindingsOf(nodeOf(pattern.left), shorthand);
    case "RestElement":
      return bindingsOf(nodeOf(pattern.argument));
    default:
      return [];
  }
}

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);
export const isFunction = (node: Node): boolean => FUNCTIONS.has(node.type);

/** The names that `var` declares in statements, also in blocks, but not in functions. */
export function varsOf(nodes: readonly Node[]): string[] {
  const names: string[] = [];
  const visit = (node: Node) => {
    if (isFunction(node) || node.type === "ClassBody") return;
    if (node.type === "VariableDeclaration" && node.kind === "var")
      for (const declarator of nodesOf(node.declarations))
        names.push(...bindingsOf(nodeOf(declarator.id)).map(({ name }) => name));
    for (const child of childrenOf(node)) visit(child);
  };
  for (const node of nodes) visit(node);
  return names;
}
