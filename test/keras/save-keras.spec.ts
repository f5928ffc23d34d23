import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LitModelError, loadKeras, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

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

const error = (targets: tf.Tensor, predictions: tf.Tensor) => tf.sub(targets, predictions).abs();
const { losses, metrics } = tf;

test.each<[string, () => tf.ModelCompileArgs, RegExp, number | undefined]>([
  [
    "a loss of one's own",
    () => ({ optimizer: "sgd", loss: error }),
    /^the model '.*' is saved uncompiled: .* the loss 'error'\. .*model\.compile/,
    undefined,
  ],
  [
    "a loss that Keras computes otherwise",
    () => ({ optimizer: "sgd", loss: losses.logLoss }),
    /the loss 'logLoss'/,
    undefined,
  ],
  [
    "a function without a name",
    () => ({ optimizer: "sgd", loss: [(x) => x] }),
    /the loss '\(a function without a name\)'/,
    undefined,
  ],
  [
    "a decay of Adamax",
    () => ({ optimizer: tf.train.adamax(0.1, 0.9, 0.99, 1e-7, 0.1), loss: error }),
    /the loss 'error', the optimizer 'Adamax'/,
    undefined,
  ],
  [
    "metrics",
    () => ({
      optimizer: "sgd",
      loss: "meanSquaredError",
      metrics: [error, metrics.r2Score, "mae", "precision", "cosine"],
    }),
    /^the model '.*' is saved without the metric 'error', the metric 'r2Score', the metric 'precision', the metric 'cosine', which Keras.*model\.compile/,
    2,
  ],
])("says that %s is not saved", async (_, compiled, message, results) => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const model = dense();
  model.compile(compiled());
  const path = join(mkdtempSync(join(folder, "..", "litlab-warned-")), "model.keras");
  await saveKeras(model, path);
  expect(warn.mock.calls).toHaveLength(1);
  expect(warn.mock.calls[0]?.[0]).toMatch(message);
  const again = await loadKeras(path);
  rmSync(join(path, ".."), { recursive: true });
  warn.mockRestore();
  const found = results && (await again.trainOnBatch(tf.ones([1, 2]), tf.ones([1, 1])));
  expect(found && [found].flat().length).toBe(results);
  if (!results) expect(again.optimizer).toBeUndefined();
});
