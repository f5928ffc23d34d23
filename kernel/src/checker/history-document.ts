import type { CellAnalysis, Declaration, NameKind } from "../cell/analyse-cell.js";
import { membersOf, withoutMembers } from "./augmentations.js";
import { type Reference, referencesOf } from "./references.js";

interface Place {
  name: string;
  offset: number;
  shorthand: boolean;
  /** It was declared again, so it has a name that nobody types. */
  isRetired: boolean;
}

interface Entry extends Declaration {
  text: string;
  readonly places: readonly Place[];
  /** What `text` uses, once that was asked. */
  references: readonly Reference[] | null;
}

const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;
const IMPORT = /^(?:export )?import\b/;
/** Behind its documentation. */
const DECLARATION =
  /^(?:\/\*[\s\S]*?\*\/\s*)?export (?:declare |abstract |async |const (?=enum))*(const|let|var|function|class|enum|namespace|interface|type)\b/;
/** Two cells that take from each other and are run in turn would retire declarations without end. */
const MOST_RETIRED = 200;

/** Begins the names under which a cell imports what it assigns to. */
export const PREFIX = "$litlab_";

/** The words of some code: a superset of the names that it uses. */
export const wordsOf = (code: string): Set<string> => new Set(code.match(WORD));

/**
 * What earlier cells declare, as one module: the newest declaration of every name. As at run time, what was evaluated keeps
 * what a name was then, under another name (`x$1`), and what runs later, such as a function, sees what it is now.
 */
export class HistoryDocument {
  #entries: Entry[] = [];

  /** Names that have a value or a type. */
  readonly names = new Map<string, NameKind>();

  add({ declarations, names }: CellAnalysis): void {
    const declared = (meaning: "isValue" | "isType") =>
      new Set(
        declarations.filter((entry) => entry[meaning]).flatMap(({ bindings }) => bindings.map(({ name }) => name)),
      );
    const [values, types] = [declared("isValue"), declared("isType")];
    // The same import again changes nothing.
    const imports = new Set(declarations.map(({ text }) => text).filter((text) => IMPORT.test(text)));
    this.#entries = this.#notAugmentedBy(declarations).filter(({ text }) => !imports.has(text));
    for (const name of new Set([...values, ...types])) this.#retire(name, values.has(name), types.has(name));
    for (const declaration of declarations) {
      const places = declaration.bindings.map(({ name, shorthand }, i) => ({
        name,
        shorthand,
        offset: declaration.offsets[i] ?? 0,
        isRetired: false,
      }));
      this.#entries.push({ ...declaration, places, references: null });
      for (const { name } of declaration.bindings)
        this.names.set(name, names.get(name) ?? this.names.get(name) ?? "type");
    }
    this.#dropUnused();
  }

  /** The keyword that declares a name, such as "function"; "" if none does. */
  keywordOf(name: string): string {
    const entry = this.#entries.findLast(({ places }) => places.some((place) => place.name === name));
    return DECLARATION.exec(entry?.text ?? "")?.[1] ?? "";
  }

  clear(): void {
    this.#entries = [];
    this.names.clear();
  }

