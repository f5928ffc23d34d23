import { LitModelError } from "../errors.js";
import { sizeOf } from "../tensors/size-of.js";
import type { ItemLabel, ModelPort } from "./item-record.js";

type Shape = readonly (number | null)[];

export const shapeText = (shape: Shape): string => `[${shape.map((size) => size ?? "null").join(", ")}]`;

const squeeze = (shape: Shape): Shape => shape.filter((axis) => axis !== 1);
const matches = (wanted: Shape, found: Shape): boolean =>
  wanted.length === found.length && wanted.every((axis, index) => axis === null || axis === found[index]);

/**
 * The shape of one sample as the input takes it: the features side by side, each flattened; a single feature in the
 * input's own shape. Null if they do not fit.
 */
export function fitInput(input: Shape, features: readonly (readonly number[])[]): readonly number[] | null {
  const total = features.reduce((sum, shape) => sum + sizeOf(shape), 0);
  const [single] = features;
  if (single && features.length === 1) {
    if (matches(input, single)) return single;
    const open = input.filter((axis) => axis === null).length;
    const known = sizeOf(input.map((axis) => axis ?? 1));
    if (open > 1 || known === 0 || total % known !== 0) return null;
    const shape = input.map((axis) => axis ?? total / known);
    // Axes of size 1 come and go and either side may be flat; other axes would be mixed up.
    const [to, from] = [squeeze(shape), squeeze(single)];
    return sizeOf(shape) === total && (to.length <= 1 || from.length <= 1 || matches(to, from)) ? shape : null;
  }
  return matches(input, [total]) ? [total] : null;
}

/** The shapes of samples by dataset: what an asset holds. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * How an asset's datasets become a model's inputs.
 * @param item names the model, `asset` the asset, for the message
 * @returns one sample's shape for each input
 * @throws LitModelError that shows both sides
 */
export function fitInputs(
  item: string,
  inputs: readonly ModelPort[],
  features: readonly (readonly string[])[],
  asset: string,
  shapes: Shapes,
): (readonly number[])[] {
  return inputs.map((input, index) => {
    const names = features[index] ?? [];
    const found = names.map((name) => shapes.get(name));
    const known = found.filter((shape) => shape !== undefined);
    const shape = known.length === names.length ? fitInput(input.shape, known) : null;
    if (shape) return shape;
    const sides = names.map((name, at) => `'${name}' ${found[at] ? shapeText(found[at]) : "(not there)"}`).join(", ");
    throw new LitModelError(
      `the model ${item} and the asset ${asset} do not fit: input '${input.name}' expects ${shapeText([null, ...input.shape])}, its features are ${sides || "none"}`,
    );
  });
}

/** Checks that an asset holds the labels and their columns. @throws LitModelError that shows both sides */
export function fitLabels(item: string, labels: readonly ItemLabel[], asset: string, shapes: Shapes): void {
  for (const { feature, labelIndex } of labels) {
    const shape = shapes.get(feature);
    if (shape && (labelIndex === null || labelIndex < sizeOf(shape))) continue;
    const wanted = labelIndex === null ? `'${feature}'` : `'${feature}' with a column ${labelIndex}`;
    const found = shape ? `'${feature}' ${shapeText(shape)}` : [...shapes.keys()].map((name) => `'${name}'`).join(", ");
    throw new LitModelError(
      `the model ${item} and the asset ${asset} do not fit: its label is ${wanted}, the asset holds ${found || "nothing"}`,
    );
  }
}
