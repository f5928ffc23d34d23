import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { analyseCell } from "../../dist/cell/analyse-cell.js";
import { compileCell } from "../../dist/cell/compile-cell.js";
import { isTooDeep } from "../../dist/cell/parser-limits.js";

/** What nests, once. */
const NESTED: Readonly<Record<string, (times: number) => string>> = {
  brackets: (n) => "[".repeat(n),
  parentheses: (n) => `${"(".repeat(n)}1${")".repeat(n)}`,
  "brackets over lines": (n) => "[\n".repeat(n),
  blocks: (n) => "{".repeat(n),
  functions: (n) => "(function(){".repeat(n),
  getters: (n) => "({get a(){".repeat(n),
  defaults: (n) => `function f${"(a=".repeat(n)}`,
  classes: (n) => "(class{[".repeat(n),
  "arrows with bodies": (n) => "()=>{".repeat(n),
  loops: (n) => "for(;;)".repeat(n),
  templates: (n) => "`${".repeat(n),
  "type tuples": (n) => `type A = ${"[".repeat(n)}`,
  "types of functions": (n) => `type A = ${"(a:".repeat(n)}`,
  generics: (n) => `type A = ${"A<".repeat(n)}1`,
  sums: (n) => `1${"+1".repeat(n)}`,
  members: (n) => `a${"?.b".repeat(n)}`,
  negations: (n) => `${"!".repeat(n)}1`,
  arrows: (n) => `${"a=>".repeat(n)}1`,
  assignments: (n) => `${"a=".repeat(n)}1`,
  conditions: (n) => `${"a?b:".repeat(n)}c`,
  "conditions over lines": (n) => `a${"\n?b:a".repeat(n)}`,
  alternatives: (n) => `${"if(a){}else ".repeat(n)}{}`,
  "alternatives over lines": (n) => `${"if(a){b()}\nelse ".repeat(n)}{}`,
  labels: (n) => `${"x:\n".repeat(n)}{}`,
  awaits: (n) => `${"await ".repeat(n)}1`,
  news: (n) => `${"new ".repeat(n)}A`,
};

describe.each(Object.entries(NESTED))("%s", (_, code) => {
  test("are found where the parser would overflow", () => {
    expect(isTooDeep(code(100_000))).toBe(true);
  });

  test("are let through where it would not", () => {
    expect(isTooDeep(code(500))).toBe(false);
  });
});

test("what is let through does not overflow the parser", { timeout: 60_000 }, () => {
  const script = `
    import { readFileSync } from "node:fs";
    const { parse } = await import(process.argv[1]);
    for (const code of JSON.parse(readFileSync(0, "utf8"))) parse(code, "ts");
    console.log("alive");`;
  const module = new URL("../../dist/cell/syntax-tree.js", import.meta.url).href;
  const args = ["--input-type=module", "-e", script, module];
  const codes = Object.values(NESTED).flatMap((code) => [1450, 2950].map(code));
  const { stdout } = spawnSync(process.execPath, args, { input: JSON.stringify(codes), encoding: "utf8" });
  expect(stdout).toBe("alive\n");
});

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

test.each<[string, string]>([
  ["statements", lines(20_000, (i) => `if (n < 5) n = (a.b + ${i}) * 2;`)],
  ["statements without semicolons", lines(20_000, () => "x = x + 1")],
  ["functions", lines(20_000, (i) => `function g${i}() { return new A() }`)],
  ["alternatives", lines(3000, (i) => `if (a.b === ${i}) { f(a.b + 1); } else { g(!a); }`)],
  ["a table", `const rows = [\n${lines(20_000, (i) => `  { t: ${i}.5, p: -1.25e-3, n: "a+b(c[${i}" },`)}\n];`],
  ["brackets in a template", `\`${lines(5000, (i) => `-${i}.5\t-1.25e-3\t=(${i}`)}\``],
  ["base64", `const data = "${"AB+/".repeat(1e6)}";`],
  ["comments", `// ${"-".repeat(6000)}\n/* ${"-=(".repeat(6000)} */`],
  ["minified code", "function f(a,b){return a.b?a.b+1:!b};".repeat(20_000)],
])("much code that is not nested is let through: %s", (_, code) => {
  expect(isTooDeep(code)).toBe(false);
});

test.each<[string, string]>([
  ["five megabytes of numbers", `const all = [${"1234567890.12345, ".repeat(300_000)}];`],
  ["a sum of 3000 terms", `let a = 1;\na${" + a".repeat(3000)}`],
  ["1000 alternatives", `let a = 1;\n${"if (a) { a++; }\nelse ".repeat(1000)}{}`],
])("%s are compiled", { timeout: 60_000 }, async (_, code) => {
  const { code: script } = await compileCell(code, analyseCell(code), new Map(), "Cell[1]");
  expect(script.length).toBeGreaterThan(code.length);
});
