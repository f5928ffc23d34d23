import { type Node, nameOf, nodeOf, nodesOf, parse } from "../cell/syntax-tree.js";

/** The members that `declare global` and `declare module "x"` add, each by its path; none for other code. */
export function membersOf(code: string): Set<string> {
  const members = new Set<string>();
  for (const node of augmentationsIn(code)) rest(node, code, "", (path) => members.add(path) && false);
  return members;
}

/** An augmentation without some of its members; null if none is left. */
export function withoutMembers(code: string, members: ReadonlySet<string>): string | null {
  if (![...membersOf(code)].some((member) => members.has(member))) return code;
  const texts = augmentationsIn(code).map((node) => rest(node, code, "", (path) => members.has(path)));
  return texts.some(Boolean) ? texts.filter(Boolean).join("\n") : null;
}

const augmentationsIn = (code: string): readonly Node[] =>
  /\b(?:global|module)\b/.test(code)
    ? parse(code, "ts", { from: code }).body.filter(({ type }) => type === "TSModuleDeclaration")
    : [];

/** What is left of a declaration without the members that are gone; null for nothing. */
function rest(node: Node, code: string, outer: string, isGone: (path: string) => boolean): string | null {
  const text = code.slice(node.start, node.end);
  const path = `${outer}/${keyOf(node, code)}`;
  if (node.type === "ExportNamedDeclaration" && node.declaration) {
    const declaration = rest(nodeOf(node.declaration), code, outer, isGone);
    return declaration === null ? null : `export ${declaration}`;
  }
  if (node.type === "VariableDeclaration") {
    const declarators = nodesOf(node.declarations);
    const kept = declarators.filter(({ id }) => !isGone(`${outer}/${nameOf(id)}`));
    if (kept.length === declarators.length) return text;
    const begin = code.slice(node.start, declarators[0]?.start);
    return kept.length === 0 ? null : `${begin}${kept.map(({ start, end }) => code.slice(start, end)).join(", ")};`;
  }
  const body = node.body as Node | null | undefined;
  if (node.type === "TSModuleDeclaration" && body?.type === "TSModuleDeclaration") {
    const inner = rest(body, code, path, isGone);
    return inner === null ? null : code.slice(node.start, body.start) + inner;
  }
  if (body && (node.type === "TSModuleDeclaration" || node.type === "TSInterfaceDeclaration")) {
    const members = nodesOf(body.body);
    const kept = members.map((member) => rest(member, code, path, isGone));
    // What names nothing stays for the sake of the others.
    const isEmpty = members.every((member, i) => kept[i] === null || isNameless(member));
    if (isEmpty && (members.length > 0 || isGone(path))) return null;
    return `${code.slice(node.start, body.start)}{\n${kept.filter((member) => member !== null).join("\n")}\n}`;
  }
  return !isNameless(node) && isGone(path) ? null : text;
}

const isNameless = ({ type, declaration }: Node): boolean =>
  type === "ImportDeclaration" ||
  type === "ExportAllDeclaration" ||
  (type === "ExportNamedDeclaration" && !declaration);

/** A member's name; signatures and the like without one go by what they are. */
function keyOf(node: Node, code: string): string {
  const name = (node.id ?? node.key) as Node | null | undefined;
  return name ? code.slice(name.start, name.end).replace(/^(["'])(.*)\1$/, "$2") : node.type;
}
