/**
 * The one copy of TensorFlow.js that notebooks and the SDK share: `import * as tf from "@litlab/sdk/tf"`.
 * `await tf.ready()` comes first in code that calls tf itself. The backend is that of `setDevice`, `tf.setBackend` or `LIT_DEVICE`,
 * else of the best device; cpu's kernels compute what it lacks.
 */
import { createRequire } from "node:module";
import { findBackend, getBackend, ready as readyBackend } from "../tfjs/core.js";
import { registerAxisGradients } from "./devices/axis-gradients.js";
import { registerBroadcastGradients } from "./devices/broadcast-gradients.js";
import { registerChainedOps } from "./devices/chained-ops.js";
import { checkIndices } from "./devices/check-indices.js";
import { correctComplexNumbers } from "./devices/complex-numbers.js";
import { registerConstantGradients } from "./devices/constant-gradients.js";
import { registerConvolutionGradients } from "./devices/convolution-gradients.js";
import { correctWasm } from "./devices/correct-wasm.js";
import { correctWindows } from "./devices/correct-windows.js";
import { registerCreatingOps } from "./devices/creating-ops.js";
import { followBackend } from "./devices/current-device.js";
import { fallBackToCpu } from "./devices/fallback-kernels.js";
import { registerLogSigmoid } from "./devices/log-sigmoid.js";
import { registerMaxPoolGradients } from "./devices/max-pool-gradients.js";
import { multiplyBatches } from "./devices/multiply-batches.js";
import { registerReductionGradients } from "./devices/reduction-gradients.js";
import { registerResizeGradients } from "./devices/resize-gradients.js";
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
export { logSigmoid } from "./devices/log-sigmoid.js";

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
correctWindows();
registerMaxPoolGradients();
correctComplexNumbers();
correctWasm();
multiplyBatches();
checkIndices();
fallBackToCpu("wasm");
registerChainedOps();
registerCreatingOps();
registerLogSigmoid();
registerAxisGradients();
registerBroadcastGradients();
registerConstantGradients();
registerConvolutionGradients();
registerReductionGradients();
registerResizeGradients();
correctTrainable();
// Otherwise cpu advertises tfjs-node at its first use, in a notebook's output.
Object.assign(findBackend("cpu"), { firstUse: false });
installDisplays();
