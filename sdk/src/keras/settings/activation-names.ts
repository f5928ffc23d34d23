/** Keras' names and tfjs-layers' names for the same activation. */
const NAMES: Readonly<Record<string, string>> = {
  celu: "elu",
  elu: "elu",
  exponential: "litExponential",
  gelu: "gelu",
  glu: "litGlu",
  hard_shrink: "litHardShrink",
  hard_silu: "litHardSilu",
  hard_swish: "litHardSilu",
  hard_tanh: "litHardTanh",
  leaky_relu: "litLeakyRelu",
  linear: "linear",
  log_sigmoid: "litLogSigmoid",
  log_softmax: "logSoftmax",
  mish: "mish",
  relu: "relu",
  relu6: "litRelu6",
  selu: "selu",
  sigmoid: "sigmoid",
  silu: "swish",
  soft_shrink: "litSoftShrink",
  softmax: "softmax",
  softplus: "softplus",
  softsign: "softsign",
  sparse_plus: "litSparsePlus",
  sparse_sigmoid: "litSparseSigmoid",
  sparsemax: "litSparsemax",
  squareplus: "litSquareplus",
  swish: "swish",
  tanh: "tanh",
  tanh_shrink: "litTanhShrink",
};

/** tfjs-layers' name of a Keras activation; undefined if there is none. Keras 2's hard_sigmoid is 0.2x + 0.5, Keras 3's x/6 + 0.5. */
export function activationName(name: string, major: 2 | 3): string | undefined {
  if (name === "hard_sigmoid") return major === 2 ? "hardSigmoid" : "litHardSigmoid";
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
}

/** Keras 3's name of a tfjs-layers activation; undefined if it has none. */
export function kerasActivationName(name: string): string | undefined {
  if (name === "litHardSigmoid") return "hard_sigmoid";
  // What tfjs-layers' own layers have.
  if (name === "elu" || name === "relu6") return name;
  return Object.keys(NAMES).find((known) => NAMES[known] === name);
}
