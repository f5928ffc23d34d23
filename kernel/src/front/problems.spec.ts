import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { reportProblems } from "./problems.js";

test("of a long line only what is around the problem is shown", () => {
  const code = `${"a;".repeat(1e6)}b;${"c;".repeat(1e6)}`;
  const { evalue, traceback } = reportProblems("SyntaxError", "Cell[1]", code, [
    { message: "no b", start: 2e6, end: 2e6 + 1 },
  ]);
  expect(evalue).toBe("no b (Cell[1]:1:2000001)");
  const [, , text = "", mark = ""] = traceback[0]?.split("\n") ?? [];
  expect(text.length).toBeLessThan(1100);
  expect(stripVTControlCharacters(text)[stripVTControlCharacters(mark).indexOf("~")]).toBe("b");
});
