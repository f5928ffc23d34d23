import {
  type Binding,
  bindingsOf,
  childrenOf,
  type Node,
  nameOf,
  nodeOf,
  nodesOf,
  parse,
  type SyntaxProblem,
  varsOf,
} from "./syntax-tree.js";

/** How a name was declared: what may be done with it later. */
export type NameKind = "let" | "const" | "import" | "type";

/** A part of a cell that later cells' types depend on. */
export interface Declaration {
  /** As a statement of a module, exported. */
  readonly text: string;
  /** The names that it binds; none for what only augments other modules. */
  readonly bindings: readonly Pick<Binding, "name" | "shorthand">[];
  /** Where each binding's identifier stands in `text`. */
  readonly offsets: readonly number[];
  readonly isValue: boolean;
  readonly isType: boolean;
}

/** What a cell's TypeScript says of its top level. */
export interface CellAnalysis {
  readonly problems: readonly SyntaxProblem[];
  /** Names that have a value at run time. */
  readonly names: ReadonlyMap<string, NameKind>;
  /** Enums and namespaces: they begin anew each time. */
  readonly fresh: readonly string[];
  readonly declarations: readonly Declaration[];
  /** Every name that the cell declares or imports, types too. */
  readonly declared: ReadonlySet<string>;
  /** Names that the cell assigns to somewhere. */
  readonly assigned: ReadonlySet<string>;
  /** There is something in it that the running Node does not take as it stands. */
  readonly isLowered: boolean;
  /** Where the last expression stands, without its semicolon; null if the cell ends with something else. */
  readonly value: { readonly start: number; readonly end: number } | null;
}

const NOTHING: CellAnalysis = {
  problems: [],
  names: new Map(),
  fresh: [],
  declarations: [],
  declared: new Set(),
  assigned: new Set(),
  isLowered: false,
  value: null,
};

/** Reads a cell's top level. */
export function analyseCell(code: string): CellAnalysis {
  const { body, problems } = parse(code, "ts");
  if (problems.length > 0) return { ...NOTHING, problems };
  const names = new Map<string, NameKind>();
  const fresh: string[] = [];
  const declarations: Declaration[] = [];
  /** The statement of the top level that is being read. */
  let outer = body[0] as Node;
  const statement = (node: Node, names: readonly Node[], isValue: boolean, isType: boolean, exported = true) => {
    const prefix = documentationOf(outer, code) + (exported ? "export " : "");
    declarations.push({
      text: prefix + code.slice(node.start, node.end),
      bindings: names.map((name) => ({ name: nameOf(name), shorthand: false })),
      offsets: names.map((name) => name.start - node.start + prefix.length),
      isValue,
      isType,
    });
  };
  const declare = (node: Node) => {
    const id = node.id as Node | null;
    switch (node.type) {
      case "VariableDeclaration": {
        const kind = node.kind === "let" || node.kind === "var" ? "let" : "const";
        for (const declarator of nodesOf(node.declarations)) {
          const bindings = bindingsOf(nodeOf(declarator.id));
          if (node.declare !== true) for (const { name } of bindings) names.set(name, kind);
          const prefix = `${documentationOf(outer, code)}export ${node.declare ? "declare " : ""}${kind === "const" && declarator.init ? "const" : "let"} `;
          declarations.push({
            text: `${prefix}${typedText(declarator, kind, code)};`,
            bindings,
            offsets: bindings.map((binding) => binding.node.start - declarator.start + prefix.length),
            isValue: true,
            isType: false,
          });
        }
        return;
      }
      case "FunctionDeclaration":
      case "TSDeclareFunction":
        if (!id) return;
        if (node.type === "FunctionDeclaration" && node.declare !== true) names.set(nameOf(id), "let");
        return statement(node, [id], true, false);
      case "ClassDeclaration":
        if (!id) return;
        if (node.declare !== true) names.set(nameOf(id), "let");
        return statement(node, [id], true, true);
      case "TSEnumDeclaration":
        if (node.declare !== true) {
          names.set(nameOf(id), "let");
          fresh.push(nameOf(id));
        }
        return statement(node, [nodeOf(id)], true, true);
      case "TSModuleDeclaration":
        // declare module "x" and declare global augment what is there.
        if (id?.type !== "Identifier" || node.kind === "global") return statement(node, [], false, false, false);
        if (node.declare !== true && hasRuntime(node)) {
          names.set(nameOf(id), "let");
          fresh.push(nameOf(id));
        }
        return statement(node, [id], true, true);
      case "TSImportEqualsDeclaration":
        names.set(nameOf(id), "const");
        return statement(node, [nodeOf(id)], true, true);
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
        return statement(node, [nodeOf(id)], false, true);
      default:
        for (const name of varsOf([node])) {
          names.set(name, "let");
          // A var in a block: its type is that of a statement which does not run again.
          const text = `export let ${name}: any;`;
          declarations.push({
            text,
            bindings: [{ name, shorthand: false }],
            offsets: [11],
            isValue: true,
            isType: false,
          });
        }
    }
  };
  for (const node of body) {
    outer = node;
    if (node.type === "ImportDeclaration") importDeclarations(node, code, names, declarations);
    else if (node.type === "ExportNamedDeclaration" || node.type === "ExportDefaultDeclaration") {
      if (node.declaration) declare(nodeOf(node.declaration));
    } else declare(node);
  }
  const declared = new Set(declarations.flatMap(({ bindings }) => bindings.map(({ name }) => name)));
  const last = body.at(-1);
  const value = last?.type === "ExpressionStatement" ? rangeOf(last, code) : null;
  const isLowered = body.some(needsLowering);
  return { problems, names, fresh, declarations, declared, assigned: assignedIn(body), isLowered, value };
}

