import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LAYER_TYPES } from "../../sdk/dist/keras/layers/layer-types.js";
import { REFUSED_LAYERS } from "../../sdk/dist/keras/layers/refused-layers.js";
import { OPERATION_TYPES } from "../../sdk/dist/keras/operations/operation-types.js";
import { ROOT, runPython } from "../python.js";

/** The layers of stock Keras, each by its own name, without abstract ones. */
const LAYERS = `
import json, keras
L = keras.layers
found = {item.__name__ for name in dir(L) if isinstance(item := getattr(L, name), type) and issubclass(item, L.Layer)}
print(json.dumps(sorted(found - {"Layer", "Wrapper"})))`;

/** `npx vitest run test/keras/table.spec.ts -u` writes the tables anew. */
test("docs/keras.md lists every layer of Keras", async () => {
  const names = JSON.parse(await runPython(LAYERS)) as string[];
  const known = new Set([...LAYER_TYPES.keys(), ...REFUSED_LAYERS.keys(), "InputLayer"]);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
  const row = (name: string) => {
    const reason = REFUSED_LAYERS.get(name);
    if (reason) return `| ${name} | no | | | ${reason} |`;
    const type = LAYER_TYPES.get(name);
    return `| ${name} | yes | ${type?.trains === false ? "no" : "yes"} | yes | ${type?.note ?? ""} |`;
  };
  const all = [...new Set([...names, ...LAYER_TYPES.keys()])].sort();
  const table = ["| Layer | loads | trains | saves | |", "| --- | --- | --- | --- | --- |", ...all.map(row)].join("\n");
  const operations = [...OPERATION_TYPES.keys()].sort().join(", ");
  const path = join(ROOT, "docs/keras.md");
  const text = readFileSync(path, "utf8");
  const fill = (found: string, mark: string, content: string) =>
    found.replace(
      new RegExp(`(<!-- ${mark} -->\n)[^]*?(\n<!-- end -->)`),
      (_, begin: string, end: string) => begin + content + end,
    );
  await expect(fill(fill(text, "layers", table), "operations", operations)).toMatchFileSnapshot(path);
});
