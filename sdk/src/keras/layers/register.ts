import { serialization } from "../../tf.js";
import { registerActivations } from "../activations.js";
import { BatchNormalization } from "./batch-normalization.js";
import { Flatten } from "./flatten.js";
import { GetItem } from "./get-item.js";

let registered = false;

/** Makes Keras' layers known to tfjs-layers, where it lacks them or has them otherwise. */
export function registerLayers(): void {
  if (registered) return;
  registered = true;
  registerActivations();
  for (const type of [BatchNormalization, Flatten, GetItem]) serialization.registerClass(type as never);
}