  toString(): string {
    return textOf(this.#entries);
  }

  /** The document for checking a cell: without what the cell adds anew to modules or to the global scope. */
  textFor({ declarations }: CellAnalysis): string {
    return textOf(this.#notAugmentedBy(declarations));
  }

  #notAugmentedBy(declarations: readonly Declaration[]): Entry[] {
    const augmenting = declarations.filter(({ bindings }) => bindings.length === 0);
    const members = new Set(augmenting.flatMap(({ text }) => [...membersOf(text)]));
    if (members.size === 0) return this.#entries;
    return this.#entries.flatMap((entry) => {
      const text = entry.places.length > 0 ? entry.text : withoutMembers(entry.text, members);
      return text === null ? [] : text === entry.text ? [entry] : [{ ...entry, text, references: null }];
    });
  }

  /** A name is declared again: what it was goes on under another name, where it was used. */
  #retire(name: string, hasValue: boolean, hasType: boolean): void {
    const declares = (entry: Entry) =>
      ((entry.isValue && hasValue) || (entry.isType && hasType)) && entry.places.some((place) => place.name === name);
    const olds = new Set(this.#entries.filter(declares));
    if (olds.size === 0) return;
    const oldValues = [...olds].filter(({ isValue }) => isValue);
    const oldTypes = [...olds].filter(({ isType }) => isType);
    // Other than a class, a type is nothing that a function could see change.
    const isPure = oldTypes.every(({ isValue }) => !isValue);
    const stays = ({ isValue, isType, isDeferred }: Reference, isOwn: boolean) =>
      (isValue && oldValues.length > 0 && (isOwn || !isDeferred || !hasValue)) ||
      (isType && oldTypes.length > 0 && (isOwn || !isDeferred || !hasType || isPure));
    const retired = this.#unusedName(name);
    for (const entry of this.#entries) {
      if (!entry.text.includes(name)) continue;
      const isOwn = olds.has(entry);
      const uses = usesIn(entry).filter((use) => use.name === name && stays(use, isOwn));
      rename(entry, name, retired, [...(isOwn ? entry.places.filter((place) => place.name === name) : []), ...uses]);
    }
  }

  #unusedName(name: string): string {
    for (let i = 1; ; i++) if (!this.#entries.some(({ text }) => text.includes(`${name}$${i}`))) return `${name}$${i}`;
  }

  /** Retired declarations go when nothing that is left uses them. */
  #dropUnused(): void {
    const isOld = ({ places }: Entry) => places.length > 0 && places.every(({ isRetired }) => isRetired);
    const olds = this.#entries.filter(isOld);
    if (olds.length === 0) return;
    const used = new Set<Entry>();
    const use = (user: Entry) => {
      const names = new Set(usesIn(user).map(({ name }) => name));
      for (const old of olds)
        if (!used.has(old) && old.places.some(({ name }) => names.has(name))) {
          used.add(old);
          use(old);
        }
    };
    for (const entry of this.#entries) if (!isOld(entry)) use(entry);
    const kept = new Set(olds.filter((old) => used.has(old)).slice(-MOST_RETIRED));
    this.#entries = this.#entries.filter((entry) => !isOld(entry) || kept.has(entry));
  }
}

const textOf = (entries: readonly Entry[]): string => `${entries.map(({ text }) => text).join("\n")}\nexport {};\n`;

function usesIn(entry: Entry): readonly Reference[] {
  entry.references ??= referencesOf(entry.text);
  return entry.references;
}

/** Renames a name where it is declared or used in an entry. */
function rename(entry: Entry, name: string, to: string, places: readonly (Place | Reference)[]): void {
  for (const { offset, shorthand } of [...places].sort((a, b) => b.offset - a.offset)) {
    const key = shorthand ? `${name}${IMPORT.test(entry.text) ? " as" : ":"} ` : "";
    entry.text = entry.text.slice(0, offset) + key + to + entry.text.slice(offset + name.length);
    for (const place of entry.places)
      if (place.offset === offset)
        Object.assign(place, { name: to, offset: offset + key.length, shorthand: false, isRetired: true });
      else if (place.offset > offset) place.offset += key.length + to.length - name.length;
  }
  if (places.length > 0) entry.references = null;
}

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
      const own = PREFIX + name;
      imports.push(`${name} as ${own}`);
      variables.push(kind === "let" ? `let ${name}!: typeof ${own};` : `const ${name}: typeof ${own} = ${own};`);
    } else imports.push(name);
  }
  const text = imports.length > 0 ? `import { ${imports.join(", ")} } from ${JSON.stringify(from)}; ` : "";
  return `export {}; ${text}${variables.join(" ")}\n`;
}
