/**
 * The one copy of TensorFlow.js that notebooks and the SDK share: `import * as tf from "@litlab/sdk/tf"`.
 * `await tf.ready()` comes first in code that calls tf itself. The backend is that of `setDevice`, `tf.setBackend` or `LIT_DEVICE`,
 * else of the best device; cpu's kernels compute what it lacks.
 */
import { createRequire } from "node:module";
import { findBackend, getBackend, ready as readyBackend } from "../tfjs/core.js";
import { registerChainedOps } from "./devices/chained-ops.js";
import { registerCreatingOps } from "./devices/creating-ops.js";
import { followBackend } from "./devices/current-device.js";
import { registerGradients } from "./devices/gradients/register-gradients.js";
import { correctKernels } from "./devices/kernels/correct-kernels.js";
import { correctTrainable } from "./devices/trainable.js";
import { watchEngine } from "./devices/watch-engine.js";
import { installDisplays } from "./display/tensorflow.js";
import "./display/tensorflow.js";

// Their types; what they are is registered below.
export type {} from "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
export * from "../tfjs/core.js";
export * from "../tfjs/layers.js";
export {
  buffer,
  eye,
  ones,
  randomGamma,
  randomNormal,
  randomStandardNormal,
  randomUniform,
  truncatedNormal,
  zeros,
} from "./devices/creating-ops.js";
export { logSigmoid } from "./devices/gradients/log-sigmoid.js";

let choosing: Promise<void> | undefined;

/**
 * Settles when a backend is ready. Where neither `setDevice` nor `tf.setBackend` chose one, it is that of `LIT_DEVICE`, else of the
 * best device.
 * @throws LitError if `LIT_DEVICE` names no device that computes
 */
export async function ready(): Promise<void> {
  // Choosing sets backends on its way.
  if (choosing || !getBackend()) {
    choosing ??= import("./devices/choose-device.js")
      .then(({ chooseDevice }) => chooseDevice())
      .finally(() => {
        choosing = undefined;
      });
    await choosing;
  }
  await readyBackend();
}

const require = createRequire(import.meta.url);
require("@tensorflow/tfjs-backend-cpu");
require("@tensorflow/tfjs-backend-wasm");
followBackend(getBackend);
watchEngine();
correctKernels();
registerChainedOps();
registerCreatingOps();
registerGradients();
correctTrainable();
// Otherwise cpu advertises tfjs-node at its first use, in a notebook's output.
Object.assign(findBackend("cpu"), { firstUse: false });
installDisplays();
