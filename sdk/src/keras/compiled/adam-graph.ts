import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Output } from "../../devices/tensorflow/graph.js";
import type { NodeBackend } from "../../devices/tensorflow/node-backend.js";
import { runGraph } from "../../devices/tensorflow/run-graph.js";
import { registerKernel } from "../../tf.js";

/**
 * A kernel that TensorFlow has: a step of Adam of one variable, to the bit what `update-rules` computes. Takes `value`,
 * `gradient`, `momentum`, `velocity` and `numbers` [alpha, 1 - beta_1, 1 - beta_2, epsilon]; gives value, momentum, velocity.
 */
export const ADAM_KERNEL = "LitAdam";

registerKernel({
  kernelName: ADAM_KERNEL,
  backendName: "tensorflow",
  kernelFunc: ({ inputs, backend }) =>
    runGraph(backend as NodeBackend, ADAM_KERNEL, inputs as Record<string, TensorInfo>, (graph, given) => {
      const { value, gradient, momentum, velocity, numbers } = given as Record<
        "value" | "gradient" | "momentum" | "velocity" | "numbers",
        Output
      >;
      const [alpha, share1, share2, epsilon] = graph.unpack(numbers, 4) as [Output, Output, Output, Output];
      const approach = (old: Output, target: Output, share: Output) =>
        graph.add(old, graph.mul(graph.sub(target, old), share));
      const first = approach(momentum, gradient, share1);
      const second = approach(velocity, graph.op("Square", [gradient]), share2);
      const scale = graph.add(graph.op("Sqrt", [second]), epsilon);
      return [graph.sub(value, graph.op("RealDiv", [graph.mul(first, alpha), scale])), first, second];
    }),
});
