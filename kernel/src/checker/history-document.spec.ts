import { expect, test } from "vitest";
import { analyseCell } from "../cell/analyse-cell.js";
import { HistoryDocument, preludeOf } from "./history-document.js";

/** What the document says after some cells. */
function after(...cells: readonly string[]): string {
  const history = new HistoryDocument();
  for (const cell of cells) history.add(analyseCell(cell));
  return String(history)
    .replace(/export \{\};\n$/, "")
    .trim();
}

test("keeps declarations, not what cells do", () => {
  expect(after("let a = 1; a++; console.log(a)", "function f() { return a }")).toBe(
    "export let a = 1;\nexport function f() { return a }",
  );
});

test("a name that is declared again has its newest declaration", () => {
  expect(after("let a = 1, b = 2", 'const a = "x"')).toBe('export let b = 2;\nexport const a = "x";');
  expect(after("class A {}", "function A() {}")).toBe("export function A() {}");
});

test("one name of a pattern that is declared again leaves the others", () => {
  expect(after("const { a, b: [c], ...d } = f()", "let c = 1")).toBe(
    "export const { a, b: [__gone0], ...d } = f();\nexport let c = 1;",
  );
  expect(after("const { a = 1, b } = f()", "let a = 1", "let b = 2")).toBe("export let a = 1;\nexport let b = 2;");
});

test("a value and a type of one name go their own ways", () => {
  expect(after("const A = 1; type A = string", "type A = number")).toBe("export const A = 1;\nexport type A = number");
});

test("a type that is declared again keeps its meaning where it was used, however often", () => {
  const first = "interface P { x: number } const p: P = { x: 1 }";
  expect(after(first, "interface P { y: number }", "type P = string")).toBe(
    "export interface P$1 { x: number }\nexport const p: P$1 = { x: 1 };\nexport type P = string",
  );
});

test("documentation stays with what it documents", () => {
  expect(after("/** Adds. */\nfunction add() {}\n/** One. */ const one = 1")).toBe(
    "/** Adds. */\nexport function add() {}\n/** One. */ export const one = 1;",
  );
});

test("imports are repeated one name at a time", () => {
  expect(after('import a, { b as c, type D } from "m"', "let c = 1")).toBe(
    'import a from "m"; export { a };\nimport { type D } from "m"; export { D };\nexport let c = 1;',
  );
});

test("a cell brings in what it uses, and may assign to it", () => {
  const history = new HistoryDocument();
  history.add(analyseCell("let n = 0; const k = 1; class A {} let unused = 1"));
  const code = "n = k; new A(); k = 2";
  expect(preludeOf(history, code, analyseCell(code), "./history")).toBe(
    'export {}; import { n as __n, k as __k, A } from "./history"; let n!: typeof __n; const k: typeof __k = __k;\n',
  );
});
