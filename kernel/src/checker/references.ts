import {
  bindingsOf,
  childrenOf,
  isFunction,
  type Node,
  nameOf,
  nodeOf,
  nodesOf,
  parse,
  varsOf,
} from "../cell/syntax-tree.js";

/** Where some code uses a name that it does not declare itself, or that its top level declares. */
export interface Reference {
  readonly name: string;
  readonly offset: number;
  readonly isValue: boolean;
  readonly isType: boolean;
  /** In a function or class that runs later; what is handed to a call counts as run by it. */
  readonly isDeferred: boolean;
  /** `{ name }`: the identifier is a property's key as well. */
  readonly shorthand: boolean;
}

/** Names that are something else in a part of the code. */
interface Scope {
  readonly values: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

/** What is the same for a part of the code. */
interface Place {
  readonly scopes: readonly Scope[];
  readonly isDeferred: boolean;
}

type Kind = "value" | "type" | "both";

/** The names that a part of a cell uses, in the order of the source. */
export function referencesOf(code: string): Reference[] {
  const found: Reference[] = [];
  const add = (node: Node, kind: Kind, { scopes, isDeferred }: Place, shorthand = false) => {
    const name = nameOf(node);
    const isValue = kind !== "type" && !scopes.some(({ values }) => values.has(name));
    const isType = kind !== "value" && !scopes.some(({ types }) => types.has(name));
    if (isValue || isType) found.push({ name, offset: node.start, isValue, isType, isDeferred, shorthand });
  };

  /** The first name of `a.b.c`. */
  const entity = (node: Node, kind: Kind, place: Place): void => {
    if (node.type === "Identifier") add(node, kind, place);
    else if (node.type === "TSQualifiedName") entity(nodeOf(node.left), kind, place);
    else if (node.type === "MemberExpression") entity(nodeOf(node.object), kind, place);
    else visit(node, place);
  };
  const visitAll = (nodes: unknown, place: Place) => {
    for (const node of nodesOf(nodes)) visit(node, place);
  };
  const visitKeys = (node: Node, keys: readonly string[], place: Place) => {
    for (const key of keys) {
      const child = node[key];
      if (Array.isArray(child)) visitAll(child, place);
      else if (child) visit(nodeOf(child), place);
    }
  };
  const children = (node: Node, place: Place) => {
    for (const child of childrenOf(node)) visit(child, place);
  };

  /** What a pattern uses: types, default values and computed keys. */
  const pattern = (node: Node, place: Place): void => {
    visitKeys(node, ["decorators", "typeAnnotation"], place);
    if (node.type === "ObjectPattern")
      for (const property of nodesOf(node.properties)) {
        if (property.type === "RestElement") pattern(property, place);
        else {
          if (property.computed === true) visit(nodeOf(property.key), place);
          pattern(nodeOf(property.value), place);
        }
      }
    else if (node.type === "ArrayPattern") for (const element of nodesOf(node.elements)) pattern(element, place);
    else if (node.type === "AssignmentPattern") {
      pattern(nodeOf(node.left), place);
      visit(nodeOf(node.right), place);
    } else if (node.type === "RestElement") pattern(nodeOf(node.argument), place);
    else if (node.type === "TSParameterProperty") pattern(nodeOf(node.parameter), place);
  };

  /** A function, a signature or the type of a function. */
  const callable = (node: Node, place: Place): void => {
    const parameters = nodesOf(node.params ?? node.parameters);
    const body = node.body as Node | null;
    const values = parameters.flatMap((parameter) =>
      bindingsOf(parameter.type === "TSParameterProperty" ? nodeOf(parameter.parameter) : parameter),
    );
    const own: Scope = {
      values: new Set([
        ...values.map(({ name }) => name),
        ...(isFunction(node) ? ["arguments", ...(body ? varsOf([body]) : [])] : []),
        ...(node.type === "FunctionExpression" && node.id ? [nameOf(node.id)] : []),
      ]),
      types: typeParametersOf(node),
    };
    const inside = within(place, own);
    for (const parameter of parameters) pattern(parameter, inside);
    visitKeys(node, ["typeParameters", "returnType", "typeAnnotation", "body"], inside);
  };

  const visitClass = (node: Node, place: Place): void => {
    const id = node.type === "ClassExpression" && node.id ? [nameOf(node.id)] : [];
    const inside = within(place, { values: new Set(id), types: new Set([...id, ...typeParametersOf(node)]) });
    visitKeys(node, ["decorators"], place);
    visitKeys(node, ["typeParameters", "superClass", "superTypeArguments", "implements"], inside);
    for (const member of nodesOf(nodeOf(node.body).body)) {
      visitKeys(member, ["decorators"], inside);
      if (member.computed === true) visit(nodeOf(member.key), inside);
      // Static fields have their values when the class is there.
      const isEager = member.static === true && /^(PropertyDefinition|AccessorProperty)$/.test(member.type);
      const later = isEager ? inside : { ...inside, isDeferred: true };
      if (member.type === "TSIndexSignature") callable(member, later);
      else visitKeys(member, ["typeAnnotation", "value", "body"], later);
    }
  };

  const visit = (node: Node, place: Place): void => {
    switch (node.type) {
      case "Identifier":
        add(node, "value", place);
        break;
      case "MemberExpression":
        visit(nodeOf(node.object), place);
        if (node.computed === true) visit(nodeOf(node.property), place);
        break;
      case "Property": {
        if (node.computed === true) visit(nodeOf(node.key), place);
        const value = nodeOf(node.value);
        if (node.shorthand !== true) visit(value, place);
        else {
          add(value.type === "AssignmentPattern" ? nodeOf(value.left) : value, "value", place, true);
          if (value.type === "AssignmentPattern") visit(nodeOf(value.right), place);
        }
        break;
      }
      case "VariableDeclarator":
        pattern(nodeOf(node.id), place);
        visitKeys(node, ["init"], place);
        break;
      case "CallExpression":
      case "NewExpression":
        for (const child of childrenOf(node))
          if (isFunction(child)) callable(child, place);
          else visit(child, place);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        visitClass(node, place);
        break;
      case "TSMethodSignature":
      case "TSPropertySignature":
        if (node.computed === true) visit(nodeOf(node.key), place);
        callable(node, place);
        break;
      case "TSFunctionType":
      case "TSConstructorType":
      case "TSCallSignatureDeclaration":
      case "TSConstructSignatureDeclaration":
      case "TSIndexSignature":
        callable(node, place);
        break;
      case "TSInterfaceDeclaration":
      case "TSTypeAliasDeclaration":
        visitKeys(
          node,
          ["typeParameters", "extends", "body", "typeAnnotation"],
          within(place, { values: NONE, types: typeParametersOf(node) }),
        );
        break;
      case "TSTypeParameter":
        visitKeys(node, ["constraint", "default"], place);
        break;
      case "TSConditionalType": {
        const types = new Set(inferredIn(nodeOf(node.extendsType)));
        visitKeys(node, ["checkType", "falseType"], place);
        visitKeys(node, ["extendsType", "trueType"], within(place, { values: NONE, types }));
        break;
      }
      case "TSMappedType": {
        const types = new Set([nameOf(node.key)]);
        visitKeys(node, ["constraint"], place);
        visitKeys(node, ["nameType", "typeAnnotation"], within(place, { values: NONE, types }));
        break;
      }
      case "TSTypeReference":
        entity(nodeOf(node.typeName), "type", place);
        visitKeys(node, ["typeArguments"], place);
        break;
      case "TSTypeQuery":
        entity(nodeOf(node.exprName), "value", place);
        visitKeys(node, ["typeArguments"], place);
        break;
      case "TSInterfaceHeritage":
      case "TSClassImplements":
        entity(nodeOf(node.expression), "type", place);
        visitKeys(node, ["typeArguments"], place);
        break;
      case "TSImportType":
        visitKeys(node, ["typeArguments"], place);
        break;
      case "TSTypePredicate":
        visitKeys(node, ["typeAnnotation"], place);
        break;
      case "TSNamedTupleMember":
        visitKeys(node, ["elementType"], place);
        break;
      case "TSEnumDeclaration": {
        const members = nodesOf((node.body as Node | undefined)?.members ?? node.members);
        const values = new Set(members.map(({ id }) => nameOf(id)));
        for (const member of members) visitKeys(member, ["initializer"], within(place, { values, types: values }));
        break;
      }
      case "TSModuleDeclaration":
        visitKeys(node, ["body"], place);
        break;
      case "TSImportEqualsDeclaration":
        if (nodeOf(node.moduleReference).type !== "TSExternalModuleReference")
          entity(nodeOf(node.moduleReference), "both", place);
        break;
      case "ExportNamedDeclaration":
        if (node.declaration) visit(nodeOf(node.declaration), place);
        else if (!node.source) for (const { local } of nodesOf(node.specifiers)) add(nodeOf(local), "both", place);
        break;
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "MetaProperty":
      case "BreakStatement":
      case "ContinueStatement":
        break;
      case "LabeledStatement":
        visit(nodeOf(node.body), place);
        break;
      case "BlockStatement":
      case "StaticBlock":
      case "TSModuleBlock":
        visitAll(node.body, within(place, scopeOf(nodesOf(node.body))));
        break;
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        children(node, within(place, scopeOf([node.init ?? node.left].filter(Boolean) as Node[])));
        break;
      case "SwitchStatement":
        children(node, within(place, scopeOf(nodesOf(node.cases).flatMap((entry) => nodesOf(entry.consequent)))));
        break;
      case "CatchClause": {
        const parameter = node.param as Node | null;
        const values = new Set(parameter ? bindingsOf(parameter).map(({ name }) => name) : []);
        if (parameter) pattern(parameter, place);
        visit(nodeOf(node.body), within(place, { values, types: NONE }));
        break;
      }
      default:
        if (isFunction(node) || node.type === "TSDeclareFunction" || node.type === "TSEmptyBodyFunctionExpression")
          callable(node, { ...place, isDeferred: true });
        else children(node, place);
    }
  };

  visitAll(parse(code, "ts", { from: code }).body, { scopes: [], isDeferred: false });
  return found.sort((a, b) => a.offset - b.offset);
}

const NONE: ReadonlySet<string> = new Set();

const within = ({ scopes, isDeferred }: Place, scope: Scope): Place => ({ scopes: [...scopes, scope], isDeferred });

const typeParametersOf = (node: Node): ReadonlySet<string> =>
  new Set(nodesOf((node.typeParameters as Node | null | undefined)?.params).map(({ name }) => parameterName(name)));

/** A type parameter's name is an identifier or a word. */
const parameterName = (name: unknown): string => (typeof name === "string" ? name : nameOf(name));

function inferredIn(node: Node): string[] {
  const own = node.type === "TSInferType" ? [parameterName(nodeOf(node.typeParameter).name)] : [];
  return [...own, ...childrenOf(node).flatMap(inferredIn)];
}

/** What statements declare for each other. */
function scopeOf(statements: readonly Node[]): Scope {
  const values = new Set<string>();
  const types = new Set<string>();
  for (const statement of statements) {
    const node = (/^Export(Named|Default)/.test(statement.type) && (statement.declaration as Node)) || statement;
    if (node.type === "VariableDeclaration")
      for (const declarator of nodesOf(node.declarations))
        for (const { name } of bindingsOf(nodeOf(declarator.id))) values.add(name);
    const id = node.id as Node | null | undefined;
    if (id?.type !== "Identifier" || !/Declaration$|^TSDeclareFunction$/.test(node.type)) continue;
    if (!/^TS(Interface|TypeAlias)/.test(node.type)) values.add(nameOf(id));
    if (!/Function/.test(node.type)) types.add(nameOf(id));
  }
  return { values, types };
}
