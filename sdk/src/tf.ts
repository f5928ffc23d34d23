/**
 * The one copy of TensorFlow.js that notebooks and the SDK share: `import * as tf from "@litlab/sdk/tf"`.
 * `await tf.ready()` comes first in code that calls tf itself. The backend is wasm, with cpu's kernels where it lacks one.
 */
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { findBackend } from "@tensorflow/tfjs-core";
import { fallBackToCpu } from "./devices/fallback-kernels.js";
import { installDisplays } from "./display/tensorflow.js";

export * from "@tensorflow/tfjs-core";
export * from "@tensorflow/tfjs-layers";

fallBackToCpu("wasm");
// Otherwise cpu advertises tfjs-node at its first use, in a notebook's output.
Object.assign(findBackend("cpu"), { firstUse: false });
installDisplays();
