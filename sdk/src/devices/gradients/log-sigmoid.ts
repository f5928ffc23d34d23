import { createRequire } from "node:module";
import { neg, op, softplus, type Tensor, type TensorLike } from "../../../tfjs/core.js";

/** log(1 / (1 + exp(-x))). TensorFlow.js' own does not keep what its gradient takes: it trains no layer but a model's first. */
export const logSigmoid = op({
  logSigmoid_: <T extends Tensor>(x: T | TensorLike): T => neg(softplus(neg(x))),
});

/** Lets layers, which take it from the package, take this one. */
export function registerLogSigmoid(): void {
  Object.assign(createRequire(import.meta.url)("@tensorflow/tfjs-core"), { logSigmoid });
}
