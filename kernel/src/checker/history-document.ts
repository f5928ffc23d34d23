import type { CellAnalysis, Declaration, NameKind } from "../cell/analyse-cell.js";
import { childrenOf, type Node, nameOf, parse } from "../cell/syntax-tree.js";

interface Entry extends Declaration {
  text: string;
  readonly places: { name: string; offset: number; shorthand: boolean }[];
}

const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

/** The words of some code: a superset of the names that it uses. */
export const wordsOf = (code: string): Set<string> => new Set(code.match(WORD));

/**
 * What earlier cells declare, as one module: the newest declaration of every name. A function that uses a name which was
 * declared again since sees the new one, as it does at run time.
 */
export class HistoryDocument {
  #entries: Entry[] = [];
  #gone = 0;

  /** Names that have a value or a type. */
  readonly names = new Map<string, NameKind>();

  add({ declarations, names }: CellAnalysis): void {
    const declared = (meaning: "isValue" | "isType") =>
      new Set(
        declarations.filter((entry) => entry[meaning]).flatMap(({ bindings }) => bindings.map(({ name }) => name)),
      );
    const [values, types] = [declared("isValue"), declared("isType")];
    for (const name of types) if (!values.has(name)) this.#retireType(name);
    this.#entries = this.#entries.filter((entry) => {
      const replaced = entry.places.filter(
        ({ name }) => (entry.isValue && values.has(name)) || (entry.isType && types.has(name)),
      );
      if (replaced.length === 0) return true;
      if (replaced.length === entry.places.length) return false;
      for (const place of replaced.reverse()) this.#rename(entry, place);
      return true;
    });
    for (const declaration of declarations) {
      const places = declaration.bindings.map(({ name, shorthand }, i) => ({
        name,
        shorthand,
        offset: declaration.offsets[i] ?? 0,
      }));
      this.#entries.push({ ...declaration, places });
      for (const { name } of declaration.bindings)
        this.names.set(name, names.get(name) ?? this.names.get(name) ?? "type");
    }
  }

  clear(): void {
    this.#entries = [];
    this.names.clear();
  }

  toString(): string {
    return `${this.#entries.map(({ text }) => text).join("\n")}\nexport {};\n`;
  }

  /**
   * A type that is declared anew goes on under another name where earlier cells have said it: unlike values, types of what
   * is there already do not change.
   */
  #retireType(name: string): void {
    const declares = (entry: Entry) =>
      !entry.isValue && entry.isType && entry.places.some((place) => place.name === name);
    const olds = this.#entries.filter(declares);
    if (olds.length === 0 || olds.some(({ text }) => text.startsWith("import "))) return;
    const uses = this.#entries.map((entry) => ({ entry, places: typeUses(entry.text, name) }));
    if (!uses.some(({ entry, places }) => places.length > 0 && !olds.includes(entry))) return;
    const retired = `${name}$${++this.#gone}`;
    for (const { entry, places } of uses)
      for (const offset of [
        ...places,
        ...entry.places.filter((place) => declares(entry) && place.name === name).map((place) => place.offset),
      ].sort((a, b) => b - a)) {
        entry.text = entry.text.slice(0, offset) + retired + entry.text.slice(offset + name.length);
        for (const place of entry.places) {
          if (place.offset === offset) place.name = retired;
          else if (place.offset > offset) place.offset += retired.length - name.length;
        }
      }
  }

  /** One name of a pattern is declared anew elsewhere: here it becomes one that nobody uses. */
  #rename(entry: Entry, place: Entry["places"][number]): void {
    const name = `${place.shorthand ? `${place.name}: ` : ""}__gone${this.#gone++}`;
    const end = place.offset + place.name.length;
    entry.text = entry.text.slice(0, place.offset) + name + entry.text.slice(end);
    const grown = name.length - place.name.length;
    entry.places.splice(entry.places.indexOf(place), 1);
    for (const other of entry.places) if (other.offset > place.offset) other.offset += grown;
  }
}

/** Where some code names a type. */
function typeUses(code: string, name: string): number[] {
  if (!code.includes(name)) return [];
  const found: number[] = [];
  const visit = (node: Node, isType: boolean) => {
    if (isType && nameOf(node) === name) found.push(node.start);
    for (const child of childrenOf(node)) visit(child, TYPE_NAMES.has(node.type) && child.type === "Identifier");
  };
  for (const node of parse(code, "ts").body) visit(node, false);
  return found;
}

const TYPE_NAMES = new Set(["TSTypeReference", "TSInterfaceHeritage", "TSClassImplements", "TSQualifiedName"]);

/**
 * The line before a cell's code that brings in what it uses of earlier cells. Names that the cell assigns to become
 * variables of its own with the declared type, since TypeScript lets nobody assign to an import.
 */
export function preludeOf(
  history: HistoryDocument,
  code: string,
  { declared, assigned }: CellAnalysis,
  from: string,
): string {
  const imports: string[] = [];
  const variables: string[] = [];
  for (const name of wordsOf(code)) {
    const kind = history.names.get(name);
    if (!kind || declared.has(name)) continue;
    if (assigned.has(name) && (kind === "let" || kind === "const")) {
      imports.push(`${name} as __${name}`);
      variables.push(
        kind === "let" ? `let ${name}!: typeof __${name};` : `const ${name}: typeof __${name} = __${name};`,
      );
    } else imports.push(name);
  }
  const text = imports.length > 0 ? `import { ${imports.join(", ")} } from ${JSON.stringify(from)}; ` : "";
  return `export {}; ${text}${variables.join(" ")}\n`;
}