/**
 * A variable as other cells see it. One that begins as null, undefined or an empty array gets its type by what is done with
 * it later, which only works within one module; elsewhere it may be anything.
 */
function typedText({ start, end, id, init }: Node, kind: NameKind, code: string): string {
  const { end: middle, type: form, typeAnnotation } = nodeOf(id);
  const value = init as Node | null;
  const isEmpty = value === null || /^(?:null|undefined)$/.test(code.slice(value.start, value.end));
  const isList = value?.type === "ArrayExpression" && nodesOf(value.elements).length === 0;
  const type = isList ? ": any[]" : isEmpty && kind === "let" ? ": any" : "";
  return form === "Identifier" && !typeAnnotation
    ? code.slice(start, middle) + type + code.slice(middle, end)
    : code.slice(start, end);
}

function importDeclarations(node: Node, code: string, names: Map<string, NameKind>, declarations: Declaration[]): void {
  const source = nodeOf(node.source);
  const from = code.slice(source.start, node.end).replace(/;?$/, ";");
  const specifiers = nodesOf(node.specifiers);
  if (specifiers.length === 0) {
    declarations.push({
      text: code.slice(node.start, node.end),
      bindings: [],
      offsets: [],
      isValue: false,
      isType: false,
    });
    return;
  }
  for (const specifier of specifiers) {
    const local = nameOf(specifier.local);
    const isType = node.importKind === "type" || specifier.importKind === "type";
    const own = code.slice(specifier.start, specifier.end);
    const isNamed = specifier.type === "ImportSpecifier";
    const prefix = isNamed
      ? `import ${node.importKind === "type" ? "type " : ""}{ `
      : `import ${isType ? "type " : ""}`;
    const text = `${prefix}${own}${isNamed ? " }" : ""} from ${from} export { ${local} };`;
    const { start } = nodeOf(specifier.local);
    if (!isType) names.set(local, "import");
    declarations.push({
      text,
      bindings: [{ name: local, shorthand: isNamed && nodeOf(specifier.imported).start === start }],
      offsets: [start - specifier.start + prefix.length],
      isValue: !isType,
      isType: true,
    });
  }
}

/** Types, and syntax that is newer than Node. */
const needsLowering = (node: Node): boolean =>
  node.type.startsWith("TS") ||
  node.type === "Decorator" ||
  node.type === "AccessorProperty" ||
  (node.type === "VariableDeclaration" && String(node.kind).endsWith("using")) ||
  childrenOf(node).some(needsLowering);

const rangeOf = ({ start, end }: Node, code: string) => ({ start, end: code[end - 1] === ";" ? end - 1 : end });

/** The documentation comment right before a statement. */
const documentationOf = (node: Node, code: string): string =>
  /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(code.slice(0, node.start))?.[0] ?? "";

/** Whether a namespace is more than types. */
function hasRuntime(module: Node): boolean {
  const body = module.body as Node | null;
  if (!body) return false;
  if (body.type === "TSModuleDeclaration") return hasRuntime(body);
  return nodesOf(body.body).some((node) => {
    const inner = node.type === "ExportNamedDeclaration" && node.declaration ? nodeOf(node.declaration) : node;
    if (inner.type === "TSModuleDeclaration") return hasRuntime(inner);
    return inner.type !== "TSInterfaceDeclaration" && inner.type !== "TSTypeAliasDeclaration" && inner.declare !== true;
  });
}

/** The names of plain identifiers that anything assigns to: a superset of the top level's. */
function assignedIn(body: readonly Node[]): ReadonlySet<string> {
  const names = new Set<string>();
  const target = (node: Node): void => {
    // x! and x as T are assigned as x is.
    if (/^TS.*Expression$|^TSTypeAssertion$/.test(node.type)) target(nodeOf(node.expression));
    for (const { name } of bindingsOf(node)) names.add(name);
  };
  const visit = (node: Node) => {
    if (node.type === "AssignmentExpression") target(nodeOf(node.left));
    else if (node.type === "UpdateExpression") target(nodeOf(node.argument));
    else if (
      (node.type === "ForOfStatement" || node.type === "ForInStatement") &&
      nodeOf(node.left).type !== "VariableDeclaration"
    )
      target(nodeOf(node.left));
    for (const child of childrenOf(node)) visit(child);
  };
  for (const node of body) visit(node);
  return names;
}
