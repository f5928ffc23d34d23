import type { LayersModel } from "@tensorflow/tfjs-layers";
import { htmlTable, textTable } from "./html.js";
import type { MimeBundle } from "./mime-bundle.js";

/** A model as a table of layers with output shapes and parameter counts, as Keras' summary has them. */
export function modelBundle(model: LayersModel): MimeBundle {
  const shapeText = (shape: unknown): string =>
    Array.isArray(shape) && Array.isArray(shape[0])
      ? shape.map(shapeText).join(", ")
      : `(${(shape as (number | null)[]).map((length) => length ?? "None").join(", ")})`;
  const rows = model.layers.map((layer) => [
    layer.name,
    layer.getClassName(),
    shapeText(layer.outputShape),
    layer.countParams().toLocaleString("en-US"),
  ]);
  const count = (weights: readonly { readonly shape: readonly (number | null)[] }[]) =>
    weights.reduce((sum, { shape }) => sum + shape.reduce<number>((size, length) => size * (length ?? 1), 1), 0);
  const [trainable, fixed] = [count(model.trainableWeights), count(model.nonTrainableWeights)];
  const total = `${(trainable + fixed).toLocaleString("en-US")} parameters, ${trainable.toLocaleString("en-US")} trainable`;
  const head = ["Layer", "Class", "Output shape", "Parameters"];
  return {
    "text/html": htmlTable(`Model ${model.name}`, head, rows, total),
    "text/plain": `Model: "${model.name}"\n${textTable(head, rows)}\n${total}`,
  };
}
