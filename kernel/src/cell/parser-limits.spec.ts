import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { tooDeepAt } from "./parser-limits.js";

const MANY = 300_000;

/** Code that overflows the parser's stack, each in a way of its own. */
const DEEP = {
  brackets: "[".repeat(MANY),
  parentheses: `${"(".repeat(MANY)}1${")".repeat(MANY)}`,
  "brackets over lines": "[\n".repeat(MANY),
  blocks: "{".repeat(MANY),
  sums: `1${"+1".repeat(MANY)}`,
  members: `a${"?.b".repeat(MANY)}`,
  negations: `${"!".repeat(MANY)}1`,
  arrows: `${"a=>".repeat(MANY)}1`,
  conditions: `${"a?b:".repeat(MANY)}c`,
  alternatives: `${"if(a){}else ".repeat(MANY)}{}`,
  awaits: `${"await ".repeat(MANY)}1`,
  news: `${"new ".repeat(MANY)}A`,
  generics: `type A = ${"A<".repeat(MANY)}1`,
};

test.each(Object.entries(DEEP))("finds %s before the parser does", (_, code) => {
  expect(tooDeepAt(code)).not.toBeNull();
});

test("what it lets through does not overflow the parser", () => {
  const script = `
    const { parse } = await import(process.argv[1]);
    for (const [open, close] of JSON.parse(process.argv[2])) for (const count of [900, 1200, 2400])
      parse(open.repeat(count) + "1" + close.repeat(count), "ts");
    console.log("alive");`;
  const nested = [
    "[ ]",
    "( )",
    "{ }",
    "(a= )",
    "1+ ",
    "a?. ",
    "! ",
    "a=> ",
    "a?b: ",
    "if(a){}else_ ",
    "await_ ",
    "new_ ",
    "x: ",
    "a= ",
  ];
  const pairs = nested.map((pair) => pair.split(" ").map((part) => part.replace("_", " ")));
  const module = new URL("../../dist/cell/syntax-tree.js", import.meta.url).href;
  const args = ["--input-type=module", "-e", script, module, JSON.stringify(pairs)];
  expect(spawnSync(process.execPath, args, { encoding: "utf8" }).stdout).toBe("alive\n");
});

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

test.each<[string, string]>([
  ["comparisons", lines(20_000, () => "if (n < 5) n++;")],
  ["loops", lines(20_000, () => "for (let i = 0; i < 2; i++) f(i)")],
  ["assignments without semicolons", lines(20_000, () => "xq = xq + 1")],
  ["calls without semicolons", lines(20_000, () => "oo.log()")],
  ["awaits", lines(20_000, () => "await aw();")],
  ["functions", lines(20_000, (i) => `function g${i}() { return new A() }`)],
  ["alternatives", lines(5000, (i) => `if (a.b === ${i}) { f(a.b + 1); } else { g(!a); }`)],
  ["a table", `const rows = [\n${lines(20_000, (i) => `  { t: ${i}.5, p: -1.25e-3, n: "a+b(c[${i}" },`)}\n];`],
  ["rows in a template", `\`${lines(5000, (i) => `-${i}.5\t-1.25e-3\t=(${i}`)}\``],
  ["base64 in quotes", `const data = "${"AB+/".repeat(1e6)}";`],
  ["base64 in a template", `const data = \`${"AB+/".repeat(1e6)}\`;`],
  ["comments", `// ${"-".repeat(6000)}\n/* ${"-=(".repeat(6000)} */`],
  ["minified code", "function f(a,b){return a.b?a.b+1:!b};".repeat(20_000)],
])("lets %s through", (_, code) => {
  expect(tooDeepAt(code)).toBeNull();
});
