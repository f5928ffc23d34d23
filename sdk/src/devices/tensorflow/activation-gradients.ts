import {
  engine,
  getBackend,
  getGradient,
  mul,
  registerGradient,
  registerKernel,
  sub,
  type Tensor,
  type TensorInfo,
  zerosLike,
} from "../../../tfjs/core.js";
import { type NodeBackend, ofFloats } from "./node-backend.js";

/** Of the sum of `slope · gradient`, the derivative by what was saved, which tfjs' gradient of an activation takes. */
type BySaved = (saved: Tensor, dy: Tensor, slope: Tensor) => Tensor;

/** An activation's gradient as TensorFlow's one op: tfjs' of relu takes seven, and an array of ones from JavaScript. */
export function fuseActivationGradients(): void {
  // TensorFlow's ops want these in different orders.
  fuse("Relu", (dy, x) => [dy, x], zerosLike);
  fuse(
    "Tanh",
    (dy, y) => [y, dy],
    (y, dy, slope) => mul(mul(y, -2), mul(dy, slope)),
  );
  fuse(
    "Sigmoid",
    (dy, y) => [y, dy],
    (y, dy, slope) => mul(sub(1, mul(y, 2)), mul(dy, slope)),
  );
}

function fuse(activation: string, inOrder: (dy: TensorInfo, saved: TensorInfo) => TensorInfo[], bySaved: BySaved) {
  const kernelName = `${activation}Grad`;
  const run = (dy: Tensor, saved: Tensor): Tensor => engine().runKernel(kernelName, { dy, saved });
  registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, backend }) => {
      const { dy, saved } = inputs as Record<"dy" | "saved", TensorInfo>;
      const node = backend as NodeBackend;
      return node.executeSingleOutput(kernelName, [ofFloats(node)], inOrder(dy, saved));
    },
  });
  registerGradient({
    kernelName,
    inputsToSave: ["dy", "saved"],
    gradFunc: (slope, kept) => {
      const [dy, saved] = kept as [Tensor, Tensor];
      return { dy: () => run(slope as Tensor, saved), saved: () => bySaved(saved, dy, slope as Tensor) };
    },
  });
  const own = getGradient(activation);
  registerGradient({
    ...own,
    gradFunc: (dy, kept, attributes) => {
      const [saved] = kept as [Tensor];
      const isOurs = getBackend() === "tensorflow" && saved.dtype === "float32";
      return isOurs ? { x: () => run(dy as Tensor, saved) } : own.gradFunc(dy, kept, attributes);
    },
  });
}
