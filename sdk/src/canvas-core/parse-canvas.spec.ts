import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../../test/python.js";
import { validate } from "../../dist/canvas-core/canvas-validator.js";
import {
  CANVAS_VERSION,
  type CanvasDocument,
  COMPONENTS,
  MOST_CANVAS_BYTES,
  parseCanvas,
  settingsOf,
  writeCanvas,
} from "../../dist/canvas-core/index.js";
import { migrateDocument } from "../../dist/canvas-core/migrations.js";
import { LitModelError } from "../../dist/errors.js";

const schema = JSON.parse(readFileSync(new URL("canvas.schema.json", import.meta.url), "utf8"));

/** Every component with every setting, in a chain, with names, positions and a group. */
const everything = (): CanvasDocument =>
  structuredClone({
    version: 1,
    nodes: COMPONENTS.map(({ type, settings }, i) => ({
      id: `n${i}`,
      type,
      name: `Node ${i}`,
      position: { x: i * 10.5, y: -1 - i },
      settings: Object.fromEntries(settings.map((setting) => [setting.name, setting.default])),
    })),
    edges: COMPONENTS.slice(1).map((_, i) => ({ from: `n${i}`, to: `n${i + 1}` })),
    groups: [{ id: "g", name: "All", nodes: ["n0", "n1"], folded: true }],
  }) as CanvasDocument;

const refusal = (text: string): string => {
  try {
    parseCanvas(text);
  } catch (error) {
    expect(error).toBeInstanceOf(LitModelError);
    return (error as Error).message;
  }
  return "nothing is refused";
};

type Json = Record<string, unknown>;
const changed = (change: (document: Record<string, Json[]> & Json) => void): string => {
  const document = structuredClone(everything()) as unknown as Record<string, Json[]> & Json;
  change(document);
  return JSON.stringify(document);
};

