import { flag, required, whole, wholes } from "../settings/setting.js";
import { Concatenate } from "./concatenate.js";
import { Dot } from "./dot.js";
import { type LayerType, ownType } from "./layer-type.js";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merge-layer.js";

/** Layers that take several tensors and give one. */
export const MERGE: readonly LayerType[] = [
  ...[Add, Average, Maximum, Minimum, Multiply, Subtract].map((layerClass) => ownType(layerClass, { settings: {} })),
  ownType(Concatenate, { settings: { axis: whole } }),
  ownType(Dot, { settings: { axes: required(wholes), normalize: flag } }),
];
