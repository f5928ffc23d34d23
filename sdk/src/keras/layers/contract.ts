import { sizeOf } from "../../tensors/size-of.js";
import { matMul, reshape, sum, type Tensor, transpose } from "../../tf.js";

/**
 * einsum of two tensors by one matrix product, with gradients, which tf.einsum lacks: a letter for each axis, every
 * letter once a tensor (`abc`, `cd`, `abd`).
 */
export function contract(x: Tensor, y: Tensor, ofX: string, ofY: string, ofOutput: string): Tensor {
  const lengths = new Map([...ofX].map((letter, i) => [letter, x.shape[i] as number]));
  for (const [i, letter] of [...ofY].entries()) lengths.set(letter, y.shape[i] as number);
  const alone = (letters: string, others: string) =>
    [...letters].flatMap((letter, i) => (others.includes(letter) ? [] : [i]));
  const without = (letters: string, others: string) =>
    [...letters].filter((letter) => others.includes(letter)).join("");
  const left = sum(x, alone(ofX, ofY + ofOutput));
  const right = sum(y, alone(ofY, ofX + ofOutput));
  const inX = without(ofX, ofY + ofOutput);
  const inY = without(ofY, ofX + ofOutput);
  const batch = [...inX].filter((letter) => inY.includes(letter) && ofOutput.includes(letter));
  const inner = [...inX].filter((letter) => inY.includes(letter) && !ofOutput.includes(letter));
  const rows = [...inX].filter((letter) => !inY.includes(letter));
  const columns = [...inY].filter((letter) => !inX.includes(letter));
  const size = (letters: readonly string[]) => letters.map((letter) => lengths.get(letter) as number);
  const arrange = (tensor: Tensor, letters: string, ...groups: string[][]) =>
    reshape(
      transpose(
        tensor,
        groups.flat().map((letter) => letters.indexOf(letter)),
      ),
      groups.map((group) => sizeOf(size(group))),
    );
  const result = matMul(arrange(left, inX, batch, rows, inner), arrange(right, inY, batch, inner, columns));
  const found = [...batch, ...rows, ...columns];
  return transpose(
    reshape(result, size(found)),
    [...ofOutput].map((letter) => found.indexOf(letter)),
  );
}
