import type { CellImport } from "../channel.js";
import type { CellAnalysis, NameKind } from "./analyse-cell.js";
import { EditedText, type Piece } from "./edited-text.js";
import { bindingsOf, childrenOf, isFunction, type Node, nameOf, nodeOf, nodesOf, varsOf } from "./syntax-tree.js";

export interface Rewritten {
  /** A script whose value is an async function. */
  readonly code: string;
  readonly pieces: readonly Piece[];
  readonly imports: readonly CellImport[];
  /** The notebook's names that the function takes as boxes, in the order of its parameters after the kernel's own. */
  readonly names: readonly string[];
  /** The notebook's names that `var` declares. */
  readonly vars: readonly string[];
}

/** What the function takes before the notebook's names. `import`, `meta` and `const` stand for what they rewrite. */
const OWN_PARAMETERS = ["result", "import", "meta", "const", "check"] as const;
const HOST_PARAMETERS = "require, __dirname, __filename";

const ASSIGNMENTS = new Set(["=", "??=", "||=", "&&="]);

/**
 * Turns a cell's JavaScript, a module, into a script that shares its top level with the other cells. Each of the
 * notebook's names is a box: `x` becomes `$_x.v` where the top level's `x` is meant, and declarations become assignments,
 * so what any cell assigns is seen by every closure.
 * @param body the statements of `js`
 * @param known the names of earlier cells
 * @param keepsValue keep the cell's last expression, unless that is done already
 */
export function rewriteCell(
  js: string,
  body: readonly Node[],
  cell: CellAnalysis,
  known: ReadonlyMap<string, NameKind>,
  prefixes: Prefixes,
  keepsValue: boolean,
): Rewritten {
  return new Rewriter(js, body, cell, known, prefixes).run(keepsValue);
}

/** What the names of parameters begin with: `own` the kernel's, `box` the notebook's. No name of the code does. */
export interface Prefixes {
  readonly own: string;
  readonly box: string;
}

export function prefixesFor(code: string): Prefixes {
  let underscores = "_";
  while (code.includes(`$${underscores}`) || code.includes(`$0${underscores}`)) underscores += "_";
  return { own: `$0${underscores}`, box: `$${underscores}` };
}

/** Lets a cell's code keep its last expression. */
export function keepValue(text: EditedText, { value }: Pick<CellAnalysis, "value">, { own }: Prefixes): void {
  if (!value) return;
  text.appendLeft(value.start, `${own}result.v = (`);
  text.appendLeft(value.end, "\n)");
}

type Scope = ReadonlySet<string>;

class Rewriter {
  readonly #js: string;
  readonly #body: readonly Node[];
  readonly #cell: CellAnalysis;
  readonly #known: ReadonlyMap<string, NameKind>;
  readonly #text: EditedText;
  /** Names that esbuild declared at the top level: the cell's own, of no other cell. */
  readonly #local: ReadonlySet<string>;
  readonly #vars: readonly string[];
  readonly #prefixes: Prefixes;
  readonly #used = new Set<string>();
  readonly #imports: CellImport[] = [];
  readonly #begin: string[] = [];
  /** Where expression statements begin: what stands there must not continue a line before it that has no semicolon. */
  readonly #starts = new Set<number>();
  #functions = 0;

  constructor(
    js: string,
    body: readonly Node[],
    cell: CellAnalysis,
    known: ReadonlyMap<string, NameKind>,
    prefixes: Prefixes,
  ) {
    this.#js = js;
    this.#body = body;
    this.#cell = cell;
    this.#known = known;
    this.#text = new EditedText(js);
    this.#prefixes = prefixes;
    const vars = varsOf(body);
    this.#local = new Set([...vars, ...lexicalNames(body)].filter((name) => !cell.names.has(name)));
    this.#vars = vars.filter((name) => cell.names.has(name));
  }

