import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { NodeBackend } from "../../devices/tensorflow/node-backend.js";
import { runGraph } from "../../devices/tensorflow/run-graph.js";
import { engine, matMul, registerGradient, registerKernel, sum, type Tensor } from "../../tf.js";

/**
 * A kernel that TensorFlow has: `a` [rows, n] · `b` [n, units] + `bias`, if there is one, with the attribute `activation`
 * `linear` or `relu`. In a graph TensorFlow computes it as one op.
 */
export const DENSE_KERNEL = "LitDense";

registerKernel({
  kernelName: DENSE_KERNEL,
  backendName: "tensorflow",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const name = `${DENSE_KERNEL} ${attrs?.activation}`;
    const [output] = runGraph(backend as NodeBackend, name, inputs as Record<string, TensorInfo>, (graph, given) => {
      const { a, b, bias } = given as Record<"a" | "b", string> & { readonly bias?: string };
      const product = graph.matMul(a, b);
      const sums = bias ? graph.op("BiasAdd", [product, bias]) : product;
      return [attrs?.activation === "relu" ? graph.op("Relu", [sums]) : sums];
    });
    return output as TensorInfo;
  },
});

registerGradient({
  kernelName: DENSE_KERNEL,
  inputsToSave: ["a", "b"],
  outputsToSave: [true],
  gradFunc: (dy, kept, attributes) => {
    const [a, b, saved] = kept as [Tensor, Tensor, Tensor];
    const isRelu = attributes.activation === "relu";
    const dSums: Tensor = isRelu ? engine().runKernel("ReluGrad", { dy: dy as Tensor, saved }) : (dy as Tensor);
    return {
      a: () => matMul(dSums, b, false, true),
      b: () => matMul(a, dSums, true, false),
      bias: () => sum(dSums, 0),
    };
  },
});
