import fc from "fast-check";
import { expect, test } from "vitest";
import { charactersOf, unitsOf } from "./code-points.js";

test("a cursor's position in characters and in UTF-16 units", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(40), (code, characters) => {
      const whole = Array.from(code);
      const expected = whole.slice(0, characters).join("").length;
      expect(unitsOf(code, characters)).toBe(expected);
      expect(charactersOf(code, expected)).toBe(Math.min(characters, whole.length));
    }),
  );
});
