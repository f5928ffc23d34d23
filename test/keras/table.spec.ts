import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LAYER_TYPES } from "../../sdk/dist/keras/layers/layer-types.js";
import { REFUSED_LAYERS } from "../../sdk/dist/keras/layers/refused-layers.js";
import { OPERATION_TYPES } from "../../sdk/dist/keras/operations/operation-types.js";
import { REFUSED_OPERATIONS } from "../../sdk/dist/keras/operations/refused-operations.js";
import { ROOT, runPython } from "../python.js";
import { compiledTables } from "./compiled-tables.js";

/** The layers of stock Keras, each by its own name, without abstract ones. */
const LAYERS = `
import json, keras
L = keras.layers
found = {item.__name__ for name in dir(L) if isinstance(item := getattr(L, name), type) and issubclass(item, L.Layer)}
print(json.dumps(sorted(found - {"Layer", "Wrapper"})))`;

/** The operations of stock Keras, without abstract ones. */
const OPERATIONS = `
import importlib, json, pkgutil
import keras.src.ops as package
from keras.src.ops.operation import Operation
names = [m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.endswith("_test")]
modules = [importlib.import_module(f"keras.src.ops.{name}") for name in names]
isOwn = lambda item, module: isinstance(item, type) and issubclass(item, Operation) and item.__module__ == module.__name__
found = {name for module in modules for name, item in vars(module).items() if isOwn(item, module)}
print(json.dumps(sorted(found - {"Function", "Operation", "SegmentReduction"})))`;

/** `npx vitest run test/keras/table.spec.ts -u` writes the tables anew. */
test("docs/keras.md lists every layer, every operation and all that compiles of Keras", async () => {
  const layers = JSON.parse(await runPython(LAYERS)) as string[];
  const operations = JSON.parse(await runPython(OPERATIONS)) as string[];
  const unknown = (names: readonly string[], ...known: ReadonlyMap<string, unknown>[]) =>
    names.filter((name) => name !== "InputLayer" && !known.some((each) => each.has(name)));
  expect(unknown(layers, LAYER_TYPES, REFUSED_LAYERS)).toEqual([]);
  expect(unknown(operations, OPERATION_TYPES, REFUSED_OPERATIONS)).toEqual([]);
  expect(
    unknown([...OPERATION_TYPES.keys(), ...REFUSED_OPERATIONS.keys()], new Map(operations.map((name) => [name, 0]))),
  ).toEqual([]);
  expect([...REFUSED_OPERATIONS.keys()].filter((name) => OPERATION_TYPES.has(name))).toEqual([]);
  const compiled = await compiledTables();
  expect(compiled.unknown).toEqual([]);
  const row = (name: string) => {
    const reason = REFUSED_LAYERS.get(name);
    return reason
      ? `| ${name} | no | | | ${reason} |`
      : `| ${name} | yes | yes | yes | ${LAYER_TYPES.get(name)?.note ?? ""} |`;
  };
  const all = [...new Set([...layers, ...LAYER_TYPES.keys()])].sort();
  const lines = (rows: readonly string[]) => rows.join("\n");
  const table = lines(["| Layer | loads | trains | saves | |", "| --- | --- | --- | --- | --- |", ...all.map(row)]);
  const refused = [...REFUSED_OPERATIONS].sort().map(([name, reason]) => `| ${name} | ${reason} |`);
  const path = join(ROOT, "docs/keras.md");
  const fill = (found: string, mark: string, content: string) =>
    found.replace(
      new RegExp(`(<!-- ${mark} -->\n)[^]*?(\n<!-- end -->)`),
      (_, begin: string, end: string) => begin + content + end,
    );
  const contents: [string, string][] = [
    ["layers", table],
    ["operations", [...OPERATION_TYPES.keys()].sort().join(", ")],
    ["refused operations", lines(["| Operation | |", "| --- | --- |", ...refused])],
    ...compiled.tables,
  ];
  const text = contents.reduce((found, [mark, content]) => fill(found, mark, content), readFileSync(path, "utf8"));
  await expect(text).toMatchFileSnapshot(path);
});
