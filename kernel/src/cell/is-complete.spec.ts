// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are code

import { expect, test } from "vitest";
import { isComplete } from "./is-complete.js";

const incomplete = (indent: string) => ({ status: "incomplete", indent });

test.each([
  ["", { status: "complete" }],
  ["const a = 1", { status: "complete" }],
  ["`a\n${b} c`", { status: "complete" }],
  ["await f()", { status: "complete" }],
  ["`abc", incomplete("")],
  ["`abc\n", incomplete("")],
  ["`it's \"so", incomplete("")],
  ["const s = `abc${a} b ", incomplete("")],
  ["const s = `é😀${a} b ", incomplete("")],
  ["const s = `abc${a", incomplete("")],
  ["`a${`b", incomplete("")],
  ["`a` + `b", incomplete("")],
  ["f(`abc", incomplete("")],
  ["f(a, `x\n  ${b}\n  y", incomplete("  ")],
  ["/* x", incomplete("")],
  ["function f() {", incomplete("  ")],
  ["  if (a) {", incomplete("    ")],
  ["f(", incomplete("  ")],
  ["const a = [\n  1,", incomplete("  ")],
  ['"abc', { status: "invalid" }],
  ["'abc\n", { status: "invalid" }],
  ["f('`abc", { status: "invalid" }],
  ["`a` + 'b", { status: "invalid" }],
  ["/a`b", { status: "invalid" }],
  ["const a = ;", { status: "invalid" }],
  ["f())", { status: "invalid" }],
])("%j", (code, status) => {
  expect(isComplete(code)).toEqual(status);
});
