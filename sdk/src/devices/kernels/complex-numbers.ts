import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu/dist/backend_cpu.js";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { Add, Cast, Concat, FFT, IFFT, Imag, Multiply, OnesLike, Real, Sub, ZerosLike } from "../../../tfjs/core.js";
import { LitError } from "../../errors.js";
import { engine } from "../engine.js";
import { replaceKernel } from "./replace-kernel.js";

/** Corrects what cpu gets wrong with complex numbers, and lets it hold those of wasm, which cannot. */
export function correctComplexNumbers(): void {
  keepShapes();
  broadcast();
  keepInPlace();
}

/** cpu keeps one shape for all tensors that share numbers, that of the last one made. */
function keepShapes(): void {
  for (const name of [Real, Imag, FFT, IFFT, Concat, Cast, ZerosLike, OnesLike])
    replaceKernel(name, "cpu", (own) => (call) => {
      const { data } = call.backend as MathBackendCPU;
      for (const { dataId, dtype, shape } of Object.values(call.inputs) as TensorInfo[]) {
        if (dtype !== "complex64") continue;
        const { real, imag } = data.get(dataId).complexTensorInfos ?? {};
        for (const part of [real, imag]) if (part) part.shape = shape;
      }
      return own(call);
    });
}

/** Where one operand has fewer dimensions, cpu makes NaN of most. */
function broadcast(): void {
  for (const name of [Add, Sub, Multiply])
    replaceKernel(name, "cpu", (own) => (call) => {
      const { a, b } = call.inputs as Readonly<Record<"a" | "b", TensorInfo>>;
      if (a.dtype !== "complex64" && b.dtype !== "complex64") return own(call);
      const rank = Math.max(a.shape.length, b.shape.length);
      const widen = (x: TensorInfo) => ({ ...x, shape: [...Array(rank - x.shape.length).fill(1), ...x.shape] });
      return own({ ...call, inputs: { a: widen(a), b: widen(b) } });
    });
}

/** Backends lose what they are given of another's complex numbers. */
function keepInPlace(): void {
  const { moveData } = engine;
  engine.moveData = (backend, dataId) => {
    const info = engine.state.tensorInfo.get(dataId);
    if (info?.dtype === "complex64")
      throw new LitError(
        `complex numbers of shape [${info.shape}] cannot move to another backend: take tf.real(x) and tf.imag(x) before setDevice, tf.complex joins them after it`,
      );
    moveData.call(engine, backend, dataId);
  };
  // A variable's numbers are counted where they lie, which may not be where is computed.
  engine.incRef = (tensor, backend) => {
    engine.trackTensor(tensor, backend);
    engine.state.tensorInfo.get(tensor.dataId)?.backend.incRef(tensor.dataId);
  };
}
