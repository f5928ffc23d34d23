import fc from "fast-check";
import { test } from "vitest";
import { type Case, expectAsKeras, SEED } from "./oracle.js";

const draw = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] => fc.sample(arbitrary, { seed: SEED, numRuns });

/** Shapes that broadcast with [3, 4]: lengths become 1, axes are left out, the last one may be open. */
const shape = fc.constantFrom("(3, 4)", "(1, 4)", "(3, 1)", "(4,)", "(1,)", "(None, 4)");
const merge = fc
  .record({
    layer: fc.constantFrom("Add", "Average", "Multiply", "Maximum", "Minimum", "Subtract"),
    shapes: fc.array(shape, { minLength: 2, maxLength: 4 }),
  })
  .map(({ layer, shapes }) => ({ layer, shapes: layer === "Subtract" ? shapes.slice(0, 2) : shapes }));

/** A merge of inputs that went through a Dense, so that gradients flow into each. */
function merging(merges: readonly { readonly layer: string; readonly shapes: readonly string[] }[]): string {
  const lines = ["inputs, outputs = [], []"];
  for (const { layer, shapes } of merges) {
    lines.push(`given = [L.Input(shape) for shape in [${shapes.map((text) => text.replace("None", "3")).join(", ")}]]`);
    lines.push("inputs += given");
    lines.push(`outputs.append(L.${layer}()([L.Dense(x.shape[-1])(x) for x in given]))`);
  }
  return `${lines.join("\n")}\nkeras.Model(inputs, outputs)`;
}

const dots = fc.constantFrom(
  { shapes: "(4,), (4,)", axes: "1" },
  { shapes: "(3, 4), (4,)", axes: "(2, 1)" },
  { shapes: "(4,), (3, 4)", axes: "-1" },
  { shapes: "(3, 4), (5, 4)", axes: "2" },
  { shapes: "(3, 4), (3, 5)", axes: "1" },
  { shapes: "(3, 4), (4, 2)", axes: "(2, 1)" },
  { shapes: "(2, 3, 4), (4, 2)", axes: "(3, 1)" },
  { shapes: "(2, 3, 4), (5, 3, 2)", axes: "(2, 2)" },
);
const dot = fc
  .record({ dots, normalize: fc.constantFrom("True", "False") })
  .map(({ dots: { shapes, axes }, normalize }) => `[${shapes}], L.Dot(${axes}, normalize=${normalize})`);

const cases: Case[] = [
  {
    name: "each",
    code: merging(
      ["Add", "Average", "Multiply", "Maximum", "Minimum", "Subtract"].map((layer) => ({
        layer,
        shapes: ["(3, 4)", "(3, 4)"],
      })),
    ),
  },
  { name: "broadcast", code: merging(draw(merge, 4)) },
  {
    name: "open",
    code: `
x, y = L.Input((None, 4)), L.Input((None, 4))
keras.Model([x, y], [L.Add()([x, y]), L.Concatenate(axis=1)([x, y]), L.Concatenate()([x, y]), L.Dot(2)([x, y])])`,
  },
  {
    name: "of_int",
    code: `
x, y = L.Input((4,), dtype='int32'), L.Input((4,))
keras.Model([x, y], [L.Add()([x, y]), L.Multiply()([y, x]), L.Concatenate()([x, y])])`,
  },
  {
    name: "dot",
    code: `
inputs, outputs = [], []
for shapes, layer in [([(3, 4), (5, 4)], L.Dot(2, normalize=True)), ${draw(dot, 4)
      .map((text) => `(${text})`)
      .join(", ")}]:
    given = [L.Input(shape) for shape in shapes]
    inputs += given
    outputs.append(layer([L.Dense(x.shape[-1])(x) for x in given]))
keras.Model(inputs, outputs)`,
  },
  {
    name: "concatenate",
    code: `
x, y, z = L.Input((2, 3, 4)), L.Input((2, 3, 4)), L.Input((2, 3, 4))
keras.Model([x, y, z], [L.Concatenate(axis=axis)([x, L.Dense(4)(y), z]) for axis in [1, 2, 3, -1, -2]])`,
  },
];

test(`merging layers of seed ${SEED}`, { timeout: 300_000 }, async () => {
  await expectAsKeras(cases);
});
