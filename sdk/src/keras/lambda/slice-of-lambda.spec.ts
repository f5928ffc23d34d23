import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LitModelError } from "../../errors.js";
import { sliceOfLambda } from "./slice-of-lambda.js";

type Config = Record<string, unknown>;

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../test/keras/fixtures/lambda/${name}.json`, import.meta.url), "utf8")) as {
    lambda: string;
    config: Config;
  }[];
const KEY = [
  { kind: "slice", start: null, stop: null, step: null },
  { kind: "slice", start: 0, stop: 5, step: null },
];
const ADVICE = 'pass customObjects: { "crop": (x) => … }';

function errorOf(config: Config): LitModelError {
  try {
    return expect.unreachable(`decoded ${JSON.stringify(sliceOfLambda(config, "model.keras"))}`);
  } catch (error) {
    if (!(error instanceof LitModelError)) throw error;
    return error;
  }
}

describe.each(["keras", "tf_keras"])("a Lambda of %s", (library) => {
  const [slice, named, defaults, closure, mask, given] = read(library).map(({ config }) => config) as [
    Config,
    Config,
    Config,
    Config,
    Config,
    Config,
  ];

  test("that is a slice", () => expect(sliceOfLambda(slice, "model.keras")).toEqual(KEY));

  test("that is a def: Keras 2 stores its code, Keras 3 its name", () => {
    if (library === "tf_keras") expect(sliceOfLambda(named, "model.keras")).toEqual(KEY);
    else expect(errorOf(named).message).toContain("the file holds no code of its function");
  });

  test.each([
    ["defaults", defaults, "its function has defaults"],
    ["a closure", closure, "its function uses variables from around it"],
    ["a mask", mask, "it has arguments or a mask of its own"],
    ["arguments", given, "it has arguments or a mask of its own"],
  ])("that has %s is refused with what to pass", (_, config, reason) => {
    const { message, code } = errorOf(config);
    expect(message).toBe(`model.keras: Lambda layer 'crop': ${reason}; ${ADVICE}`);
    expect(code).toBe("LAMBDA");
  });
});

test.each<[string, Config]>([
  ["nothing", { name: "crop" }],
  ["a name", { name: "crop", function: "crop", function_type: "function" }],
  ["numbers", { name: "crop", function: [1, 2, 3] }],
  ["an empty list", { name: "crop", function: [] }],
  ["a lambda without config", { name: "crop", function: { class_name: "__lambda__" } }],
  ["code that is not a slice", { name: "crop", function: ["4wEA", null, null] }],
])("a function that is %s is refused with what to pass", (_, config) => {
  expect(errorOf(config).message).toMatch(/^model\.keras: Lambda layer 'crop': /);
  expect(errorOf(config).message).toContain(ADVICE);
});
