import { serialization } from "../../tf.js";
import { registerActivations } from "./activations.js";
import { KerasInitializer } from "./keras-initializer.js";
import { OrthogonalRegularizer } from "./orthogonal-regularizer.js";

/** Makes our activations, initializers and regularizers known to tfjs-layers, which keeps them by their names. */
export function registerSettings(): void {
  registerActivations();
  for (const type of [KerasInitializer, OrthogonalRegularizer]) serialization.registerClass(type as never);
}
