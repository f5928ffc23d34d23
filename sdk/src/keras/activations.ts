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

/** Keras' names and tfjs-layers' names for the same activation. */
const NAMES: Readonly<Record<string, string>> = {
  elu: "elu",
  exponential: "litExponential",
  gelu: "gelu",
  hard_silu: "litHardSilu",
  hard_swish: "litHardSilu",
  leaky_relu: "litLeakyRelu",
  linear: "linear",
  log_sigmoid: "litLogSigmoid",
  log_softmax: "logSoftmax",
  mish: "mish",
  relu: "relu",
  relu6: "relu6",
  selu: "selu",
  sigmoid: "sigmoid",
  silu: "swish",
  softmax: "softmax",
  softplus: "softplus",
  softsign: "softsign",
  swish: "swish",
  tanh: "tanh",
};

/** tfjs-layers' name of a Keras activation; undefined if there is none. Keras 2's hard_sigmoid is 0.2x + 0.5, Keras 3's x/6 + 0.5. */
export function activationName(name: string, major: 2 | 3): string | undefined {
  if (name === "hard_sigmoid") return major === 2 ? "hardSigmoid" : "litHardSigmoid";
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
}

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