  run(keepsValue: boolean): Rewritten {
    for (const name of this.#cell.fresh) this.#begin.push(`${this.#box(name)} = void 0;`);
    for (const node of this.#body) this.#statement(node);
    if (keepsValue) keepValue(this.#text, this.#cell, this.#prefixes);
    const names = [...this.#used];
    const { own, box } = this.#prefixes;
    const parameters = [...OWN_PARAMETERS.map((name) => own + name), HOST_PARAMETERS];
    const boxes = names.map((name) => box + name);
    const head = `(async (${[...parameters, ...boxes].join(", ")}) => { "use strict"; ${this.#begin.join(" ")}`;
    const { text, pieces } = this.#text.build(head, "\n})");
    const imports = this.#imports.map((entry) => ({
      ...entry,
      bindings: entry.bindings.map((binding) => ({ ...binding, used: this.#used.has(binding.local) })),
    }));
    return { code: text, pieces, imports, names, vars: this.#vars };
  }

  /** A name's box, as an expression that can be read and assigned. */
  #box(name: string): string {
    this.#used.add(name);
    return `${this.#prefixes.box}${name}.v`;
  }

  /** Whether a name at some place means one that all cells share. */
  #isShared(name: string, scopes: readonly Scope[]): boolean {
    if (scopes.some((scope) => scope.has(name)) || this.#local.has(name)) return false;
    return this.#cell.names.has(name) || this.#known.has(name);
  }

  #statement(node: Node): void {
    switch (node.type) {
      case "ImportDeclaration":
        this.#import(node);
        return;
      case "ExportAllDeclaration":
        this.#addImport(node, []);
        return;
      case "ExportNamedDeclaration":
        if (node.source) this.#addImport(node, []);
        else if (node.declaration) {
          const declaration = nodeOf(node.declaration);
          this.#text.remove(node.start, declaration.start);
          this.#statement(declaration);
        } else this.#text.remove(node.start, node.end);
        return;
      case "ExportDefaultDeclaration": {
        const declaration = nodeOf(node.declaration);
        const isNamed = Boolean(declaration.id) && /Declaration$/.test(declaration.type);
        if (isNamed) {
          this.#text.remove(node.start, declaration.start);
          this.#statement(declaration);
        } else {
          const keywords = /^export\s+default/.exec(this.#js.slice(node.start))?.[0].length ?? 0;
          const end = this.#js[node.end - 1] === ";" ? node.end - 1 : node.end;
          this.#text.update(node.start, node.start + keywords, "0, (");
          this.#text.appendLeft(end, ");");
          this.#visit(declaration, []);
        }
        return;
      }
      case "FunctionDeclaration": {
        const name = nameOf(node.id);
        if (!this.#local.has(name)) this.#begin.push(`${this.#box(name)} = ${name};`);
        this.#visit(node, []);
        return;
      }
      case "ClassDeclaration": {
        const name = nameOf(node.id);
        if (!this.#local.has(name)) {
          this.#text.prependRight(node.start, `${this.#box(name)} = `);
          this.#text.appendLeft(node.end, ";");
        }
        this.#visit(node, []);
        return;
      }
      default:
        this.#visit(node, []);
    }
  }

  #import(node: Node): void {
    const bindings = nodesOf(node.specifiers).map((specifier) => ({
      local: nameOf(specifier.local),
      name:
        specifier.type === "ImportNamespaceSpecifier"
          ? "*"
          : specifier.type === "ImportDefaultSpecifier"
            ? "default"
            : nameOf(specifier.imported),
      used: false,
    }));
    this.#addImport(node, bindings);
  }

  #addImport(node: Node, bindings: CellImport["bindings"]): void {
    const attributes = Object.fromEntries(
      nodesOf(node.attributes).map(({ key, value }) => [nameOf(key), String(nodeOf(value).value)]),
    );
    this.#imports.push({ specifier: String(nodeOf(node.source).value), attributes, bindings });
    this.#text.remove(node.start, node.end);
  }

  #visit(node: Node, scopes: readonly Scope[]): void {
    switch (node.type) {
      case "Identifier":
        if (this.#isShared(nameOf(node), scopes)) this.#text.update(node.start, node.end, this.#box(nameOf(node)));
        return;
      case "ThisExpression":
        if (this.#functions === 0) this.#text.update(node.start, node.end, this.#parenthesis(node.start, "void 0"));
        return;
      case "MetaProperty":
        if (nameOf(node.meta) === "import") this.#text.update(node.start, node.end, `${this.#prefixes.own}meta`);
        return;
      case "ExpressionStatement":
        this.#starts.add(node.start);
        break;
      case "AwaitExpression":
        // An interrupted cell ends at its next await.
        this.#text.prependRight(node.start, `${this.#prefixes.own}check(`);
        this.#text.appendLeft(node.end, ")");
        break;
      case "ImportExpression":
        this.#text.update(node.start, node.start + "import".length, `${this.#prefixes.own}import`);
        break;
      case "MemberExpression":
        this.#visit(nodeOf(node.object), scopes);
        if (node.computed) this.#visit(nodeOf(node.property), scopes);
        return;
      case "Property":
        this.#property(node, scopes);
        return;
      case "MethodDefinition":
      case "PropertyDefinition":
      case "AccessorProperty":
        if (node.computed) this.#visit(nodeOf(node.key), scopes);
        // A field's initialiser is a function of its own: `this` there is the object.
        this.#functions++;
        if (node.value) this.#visit(nodeOf(node.value), scopes);
        this.#functions--;
        return;
      case "CallExpression":
      case "TaggedTemplateExpression":
        this.#call(node, scopes);
        return;
      case "AssignmentExpression":
        this.#assignment(node, scopes);
        return;
      case "UpdateExpression":
        this.#target(nodeOf(node.argument), scopes);
        return;
      case "VariableDeclaration":
        this.#variables(node, scopes);
        return;
      case "ForInStatement":
      case "ForOfStatement":
        this.#forEach(node, scopes);
        return;
      case "ForStatement":
        this.#for(node, scopes);
        return;
      case "LabeledStatement":
        this.#visit(nodeOf(node.body), scopes);
        return;
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "BlockStatement":
        this.#inScope(node, scopes, lexicalNames(nodesOf(node.body)));
        return;
      case "StaticBlock": {
        const statements = nodesOf(node.body);
        this.#functions++;
        this.#inScope(node, scopes, [...lexicalNames(statements), ...varsOf(statements)]);
        this.#functions--;
        return;
      }
      case "SwitchStatement": {
        this.#visit(nodeOf(node.discriminant), scopes);
        const cases = nodesOf(node.cases);
        const inner = [...scopes, new Set(lexicalNames(cases.flatMap((entry) => nodesOf(entry.consequent))))];
        for (const entry of cases) this.#visit(entry, inner);
        return;
      }
      case "CatchClause":
        this.#inScope(node, scopes, node.param ? bindingsOf(nodeOf(node.param)).map(({ name }) => name) : []);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        this.#inScope(node, scopes, node.id ? [nameOf(node.id)] : []);
        return;
    }
    if (isFunction(node)) this.#function(node, scopes);
    else for (const child of childrenOf(node)) this.#visit(child, scopes);
  }

  #inScope(node: Node, scopes: readonly Scope[], names: readonly string[]): void {
    const inner = names.length > 0 ? [...scopes, new Set(names)] : scopes;
    for (const child of childrenOf(node)) this.#visit(child, inner);
  }

  #function(node: Node, scopes: readonly Scope[]): void {
    const parameters = nodesOf(node.params).flatMap((parameter) => bindingsOf(parameter).map(({ name }) => name));
    const body = nodeOf(node.body);
    const statements = body.type === "BlockStatement" ? nodesOf(body.body) : [];
    const isArrow = node.type === "ArrowFunctionExpression";
    const own = node.type === "FunctionExpression" && node.id ? [nameOf(node.id)] : [];
    const outer = new Set([...own, ...parameters, ...(isArrow ? [] : ["arguments"])]);
    if (!isArrow) this.#functions++;
    // A parameter's initialiser does not see what the body declares.
    for (const parameter of nodesOf(node.params)) this.#visit(parameter, [...scopes, outer]);
    this.#visit(body, [...scopes, outer, new Set([...varsOf(statements), ...lexicalNames(statements)])]);
    if (!isArrow) this.#functions--;
  }

  #property(node: Node, scopes: readonly Scope[]): void {
    if (node.computed) this.#visit(nodeOf(node.key), scopes);
    const value = nodeOf(node.value);
    if (node.shorthand) {
      // In a pattern the value may be `name = initial`.
      const identifier = value.type === "AssignmentPattern" ? nodeOf(value.left) : value;
      if (this.#isShared(nameOf(identifier), scopes))
        this.#text.prependRight(identifier.start, `${nameOf(identifier)}: `);
    }
    this.#visit(value, scopes);
  }

  /** A shared function is called without its box as `this`. */
  #call(node: Node, scopes: readonly Scope[]): void {
    const callee = nodeOf(node.type === "CallExpression" ? node.callee : node.tag);
    if (callee.type === "Identifier" && this.#isShared(nameOf(callee), scopes))
      this.#text.update(callee.start, callee.end, this.#parenthesis(callee.start, `0, ${this.#box(nameOf(callee))}`));
    else this.#visit(callee, scopes);
    for (const child of childrenOf(node)) if (child !== callee) this.#visit(child, scopes);
  }

  /** An expression in parentheses, also at the beginning of a statement. */
  #parenthesis(start: number, expression: string): string {
    return `${this.#starts.has(start) ? "0, " : ""}(${expression})`;
  }

  #assignment(node: Node, scopes: readonly Scope[]): void {
    const left = nodeOf(node.left);
    const right = nodeOf(node.right);
    this.#target(left, scopes);
    if (left.type === "Identifier" && ASSIGNMENTS.has(String(node.operator)) && this.#isShared(nameOf(left), scopes))
      this.#nameFunction(nameOf(left), right);
    this.#visit(right, scopes);
  }

  /** What is assigned to: a constant's box is replaced by one that throws. */
  #target(node: Node, scopes: readonly Scope[]): void {
    const bindings = bindingsOf(node);
    for (const { name, node: identifier, shorthand } of bindings) {
      if (!this.#isShared(name, scopes)) continue;
      if (shorthand) this.#text.prependRight(identifier.start, `${name}: `);
      this.#text.update(
        identifier.start,
        identifier.end,
        this.#isConstant(name) ? `${this.#prefixes.own}const.v` : this.#box(name),
      );
    }
    this.#visitAround(node, new Set(bindings.map((binding) => binding.node)), scopes);
  }

