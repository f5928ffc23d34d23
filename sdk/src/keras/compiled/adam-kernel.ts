import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { NodeBackend } from "../../devices/tensorflow/node-backend.js";
import { registerKernel } from "../../tf.js";

/**
 * A kernel that TensorFlow has on processors (cli/native/adam.cc): a step of Adam of one variable, to the bit what
 * `update-rules` computes. Takes `value`, `gradient`, `momentum`, `velocity` and `numbers` [alpha, 1 - beta_1, 1 - beta_2,
 * epsilon]; gives value, momentum, velocity.
 */
export const ADAM_KERNEL = "LitAdam";

registerKernel({
  kernelName: ADAM_KERNEL,
  backendName: "tensorflow",
  kernelFunc({ inputs, backend }) {
    const given = inputs as Readonly<Record<"value" | "gradient" | "momentum" | "velocity" | "numbers", TensorInfo>>;
    const { value, gradient, momentum, velocity, numbers } = given;
    const all = [value, gradient, momentum, velocity, numbers];
    return (backend as NodeBackend).executeMultipleOutputs(ADAM_KERNEL, [], all, 3);
  },
});
