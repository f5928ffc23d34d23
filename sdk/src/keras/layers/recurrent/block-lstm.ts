import { BLOCK_LSTM, BLOCK_LSTM_GRADIENT, BLOCK_LSTM_OUTPUTS } from "../../../devices/tensorflow/block-lstm.js";
import {
  concat,
  customGrad,
  engine,
  getBackend,
  getKernel,
  type NamedTensorMap,
  pad,
  slice,
  type Tensor,
  type Tensor3D,
  zeros,
} from "../../../tf.js";

/** Whether the backend has TensorFlow's fused LSTM. */
export const hasBlockLstm = (): boolean => getKernel(BLOCK_LSTM, getBackend()) !== undefined;

/**
 * An LSTM over x [time, batch, features] by TensorFlow's fused ops, from its weights and the states h and c [batch, units].
 * Gives [steps + 1, batch, units]: h of every step with `all`, else of the last, then the last c.
 */
export function runBlockLstm(
  x: Tensor,
  [kernel, recurrent, bias = zeros([kernel.shape[1] as number])]: [Tensor, Tensor, Tensor?],
  [h, c]: [Tensor, Tensor],
  all: boolean,
): Tensor {
  const features = kernel.shape[0] as number;
  const run = customGrad((...given) => {
    const [x, kernel, recurrent, b, h, c, save] = given as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, never];
    const inputs: NamedTensorMap = { x, w: concat([kernel, recurrent]), b, h, c };
    const steps = engine().runKernel(BLOCK_LSTM, inputs) as Tensor[];
    const outputs: NamedTensorMap = Object.fromEntries(BLOCK_LSTM_OUTPUTS.map((name, i) => [name, steps[i] as Tensor]));
    const { hs, cs } = outputs as Record<"hs" | "cs", Tensor>;
    const kept = { ...inputs, ...outputs };
    (save as (tensors: Tensor[]) => void)(Object.values(kept));
    const last = (x.shape[0] as number) - 1;
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const count = (dy.shape[0] as number) - 1;
      const upTo = (end: number, part: Tensor) =>
        end === last + 1
          ? part
          : pad(part as Tensor3D, [
              [last, 0],
              [0, 0],
              [0, 0],
            ]);
      const dHs = upTo(count, slice(dy, [0], [count]));
      const dCs = upTo(1, slice(dy, [count], [1]));
      const named = Object.fromEntries(Object.keys(kept).map((key, i) => [key, saved[i] as Tensor]));
      const gradients = engine().runKernel(BLOCK_LSTM_GRADIENT, { ...named, dHs, dCs }) as Tensor[];
      const [dX, dW, dB, dH, dC] = gradients as [Tensor, Tensor, Tensor, Tensor, Tensor];
      return [dX, slice(dW, [0], [features]), slice(dW, [features]), dB, dH, dC];
    };
    return { value: concat([all ? hs : slice(hs, [last]), slice(cs, [last])]), gradFunc };
  });
  return run(x, kernel, recurrent, bias, h, c);
}
