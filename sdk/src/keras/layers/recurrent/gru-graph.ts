import type { Output } from "../../../devices/tensorflow/graph.js";
import { GRU_KERNEL } from "./gru-kernel.js";
import { registerSequenceGraph } from "./sequence-graph.js";

type Three = [Output, Output, Output];

/** {@link GRU_KERNEL} in TensorFlow's graphs. Without a bias the candidate's part of `recurrent` is a weight of its own. */
registerSequenceGraph(GRU_KERNEL, {
  weights(graph, { recurrent, bias }) {
    if (bias) return [recurrent as Output, bias];
    const [z, r, candidate] = graph.split(recurrent as Output, 1, 3) as Three;
    return [graph.concat([z, r], 1), candidate];
  },

  gradients: (graph, dWeights, { bias }) => (bias ? dWeights : [graph.concat(dWeights, 1)]),

  step(graph, x, [h], [kernel, other], { bias }) {
    const [before, product] = [h as Output, graph.matMul(h as Output, kernel as Output)];
    const [xZ, xR, xCandidate] = graph.split(x, 1, 3) as Three;
    const sums = bias ? graph.op("BiasAdd", [product, other as Output]) : product;
    const [hZ, hR, added] = graph.split(sums, 1, bias ? 3 : 2) as [Output, Output, Output?];
    const z = graph.op("Sigmoid", [graph.add(xZ, hZ)]);
    const r = graph.op("Sigmoid", [graph.add(xR, hR)]);
    const inner = added ?? graph.mul(r, before);
    const term = added ? graph.mul(r, added) : graph.matMul(inner, other as Output);
    const candidate = graph.op("Tanh", [graph.add(xCandidate, term)]);
    const after = graph.add(candidate, graph.mul(z, graph.sub(before, candidate)));
    return { after: [after], kept: [z, r, candidate, inner] };
  },

  back(graph, [dAfter], [h], kept, [kernel, other], { bias }) {
    const [d, before, weight] = [dAfter, h, kernel] as Three;
    const [z, r, candidate, inner] = kept as [...Three, Output];
    const passed = graph.mul(d, z);
    const dCandidate = graph.op("TanhGrad", [candidate, graph.sub(d, passed)]);
    const dZ = graph.op("SigmoidGrad", [z, graph.mul(d, graph.sub(before, candidate))]);
    // Without a bias r has scaled h before the product.
    const dInner = bias ? dCandidate : graph.matMul(dCandidate, other as Output, "b");
    const dR = graph.op("SigmoidGrad", [r, graph.mul(dInner, bias ? inner : before)]);
    const scaled = graph.mul(dInner, r);
    const dSums = graph.concat(bias ? [dZ, dR, scaled] : [dZ, dR], 1);
    const dBefore = graph.add(passed, graph.matMul(dSums, weight, "b"));
    return {
      dBefore: [bias ? dBefore : graph.add(dBefore, scaled)],
      dProjected: graph.concat([dZ, dR, dCandidate], 1),
      dWeights: [
        graph.matMul(before, dSums, "a"),
        bias ? graph.op("BiasAddGrad", [dSums]) : graph.matMul(inner, dCandidate, "a"),
      ],
    };
  },
});