describe("the canvas' validator", () => {
  const oracle = new Ajv2020.default({ strict: false }).compile(schema);

  /** The paths of all values within a value. */
  const pathsOf = (value: unknown): string[][] => [
    [],
    ...Object.entries(typeof value === "object" && value !== null ? value : {}).flatMap(([key, inner]) =>
      pathsOf(inner).map((path) => [key, ...path]),
    ),
  ];
  const paths = pathsOf(everything()).filter((path) => path.length > 0);
  const values = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      0.5,
      1,
      2,
      1e300,
      "",
      "relu",
      "same",
      "a b",
      "__proto__",
      "input",
      [],
      {},
    ),
    fc.constantFrom<unknown>("x".repeat(128), "x".repeat(129), "😀".repeat(128), "a\u0000", [1, 1], ["a", "a"], {
      x: 1,
      y: 2,
    }),
    fc.jsonValue(),
  );

  test("agrees with the schema on documents with anything changed, removed or added", () => {
    let [valid, invalid] = [0, 0];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.constantFrom("set", "remove", "add"), values, (path, what, value) => {
        const document = everything();
        const owner = path.slice(0, -1).reduce<unknown>((inner, key) => (inner as Json)[key], document) as Json;
        const last = path.at(-1) as string;
        if (what === "remove") delete owner[last];
        else owner[what === "add" && !Array.isArray(owner) ? `${last}x` : last] = value;
        // As it would come from a file.
        const read = JSON.parse(JSON.stringify(document));
        const expected = oracle(read);
        if (expected) valid++;
        else invalid++;
        expect(validate(read)).toBe(expected);
      }),
      { numRuns: 3000, seed: 1 },
    );
    expect([valid > 300, invalid > 300, valid, invalid]).toEqual([true, true, valid, invalid]);
  });

  test("is of the version that is written", () => {
    expect(schema.properties.version.const).toBe(CANVAS_VERSION);
  });

  test("has the components that the documentation lists, with their settings and defaults", () => {
    const docs = readFileSync(`${ROOT}/docs/canvas.md`, "utf8");
    const rows = docs.split("\n").filter((line) => line.startsWith("| `"));
    const known = rows.map((row) => row.split(" | ").map((cell) => cell.replaceAll(/^\| |[`"]| \|$/g, "").trim()));
    expect(known.map(([type, , description, settings]) => [type, description, settings])).toEqual(
      COMPONENTS.map(({ type, description, settings }) => [
        type,
        description,
        settings
          .map(
            ({ name, default: usual }) =>
              `${name} ${usual === "" ? "empty" : JSON.stringify(usual).replaceAll('"', "")}`,
          )
          .join(", "),
      ]),
    );
  });

  test("takes every default", () => {
    expect(parseCanvas(JSON.stringify(everything()))).toEqual(everything());
    for (const node of everything().nodes)
      expect(settingsOf({ ...node, settings: {} } as typeof node)).toEqual(node.settings);
  });
});

describe("parseCanvas", () => {
  test.each<[string, string, string]>([
    ["what is no JSON", "{", "the canvas is not JSON: "],
    ["nothing", "", "the canvas is not JSON: "],
    ["a list", "[]", "the canvas is a list, expected an object"],
    ["null", "null", "the canvas is null, expected an object"],
    [
      "a newer version",
      changed((d) => Object.assign(d, { version: 2 })),
      "has version 2, this Lit Lab reads version 1: update it",
    ],
    [
      "a version that is a text",
      changed((d) => Object.assign(d, { version: "1" })),
      '"version" is "1", expected a whole number from 1 to 1',
    ],
    ["no version", changed((d) => Object.assign(d, { version: undefined })), '"version" is missing'],
    ["an unknown key", changed((d) => Object.assign(d, { extra: 1 })), 'it has "extra", which is unknown'],
    ["a prototype", `{"version":1,"nodes":[],"edges":[],"__proto__":{"x":1}}`, 'it has "__proto__", which is unknown'],
    [
      "a prototype in settings",
      `{"version":1,"nodes":[{"id":"a","type":"flatten","settings":{"__proto__":{}}}],"edges":[]}`,
      'the node "a": settings has "__proto__", which is unknown',
    ],
    ["nodes that are no list", changed((d) => Object.assign(d, { nodes: 3 })), '"nodes" is 3, expected array'],
    ["a node that is null", changed((d) => d.nodes?.splice(1, 1, null as never)), "nodes[1] is null, expected object"],
    [
      "an unknown component",
      changed((d) => Object.assign(d.nodes?.[2] ?? {}, { type: "lambda" })),
      'the node "Node 2": type is "lambda", expected one of input, output, dense',
    ],
    [
      "an unknown setting",
      changed((d) => Object.assign(d.nodes?.[2]?.settings ?? {}, { code: "x" })),
      'the node "Node 2": settings has "code", which is unknown',
    ],
    [
      "too few units",
      changed((d) => Object.assign(d.nodes?.[2]?.settings ?? {}, { units: 0 })),
      'the node "Node 2": settings.units is 0, expected >= 1',
    ],
    [
      "half a unit",
      changed((d) => Object.assign(d.nodes?.[2]?.settings ?? {}, { units: 1.5 })),
      "settings.units is 1.5, expected integer",
    ],
    [
      "an unknown choice",
      changed((d) => Object.assign(d.nodes?.[2]?.settings ?? {}, { activation: "eval" })),
      'settings.activation is "eval", expected one of linear, relu',
    ],
    [
      "no place",
      changed((d) => Object.assign(d.nodes?.[2] ?? {}, { position: { x: 1 } })),
      'the node "Node 2": position has no "y"',
    ],
    [
      "a place out of all numbers",
      changed(() => undefined).replace('"x":21', '"x":1e999'),
      "position.x is Infinity, expected number",
    ],
    [
      "an id with a space",
      changed((d) => Object.assign(d.nodes?.[2] ?? {}, { id: "a b" })),
      'id is "a b", expected an id: 1 to 128 letters',
    ],
    ["an id twice", changed((d) => Object.assign(d.nodes?.[2] ?? {}, { id: "n1" })), 'two nodes have the id "n1"'],
    [
      "a name with a line break",
      changed((d) => Object.assign(d.nodes?.[2] ?? {}, { name: "a\nb" })),
      'name is "a\\nb", expected a text of at most 128 characters',
    ],
    [
      "an edge from nowhere",
      changed((d) => Object.assign(d.edges?.[2] ?? {}, { from: "x" })),
      'edges[2] names the node "x", there is none',
    ],
    [
      "an edge twice",
      changed((d) => d.edges?.push({ from: "n0", to: "n1" })),
      'the edge from "n0" to "n1" is there twice',
    ],
    [
      "a node that leads to itself",
      changed((d) => d.edges?.push({ from: "n3", to: "n3" })),
      "its nodes lead in a circle, n3 → n3: remove one",
    ],
    [
      "a circle",
      changed((d) => d.edges?.push({ from: "n3", to: "n1" })),
      "its nodes lead in a circle, n1 → n2 → n3 → n1: remove one",
    ],
    [
      "a long circle",
      changed((d) => d.edges?.push({ from: "n19", to: "n0" })),
      "n0 → n1 → n2 → n3 → n4 → n5 → n6 → n7 → n8 → n9 → n10 → n11 → 8 more → n0: remove one",
    ],
    [
      "a group of nodes that are not there",
      changed((d) => Object.assign(d.groups?.[0] ?? {}, { nodes: ["x"] })),
      'the group "g" names the node "x", there is none',
    ],
    [
      "a node in two groups",
      changed((d) => d.groups?.push({ id: "h", name: "h", nodes: ["n0"] })),
      'the node "n0" is in the group "g" and in "h"',
    ],
    ["deep nesting", `{"version":1,"nodes":${"[".repeat(1e6)}`, "the canvas is nested deeper than 32 levels"],
    [
      "too large a text",
      `{"version":1,"nodes":[],"edges":[]${" ".repeat(MOST_CANVAS_BYTES)}}`,
      "bytes, expected at most 16777216 (16 MiB)",
    ],
    [
      "too large a text of few characters",
      `{"":"${"€".repeat(MOST_CANVAS_BYTES / 3)}"}`,
      "bytes, expected at most 16777216 (16 MiB)",
    ],
    [
      "too many nodes",
      JSON.stringify({ version: 1, nodes: Array(100_001).fill(0), edges: [] }),
      '"nodes" has 100001 entries, expected at most 100000',
    ],
  ])("refuses %s and says so", (_, text, message) => {
    expect(refusal(text)).toContain(message);
  });

  test("braces in texts are no levels", () => {
    const name = '[{"\\'.repeat(30);
    const document = { ...everything(), groups: [{ id: "g", name, nodes: [] }] };
    expect(parseCanvas(JSON.stringify(document)).groups?.[0]?.name).toBe(name);
  });

  test("names the file in what it refuses", () => {
    expect(() => parseCanvas("{}", "/home/me/demo.canvas.json")).toThrow(/^\/home\/me\/demo\.canvas\.json: "version"/);
  });

  test("100,000 nodes, and all that lead to one, take less than 3 s of the processor", () => {
    const nodes = Array.from({ length: 100_000 }, (_, i) => ({ id: `n${i}`, type: "dense", settings: {} }));
    const edges = nodes.slice(1).map(({ id }) => ({ from: id, to: "n0" }));
    const text = JSON.stringify({ version: 1, nodes, edges });
    const start = process.cpuUsage();
    expect(parseCanvas(text).nodes).toHaveLength(100_000);
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(3);
  });
});

describe("writeCanvas", () => {
  test("gives the same text for the same document, whatever the keys' order", () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, reversed(inner)]),
      );
    };
    const text = writeCanvas(everything());
    expect(writeCanvas(reversed(everything()) as CanvasDocument)).toBe(text);
    expect(writeCanvas(parseCanvas(text))).toBe(text);
    expect(
      text.startsWith('{\n  "version": 1,\n  "nodes": [\n    {\n      "id": "n0",\n      "type": "input",\n'),
    ).toBe(true);
    expect(text.endsWith("\n}\n")).toBe(true);
    expect(JSON.parse(text)).toEqual(everything());
  });

  test("writes nothing that would not be read", () => {
    const document = everything();
    document.edges.push({ from: "n3", to: "n0" });
    expect(() => writeCanvas(document)).toThrow(/circle/);
    expect(() => writeCanvas({ ...everything(), version: 2 as 1 })).toThrow(/"version" is 2, expected 1/);
  });
});

describe("migrations", () => {
  const migrations = [
    (document: Json) => ({ ...document, two: true }),
    (document: Json) => ({ ...document, three: document.two }),
  ];

  test("lead from each version to today's, one after the other", () => {
    expect(migrateDocument({ version: 1 }, "it", migrations)).toEqual({ version: 3, two: true, three: true });
    expect(migrateDocument({ version: 2, two: 2 }, "it", migrations)).toEqual({ version: 3, two: 2, three: 2 });
    expect(migrateDocument({ version: 3 }, "it", migrations)).toEqual({ version: 3 });
  });

  test("refuse a newer version with that which reads it", () => {
    expect(() => migrateDocument({ version: 4 }, "it", migrations)).toThrow(
      "it has version 4, this Lit Lab reads version 3: update it",
    );
  });
});
