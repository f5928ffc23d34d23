import * as tf from "@tensorflow/tfjs-core";
import { layers, serialization } from "../tf.js";

type Activation = (x: tf.Tensor) => tf.Tensor;

/** Activations of Keras that tfjs-layers lacks or computes otherwise, under names of ours. */
const ADDED: Readonly<Record<string, Activation>> = {
  litExponential: (x) => tf.exp(x),
  litHardSigmoid: (x) => tf.clipByValue(tf.add(tf.div(x, 6), 0.5), 0, 1),
  litHardSilu: (x) => tf.mul(x, tf.clipByValue(tf.add(tf.div(x, 6), 0.5), 0, 1)),
  litLeakyRelu: (x) => tf.leakyRelu(x, 0.2),
  litLogSigmoid: (x) => tf.logSigmoid(x),
};

let registered = false;

export function registerActivations(): void {
  if (registered) return;
  registered = true;
  const relu = (layers.activation({ activation: "relu" }) as unknown as { activation: object }).activation;
  const Base = Object.getPrototypeOf(relu.constructor) as new () => serialization.Serializable;
  for (const [name, apply] of Object.entries(ADDED)) {
    const type = class extends Base {
      static readonly className = name;
      apply(x: tf.Tensor): tf.Tensor {
        return tf.tidy(() => apply(x));
      }
      getConfig(): serialization.ConfigDict {
        return {};
      }
    };
    serialization.registerClass(type as never);
  }
}
