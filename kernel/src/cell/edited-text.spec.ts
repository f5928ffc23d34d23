import fc from "fast-check";
import { expect, test } from "vitest";
import { EditedText, originalPlaceOf, type Place } from "./edited-text.js";

const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "é", "😀"), maxLength: 40 });
const edit = fc.record({
  kind: fc.constantFrom("left", "right", "update", "remove"),
  at: fc.nat(60),
  length: fc.nat(5),
  text: fc.string({ unit: fc.constantFrom("x", "y", "\n"), maxLength: 4 }),
});

/** Where each character of a text stands. */
function placesOf(characters: readonly string[]): Place[] {
  let line = 1;
  let column = 0;
  return characters.map((character) => {
    const place = { line, column };
    column++;
    if (character === "\n") {
      line++;
      column = 0;
    }
    return place;
  });
}

test("edits give the text, and each character's place, that editing character by character gives", () => {
  fc.assert(
    fc.property(text, fc.array(edit, { maxLength: 12 }), text, (original, edits, head) => {
      const units = original.split("");
      const edited = new EditedText(original);
      // Each original character with what stands before it; one more for the end.
      const slots = [...units, ""].map((own) => ({ left: "", right: "", own }));
      const slotOf = (at: number) => slots[at % slots.length] as (typeof slots)[number];
      let free = 0;
      for (const { kind, at, length, text } of edits.toSorted(
        (a, b) => (a.at % slots.length) - (b.at % slots.length),
      )) {
        const start = at % slots.length;
        if (start < free) continue;
        const slot = slotOf(start);
        if (kind === "left") {
          edited.appendLeft(start, text);
          slot.left += text;
        } else if (kind === "right") {
          edited.prependRight(start, text);
          slot.right = text + slot.right;
        } else {
          const end = Math.min(start + length, units.length);
          if (end <= start) continue;
          free = end;
          if (kind === "update") edited.update(start, end, text);
          else edited.remove(start, end);
          for (let i = start; i < end; i++) slotOf(i).own = "";
          if (kind === "update") slot.right += text;
        }
      }
      const origins = placesOf([...units, ""]);
      const expected: { unit: string; from: Place }[] = [];
      const first = origins[0] as Place;
      for (const unit of head.split("")) expected.push({ unit, from: first });
      for (const [i, { left, right, own }] of slots.entries()) {
        const from = origins[i] as Place;
        for (const unit of (left + right + own).split("")) expected.push({ unit, from });
      }
      const built = edited.build(head);
      const found = built.text.split("");
      expect(built.text).toBe(expected.map(({ unit }) => unit).join(""));
      expect(placesOf(found).map((place) => originalPlaceOf(built.pieces, place))).toEqual(
        expected.map(({ from }) => from),
      );
    }),
    { numRuns: 2000 },
  );
});
