import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LitModelError, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { afterAll, beforeAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "litlab-save-"));
const dense = () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
const lstm = () => tf.sequential({ layers: [tf.layers.lstm({ units: 1, inputShape: [2, 3], name: "memory" })] });

/** A layer that Keras does not have. */
class Strange extends tf.layers.Layer {
  static readonly className = "Strange";
}

const strange = () => tf.sequential({ layers: [new Strange({ inputShape: [2], name: "strange" } as never)] });

beforeAll(async () => {
  await tf.ready();
  mkdirSync(join(folder, "folder.keras"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each<[string, () => unknown, string, RegExp]>([
  [".h5", dense, "model.h5", /model\.h5: a model is saved as a \.keras file, expected a path that ends in \.keras$/],
  ["a path without an extension", dense, "model", /model: a model is saved as a \.keras file/],
  ["a NUL in the path", dense, "a\0b.keras", /a model is saved as a \.keras file/],
  ["a folder", dense, "folder.keras", /folder\.keras: a folder is there, expected a file or nothing$/],
  ["a model without layers", () => tf.sequential(), "model.keras", /model\.keras: the model has no input yet/],
  ["no model", () => ({}), "model.keras", /model\.keras: expected a tf\.LayersModel to save, found object$/],
  ["nothing", () => undefined, "model.keras", /expected a tf\.LayersModel to save, found undefined$/],
  ["tfjs' hardSigmoid", lstm, "model.keras", /model\.keras: layer 'memory' .*recurrentActivation: "sigmoid"$/],
  [
    "a layer of its own",
    strange,
    "model.keras",
    /model\.keras: layer 'strange' is a Strange, which Keras does not have$/,
  ],
])("refuses %s, by path, before anything is written", async (_, make, name, message) => {
  const error = await saveKeras(make() as tf.LayersModel, join(folder, name)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LitModelError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toContain(join(folder, name));
  expect(readdirSync(folder)).toEqual(["folder.keras"]);
});