  #isConstant(name: string): boolean {
    const kind = this.#cell.names.get(name) ?? this.#known.get(name);
    return kind === "const" || kind === "import";
  }

  /** Visits a pattern's initialisers, computed keys and member targets, but not the identifiers that it binds. */
  #visitAround(node: Node, bound: ReadonlySet<Node>, scopes: readonly Scope[]): void {
    if (bound.has(node)) return;
    if (node.type === "Property") {
      if (node.computed) this.#visit(nodeOf(node.key), scopes);
      this.#visitAround(nodeOf(node.value), bound, scopes);
    } else if (node.type === "AssignmentPattern") {
      const left = nodeOf(node.left);
      this.#visitAround(left, bound, scopes);
      if (left.type === "Identifier" && this.#isShared(nameOf(left), scopes))
        this.#nameFunction(nameOf(left), nodeOf(node.right));
      this.#visit(nodeOf(node.right), scopes);
    } else if (/Pattern$|^RestElement$/.test(node.type))
      for (const child of childrenOf(node)) this.#visitAround(child, bound, scopes);
    else this.#visit(node, scopes);
  }

  /** Declarations at the top level, and `var` wherever it stands, become assignments. */
  #variables(node: Node, scopes: readonly Scope[], isHead = false): void {
    const declarators = nodesOf(node.declarations);
    const names = declarators.flatMap(({ id }) => bindingsOf(nodeOf(id)).map(({ name }) => name));
    const isTop = scopes.length === 0 || node.kind === "var";
    const isOurs = isTop && names.some((name) => !this.#local.has(name) && this.#isShared(name, scopes));
    if (!isOurs) {
      for (const { id, init } of declarators) {
        this.#visitAround(nodeOf(id), new Set(bindingsOf(nodeOf(id)).map((binding) => binding.node)), scopes);
        if (init) this.#visit(nodeOf(init), scopes);
      }
      return;
    }
    this.#text.remove(node.start, declarators[0]?.start ?? node.start);
    for (const declarator of declarators) {
      const id = nodeOf(declarator.id);
      const init = declarator.init as Node | null;
      const bindings = bindingsOf(id);
      for (const { name, node: identifier, shorthand } of bindings) {
        if (this.#local.has(name)) this.#begin.push(`let ${name};`);
        else {
          if (shorthand) this.#text.prependRight(identifier.start, `${name}: `);
          this.#text.update(identifier.start, identifier.end, this.#box(name));
        }
      }
      this.#visitAround(id, new Set(bindings.map((binding) => binding.node)), scopes);
      if (init) {
        if (id.type === "Identifier") this.#nameFunction(nameOf(id), init);
        if (id.type === "ObjectPattern") {
          this.#text.prependRight(id.start, "(");
          this.#text.appendLeft(init.end, ")");
        }
        if (id.type !== "Identifier" && declarator === declarators[0] && !isHead)
          this.#text.prependRight(id.start, "0, ");
        this.#visit(init, scopes);
      } else if (!isHead) {
        if (node.kind !== "var") this.#text.appendLeft(id.end, " = void 0");
        if (declarator === declarators.at(-1)) this.#text.appendLeft(id.end, ";");
      }
    }
  }

  #for(node: Node, scopes: readonly Scope[]): void {
    const init = node.init as Node | null;
    const inner = [...scopes, new Set(namesOfHead(init))];
    for (const child of childrenOf(node))
      if (child === init && init.type === "VariableDeclaration") this.#variables(init, inner, true);
      else this.#visit(child, inner);
  }

  #forEach(node: Node, scopes: readonly Scope[]): void {
    const left = nodeOf(node.left);
    const inner = [...scopes, new Set(namesOfHead(left))];
    if (left.type === "VariableDeclaration") this.#variables(left, left.kind === "var" ? scopes : inner, true);
    else this.#target(left, scopes);
    this.#visit(nodeOf(node.right), inner);
    this.#visit(nodeOf(node.body), inner);
  }

  /** An anonymous function takes the name of what it is assigned to; a box has none to give. */
  #nameFunction(name: string, value: Node): void {
    const isAnonymous = (isFunction(value) || value.type === "ClassExpression") && !value.id;
    if (!isAnonymous) return;
    this.#text.prependRight(value.start, `({ [${JSON.stringify(name)}]: `);
    this.#text.appendLeft(value.end, ` })[${JSON.stringify(name)}]`);
  }
}

/** The names that `let`, `const`, classes, functions and imports declare directly in statements. */
function lexicalNames(statements: readonly Node[]): string[] {
  return statements.flatMap((statement): string[] => {
    const node =
      /^Export(Named|Default)Declaration$/.test(statement.type) && statement.declaration
        ? nodeOf(statement.declaration)
        : statement;
    if (node.type === "VariableDeclaration" && node.kind !== "var")
      return nodesOf(node.declarations).flatMap(({ id }) => bindingsOf(nodeOf(id)).map(({ name }) => name));
    if ((node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") && node.id) return [nameOf(node.id)];
    if (node.type === "ImportDeclaration") return nodesOf(node.specifiers).map(({ local }) => nameOf(local));
    return [];
  });
}

/** The names that a loop's head declares for the loop alone. */
function namesOfHead(head: unknown): string[] {
  const node = head as Node | null;
  return node?.type === "VariableDeclaration" ? lexicalNames([node]) : [];
}
