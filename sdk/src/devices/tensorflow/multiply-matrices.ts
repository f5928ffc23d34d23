import { broadcast_util, matMul, reshape, type Tensor, tidy } from "../../../tfjs/core.js";
import { replaceKernel } from "../kernels/replace-kernel.js";
import { type NodeBackend, ofFloats } from "./node-backend.js";

/**
 * Two matrices are multiplied by TensorFlow's own op: the one for batches of them, which tfjs takes, is slower. And batches that
 * broadcast lose axes of length 1: with [n, 1] by [1, 1] oneDNN writes beyond its memory.
 */
export function multiplyMatrices(): void {
  replaceKernel("BatchMatMul", "tensorflow", (own) => (call) => {
    const { a, b } = call.inputs as Record<"a" | "b", Tensor>;
    const [batchA, batchB] = [a, b].map(({ shape }) => shape.slice(0, -2)) as [number[], number[]];
    if (String(batchA) !== String(batchB)) {
      const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
      const kept = batch.filter((length) => length !== 1);
      if (kept.length < batch.length) {
        const { transposeA, transposeB } = call.attrs as Readonly<Record<string, boolean>>;
        return tidy(() => {
          const product = matMul(without(a, batch), without(b, batch), transposeA, transposeB);
          return reshape(product, [...batch, ...product.shape.slice(-2)]);
        });
      }
    }
    if ([a, b].some(({ shape, dtype }) => shape.length !== 2 || dtype !== "float32")) return own(call);
    const node = call.backend as NodeBackend;
    const flag = (name: string, value: unknown) => ({ name, type: node.binding.TF_ATTR_BOOL, value });
    const transposes = [flag("transpose_a", call.attrs?.transposeA), flag("transpose_b", call.attrs?.transposeB)];
    return node.executeSingleOutput("MatMul", [ofFloats(node), ...transposes], [a, b]);
  });
}

/** Matrices without the axes that have length 1 in their batch. */
function without(x: Tensor, batch: readonly number[]): Tensor {
  const axes = x.shape.length - 2;
  const isKept = (axis: number) => batch[batch.length - axes + axis] !== 1;
  return reshape(x, [...x.shape.slice(0, axes).filter((_, axis) => isKept(axis)), ...x.shape.slice(-2)]);
}
