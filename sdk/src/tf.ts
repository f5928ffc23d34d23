/**
 * The one copy of TensorFlow.js that notebooks and the SDK share: `import * as tf from "@litlab/sdk/tf"`.
 * `await tf.ready()` comes first in code that calls tf itself.
 */
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";

export * from "@tensorflow/tfjs-core";
export * from "@tensorflow/tfjs-layers";
