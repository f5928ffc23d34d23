import { registerKernel, type TensorInfo } from "../../../tfjs/core.js";
import { type NodeBackend, ofFloats } from "./node-backend.js";

/**
 * TensorFlow's LSTM (tanh, sigmoid; gates i, f, c, o) over `x` [time, batch, features] from the states `h` and `c`
 * [batch, units] as one op: `w` [features + units, 4 · units] multiplies x beside h, `b` [4 · units] is added. Gives
 * BLOCK_LSTM_OUTPUTS of every step, each [time, batch, units].
 */
export const BLOCK_LSTM = "BlockLSTMV2";
export const BLOCK_LSTM_OUTPUTS = ["i", "cs", "f", "o", "ci", "co", "hs"] as const;
/** Takes the same inputs, their outputs, and the gradients `dCs` and `dHs`; gives those of x, w, b, h and c. */
export const BLOCK_LSTM_GRADIENT = "BlockLSTMGradV2";

type Inputs = Readonly<Record<string, TensorInfo>>;

/** Registers both as kernels. @param Int64 makes the input that TensorFlow wants as a whole number of 64 bits */
export function registerBlockLstm(Int64: new (value: number) => object): void {
  register(BLOCK_LSTM, (node, given) => {
    const clip = { name: "cell_clip", type: node.binding.TF_ATTR_FLOAT, value: -1 };
    return node.executeMultipleOutputs(BLOCK_LSTM, [...attributesOf(node), clip], given, 7);
  });
  register(BLOCK_LSTM_GRADIENT, (node, given, inputs) => {
    const more = [...BLOCK_LSTM_OUTPUTS, "dCs", "dHs"].map((name) => inputs[name] as TensorInfo);
    const attributes = attributesOf(node);
    const all = node.executeMultipleOutputs(BLOCK_LSTM_GRADIENT, attributes, [...given, ...more], 8);
    const [dX, dC, dH, dW, ofI, ofF, ofO, dB] = all as [
      TensorInfo,
      TensorInfo,
      TensorInfo,
      TensorInfo,
      TensorInfo,
      TensorInfo,
      TensorInfo,
      TensorInfo,
    ];
    for (const { dataId } of [ofI, ofF, ofO]) node.disposeData(dataId);
    return [dX, dW, dB, dH, dC];
  });

  function register(
    kernelName: string,
    run: (node: NodeBackend, given: object[], inputs: Inputs) => TensorInfo[],
  ): void {
    registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc: ({ inputs, backend }) => {
        const node = backend as NodeBackend;
        const { x, w, b, h, c } = inputs as Record<"x" | "w" | "b" | "h" | "c", TensorInfo>;
        const units = h.shape[1] as number;
        // Peepholes, which Keras has not.
        const none = { dataId: node.write(new Float32Array(units), [units], "float32") };
        const outputs = run(node, [new Int64(x.shape[0] as number), x, c, h, w, none, none, none, b], inputs as Inputs);
        node.disposeData(none.dataId);
        return outputs;
      },
    });
  }
}

const attributesOf = (node: NodeBackend) => [
  ofFloats(node),
  { name: "use_peephole", type: node.binding.TF_ATTR_BOOL, value: false },
];
