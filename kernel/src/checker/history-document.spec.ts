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
    "export const { a, b: [c$1], ...d } = f();\nexport let c = 1;",
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
    'export {}; import { n as $litlab_n, k as $litlab_k, A } from "./history"; let n!: typeof $litlab_n; const k: typeof $litlab_k = $litlab_k;\n',
  );
});

test("what was evaluated keeps the old declaration, what runs later sees the new one", () => {
  expect(after("let x = 1", "let y = x, f = () => x; class C { m() { return x } }", 'let x = "s"')).toBe(
    'export let x$1 = 1;\nexport let y = x$1;\nexport let f = () => x;\nexport class C { m() { return x } }\nexport let x = "s";',
  );
  expect(after("let x = 1", "let o = { x, p: x, q: { x: 2 }.x, [x]: 3 }; let t: typeof x", "let x = 2")).toBe(
    "export let x$1 = 1;\nexport let o = { x: x$1, p: x$1, q: { x: 2 }.x, [x$1]: 3 };\nexport let t: typeof x$1;\nexport let x = 2;",
  );
  expect(after("enum E { A = 1 }", "enum F { B = E.A }", "enum E { A = 2 }")).toBe(
    "export enum E$1 { A = 1 }\nexport enum F { B = E$1.A }\nexport enum E { A = 2 }",
  );
});

test("what is handed to a call is evaluated with it, and may have names of its own", () => {
  expect(after("let x = 1", "let a = [1].map((v) => v + x), b = [1].map((x) => x)", "let x = 2")).toBe(
    "export let x$1 = 1;\nexport let a = [1].map((v) => v + x$1);\nexport let b = [1].map((x) => x);\nexport let x = 2;",
  );
});

test("values and types of a class that is declared again stay with the old one", () => {
  expect(after("class A {}", "const a = new A(); let b: A; class B extends A {}", "class A { x = 1 }")).toBe(
    "export class A$1 {}\nexport const a = new A$1();\nexport let b: A$1;\nexport class B extends A$1 {}\nexport class A { x = 1 }",
  );
  expect(after("class A {}", "function make(): A { return new A() }", "class A { x = 1 }")).toBe(
    "export function make(): A { return new A() }\nexport class A { x = 1 }",
  );
});

test("all declarations of a name go on under one new name", () => {
  expect(after("function f(): void; function f(a?: any) {}", "const g = f", "let f = 1")).toBe(
    "export function f$1(): void;\nexport function f$1(a?: any) {}\nexport const g = f$1;\nexport let f = 1;",
  );
  expect(after("interface I { a: 1 } interface I { b: 2 }", "let i: I", "type I = 3")).toBe(
    "export interface I$1 { a: 1 }\nexport interface I$1 { b: 2 }\nexport let i: I$1;\nexport type I = 3",
  );
  expect(after('import { a, b as c } from "m"', "let d = a, e = c", "let a = 1; let c = 2")).toBe(
    'import { a as a$1 } from "m"; export { a$1 };\nimport { b as c$1 } from "m"; export { c$1 };\nexport let d = a$1;\nexport let e = c$1;\nexport let a = 1;\nexport let c = 2;',
  );
});

test("running a cell 1,000 times does not make the document longer", () => {
  const history = new HistoryDocument();
  const lengths = Array.from({ length: 1000 }, () => {
    for (const cell of ["let x = 1", "let y = x; const f = () => x", 'import "m"; import { z } from "m"; let w = z'])
      history.add(analyseCell(cell));
    return String(history).length;
  });
  expect(new Set(lengths).size).toBe(1);
  for (let i = 0; i < 1000; i++) history.add(analyseCell(i % 2 ? "let p = q" : "let q = p"));
  expect(String(history).split("\n").length).toBeLessThan(250);
});

test("what is added to the global scope or a module anew takes the place of the same members", () => {
  const first = "declare global { var a: 1, b: 2; interface Array<T> { second(): T } }";
  expect(after(first, first)).toBe(first);
  expect(after(first, "declare global { var a: 3 }")).toBe(
    "declare global {\nvar b: 2;\ninterface Array<T> { second(): T }\n}\ndeclare global { var a: 3 }".replace(
      "{ second(): T }",
      "{\nsecond(): T\n}",
    ),
  );
  const third = "declare global { interface Array<T> { third(): T } }";
  expect(after(third, first, third)).toBe(`${first}\n${third}`);
  const module = 'declare module "x" { export function f(): void; }';
  expect(after(module, module, 'declare module "y" { export function f(): void; }').split("\n")).toHaveLength(2);
  const history = new HistoryDocument();
  history.add(analyseCell(`let k = 1; ${module}`));
  expect(history.textFor(analyseCell(module))).toBe("export let k = 1;\nexport {};\n");
  expect(String(history)).toContain(module);
});

test("what has no type of its own yet may become anything", () => {
  expect(after("let a; var b = null; let c = undefined, d = []; const e = [], f = null; let g: string[] = []")).toBe(
    "export let a: any;\nexport let b: any = null;\nexport let c: any = undefined;\nexport let d: any[] = [];\nexport const e: any[] = [];\nexport const f = null;\nexport let g: string[] = [];",
  );
});
