import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { tooDeepAt } from "./nesting.js";

const MANY = 300_000;

/** Code that overflows a parser's stack, each in a way of its own. */
const DEEP = {
  brackets: "[".repeat(MANY),
  parentheses: `${"(".repeat(MANY)}1${")".repeat(MANY)}`,
  blocks: "{".repeat(MANY),
  sums: `1${"+1".repeat(MANY)}`,
  "sums over lines": `1${"+\n1".repeat(MANY)}`,
  members: `a${"?.b".repeat(MANY)}`,
  negations: `${"!".repeat(MANY)}1`,
  arrows: `${"a=>".repeat(MANY)}1`,
  conditions: `${"a?b:".repeat(MANY)}c`,
  alternatives: `${"if(a){}else ".repeat(MANY)}{}`,
  awaits: `${"await ".repeat(MANY)}1`,
  templates: "`${".repeat(MANY),
  generics: `type A = ${"A<".repeat(MANY)}1`,
};

test.each(Object.entries(DEEP))("finds %s before the parser does", (_, code) => {
  expect(tooDeepAt(code)).not.toBeNull();
});

test("what it lets through does not overflow the parser", () => {
  const script = `
    const { parse } = await import(process.argv[1]);
    for (const [open, close] of JSON.parse(process.argv[2])) for (const count of [900, 3900, 4900])
      parse(open.repeat(count) + "1" + close.repeat(count), "ts");
    console.log("alive");`;
  const pairs = [
    ["[", "]"],
    ["(", ")"],
    ["1+", ""],
    ["a?.", ""],
    ["!", ""],
    ["a=>", ""],
    ["a?b:", ""],
    ["if(a){}else ", ""],
    ["await ", ""],
    ["new ", ""],
    ["`${", "}`"],
    ["{", "}"],
    ["x:", ""],
  ];
  const module = new URL("../../dist/cell/syntax-tree.js", import.meta.url).href;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script, module, JSON.stringify(pairs)], {
    encoding: "utf8",
  });
  expect(stdout).toBe("alive\n");
});

test("lets through what people write", () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, i) => `  { time: ${i}.5, price: -1.25e-3, name: "a+b(c[${i}" },`,
  ).join("\n");
  expect(tooDeepAt(`const rows = [\n${rows}\n];`)).toBeNull();
  expect(tooDeepAt(`const data = "${"AB+/".repeat(1e6)}";`)).toBeNull();
  expect(
    tooDeepAt(Array.from({ length: 3000 }, (_, i) => `if (a.b === ${i}) { f(a.b + 1); } else { g(!a); }`).join("\n")),
  ).toBeNull();
});
