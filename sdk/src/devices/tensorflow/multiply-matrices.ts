import type { TensorInfo } from "@tensorflow/tfjs-core";
import { replaceKernel } from "../kernels/replace-kernel.js";
import { type NodeBackend, ofFloats } from "./node-backend.js";

/** Two matrices are multiplied by TensorFlow's own op: the one for batches of them, which tfjs takes, is slower. */
export function multiplyMatrices(): void {
  replaceKernel("BatchMatMul", "tensorflow", (own) => (call) => {
    const { a, b } = call.inputs as Record<"a" | "b", TensorInfo>;
    if ([a, b].some(({ shape, dtype }) => shape.length !== 2 || dtype !== "float32")) return own(call);
    const node = call.backend as NodeBackend;
    const flag = (name: string, value: unknown) => ({ name, type: node.binding.TF_ATTR_BOOL, value });
    const transposes = [flag("transpose_a", call.attrs?.transposeA), flag("transpose_b", call.attrs?.transposeB)];
    return node.executeSingleOutput("MatMul", [ofFloats(node), ...transposes], [a, b]);
  });
}
