import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type NodeBackend, ofFloats } from "../../devices/tensorflow/node-backend.js";
import { runGraph } from "../../devices/tensorflow/run-graph.js";
import { broadcastTo, engine, matMul, registerGradient, registerKernel, type Tensor } from "../../tf.js";

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

/** The sum of a gradient's rows in a quarter of the time that TensorFlow's Sum takes. */
const BIAS_KERNEL = "BiasAddGrad";

registerKernel({
  kernelName: BIAS_KERNEL,
  backendName: "tensorflow",
  kernelFunc: ({ inputs, backend }) => {
    const node = backend as NodeBackend;
    return node.executeSingleOutput(BIAS_KERNEL, [ofFloats(node)], [inputs.dy as TensorInfo]);
  },
});

registerGradient({
  kernelName: BIAS_KERNEL,
  inputsToSave: ["dy"],
  gradFunc: (slope, [dy]) => ({ dy: () => broadcastTo(slope as Tensor, (dy as Tensor).shape) }),
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
      bias: () => engine().runKernel(BIAS_KERNEL, { dy: dSums }) as Tensor,
    };
  },
});
