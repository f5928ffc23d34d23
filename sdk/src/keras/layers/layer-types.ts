import { serialization } from "../../tf.js";
import { installLimits } from "../build-limits.js";
import { installSteps } from "../compiled/steps.js";
import { registerSettings } from "../settings/register-settings.js";
import { APPLICATIONS } from "./application-layers.js";
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
import { installRelease } from "./release-calls.js";
import { SPATIAL } from "./spatial.js";
import { installNames } from "./tensor-names.js";
import { WRAPPERS } from "./wrappers/wrappers.js";

/** Every layer that loads, by its class name. */
export const LAYER_TYPES: ReadonlyMap<string, LayerType> = new Map(
  [
    ...APPLICATIONS,
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

/** The name of a layer's Python class, which gives its group of weights the name. */
export const pythonNameOf = (className: string): string => LAYER_TYPES.get(className)?.pythonName ?? className;

let registered = false;

/** Makes our classes known to tfjs-layers, which clones and saves models by their names. */
export function registerLayers(): void {
  if (registered) return;
  registered = true;
  registerSettings();
  installMasks();
  installSteps();
  installRelease();
  installNames();
  installLimits();
  for (const { layerClass } of LAYER_TYPES.values()) if (layerClass) serialization.registerClass(layerClass as never);
}
