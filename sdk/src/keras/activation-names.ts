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
