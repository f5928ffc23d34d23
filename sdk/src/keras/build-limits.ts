import { sizeOf } from "../tensors/size-of.js";
import { type LayersModel, layers } from "../tf.js";
import type { Shape, Weight } from "./layers/keras-layer.js";

type AddWeight = (this: layers.Layer, name: string, shape: Shape, ...settings: unknown[]) => Weight;

interface Limit {
  /** How many more values weights may have. */
  values: number;
  /** How many more layers may be made or called. */
  layers: number;
  readonly made: Weight[];
}

/** As many layers and calls as TensorFlow.js puts together in a second or two. */
const LAYERS = 8000;

let limit: Limit | undefined;

/** Builds a model whose weights have so many values at most. Weights that it does not hold, or all if that throws, are disposed. */
export function buildWithin(values: number, build: () => LayersModel): LayersModel {
  const within: Limit = { values, layers: LAYERS, made: [] };
  limit = within;
  let kept: ReadonlySet<unknown> = new Set();
  try {
    const model = build();
    kept = new Set(model.weights);
    return model;
  } finally {
    limit = undefined;
    for (const weight of within.made) if (!kept.has(weight)) weight.dispose();
  }
}

/** Counts a layer that is made, or a call of one. */
export function countLayer(): void {
  if (limit && --limit.layers < 0) throw new Error(`the model makes and calls layers more than ${LAYERS} times`);
}

function check(shape: Shape): void {
  if (!shape.every((length) => Number.isSafeInteger(length) && (length as number) >= 0))
    throw new Error(`a weight would have the shape [${shape.join(", ")}]`);
  if (!limit) return;
  limit.values -= sizeOf(shape as number[]);
  if (limit.values < 0)
    throw new Error(`a weight would have the shape [${shape.join(", ")}], more values than the file holds`);
}

let installed = false;

/** Has TensorFlow.js make no weight whose shape makes no sense or is beyond the limit of `buildWithin`. */
export function installLimits(): void {
  if (installed) return;
  installed = true;
  const prototype = layers.Layer.prototype as unknown as { addWeight: AddWeight };
  const { addWeight } = prototype;
  prototype.addWeight = function (name, shape, ...settings) {
    check(shape);
    const weight = addWeight.call(this, name, shape, ...settings);
    limit?.made.push(weight);
    return weight;
  };
}
