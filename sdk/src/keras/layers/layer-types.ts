import { serialization } from "../../tf.js";
import { installSteps } from "../compiled/steps.js";
import { registerSettings } from "../settings/register-settings.js";
import { ATTENTION } from "./attention/attention.js";
import { CONVOLUTION } from "./convolution.js";
import { CORE } from "./core.js";
import type { LayerType } from "./layer-type.js";
import { MERGE } from "./merge.js";
import { NORMALIZATION } from "./normalization.js";
import { installMasks } from "./pass-masks.js";
import { POOLING } from "./pooling.js";
import { PREPROCESSING } from "./preprocessing/preprocessing.js";
import { RECURRENT } from "./recurrent/recurrent-layers.js";
import { SPATIAL } from "./spatial.js";
import { WRAPPERS } from "./wrappers/wrappers.js";

/** Every layer that loads, by its class name. */
export const LAYER_TYPES: ReadonlyMap<string, LayerType> = new Map(
  [
    ...ATTENTION,
    ...CONVOLUTION,
    ...CORE,
    ...MERGE,
    ...NORMALIZATION,
    ...POOLING,
    ...PREPROCESSING,
    ...RECURRENT,
    ...SPATIAL,
    ...WRAPPERS,
  ].flatMap((type): [string, LayerType][] => [
    [type.className, type],
    // Legacy files say the Python class' name.
    ...(type.pythonName ? [[type.pythonName, type] as [string, LayerType]] : []),
  ]),
);

let registered = false;

/** Makes our classes known to tfjs-layers, which clones and saves models by their names. */
export function registerLayers(): void {
  if (registered) return;
  registered = true;
  registerSettings();
  installMasks();
  installSteps();
  for (const { layerClass } of LAYER_TYPES.values()) if (layerClass) serialization.registerClass(layerClass as never);
}
