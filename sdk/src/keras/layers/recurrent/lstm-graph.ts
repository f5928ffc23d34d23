import { FLOAT, INT, LONG, type Output } from "../../../devices/tensorflow/graph.js";
import { LSTM_KERNEL } from "./lstm-kernel.js";
import { registerSequenceGraph } from "./sequence-graph.js";

type Two = [Output, Output];
type Four = [...Two, ...Two];
type Six = "x" | "kernel" | "inputBias" | "recurrent" | "h" | "c";

/** {@link LSTM_KERNEL} in TensorFlow's graphs. */
registerSequenceGraph(LSTM_KERNEL, {
  weights: (_graph, { recurrent }) => [recurrent as Output],

  gradients: (_graph, dWeights) => dWeights,

  step(graph, x, before, [kernel]) {
    const [h, c] = before as Two;
    const sums = graph.add(x, graph.matMul(h, kernel as Output));
    const [toI, toF, toG, toO] = graph.split(sums, 1, 4) as Four;
    const [i, f, o] = [toI, toF, toO].map((sum) => graph.op("Sigmoid", [sum])) as [...Two, Output];
    const g = graph.op("Tanh", [toG]);
    const cell = graph.add(graph.mul(f, c), graph.mul(i, g));
    const bent = graph.op("Tanh", [cell]);
    return { after: [graph.mul(o, bent), cell], kept: [i, f, g, o, bent] };
  },

  back(graph, dAfter, before, kept, [kernel]) {
    const [[dH, dC], [h, c]] = [dAfter, before] as [Two, Two];
    const [i, f, g, o, bent] = kept as [...Four, Output];
    const dCell = graph.add(dC, graph.op("TanhGrad", [bent, graph.mul(dH, o)]));
    const dSums = graph.concat(
      [
        graph.op("SigmoidGrad", [i, graph.mul(dCell, g)]),
        graph.op("SigmoidGrad", [f, graph.mul(dCell, c)]),
        graph.op("TanhGrad", [g, graph.mul(dCell, i)]),
        graph.op("SigmoidGrad", [o, graph.mul(dH, bent)]),
      ],
      1,
    );
    return {
      dBefore: [graph.matMul(dSums, kernel as Output, "b"), graph.mul(dCell, f)],
      dProjected: dSums,
      dWeights: [graph.matMul(h, dSums, "a")],
    };
  },

  whole(graph, given) {
    const { x, kernel, inputBias, recurrent, h, c } = given as Record<Six, Output>;
    const noneOf = (rows: Output) => graph.op("ZerosLike", [graph.at(rows, graph.ints([0]))]);
    const weights = graph.concat([kernel, recurrent], 0);
    const steps = graph.op("Cast", [graph.op("Squeeze", [graph.lengthOf(x)], { T: INT })], { SrcT: INT, DstT: LONG });
    const peepholes = [0, 1, 2].map(() => noneOf(h));
    const inputs = [steps, x, c, h, weights, ...peepholes, inputBias ?? noneOf(kernel)];
    const [, cells, , , , , hidden] = graph.ops("BlockLSTMV2", inputs, { T: FLOAT }, 7) as [
      ...Four,
      Output,
      Output,
      Output,
    ];
    return [hidden, cells];
  },
});
