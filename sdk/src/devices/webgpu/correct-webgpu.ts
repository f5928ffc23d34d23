import type { BincountInputs, DataId, KernelBackend, PadV2Attrs, ProdAttrs, TensorInfo } from "@tensorflow/tfjs-core";
import { backend_util, util } from "../../../tfjs/core.js";
import { LitError } from "../../errors.js";
import type { Margin } from "../../tensors/frame.js";
import { multiplyBatches } from "../kernels/multiply-batches.js";
import { replaceKernel } from "../kernels/replace-kernel.js";

/** A shader of the package, before it is compiled; those of one key are compiled once. */
interface Program {
  shaderKey: string;
  readonly outputShape: readonly number[];
  getUserCode(): string;
}

export interface RunsPrograms {
  runWebGPUProgram(program: Program, ...rest: readonly unknown[]): unknown;
}

/** Corrects shaders as the backend comes to run them. */
export function correctPrograms(backend: RunsPrograms): void {
  const { runWebGPUProgram } = backend;
  backend.runWebGPUProgram = (program, ...rest) => {
    const [, dtype] = rest;
    // The length of the axis is in its code and not in its key: others would sum beyond their end.
    if (program.shaderKey.startsWith("cum_")) program.shaderKey += `_${program.outputShape.at(-1)}`;
    if (program.shaderKey.startsWith("transpose")) correctTranspose(program, dtype === "int32" || dtype === "bool");
    return runWebGPUProgram.call(backend, program, ...rest);
  };
}

/**
 * What is written for floats does not compile for whole numbers, nor for floats that a cast left as whole numbers, or rounds
 * those beyond 2^24.
 */
function correctTranspose(program: Program, isWhole: boolean): void {
  const code = program.getUserCode().replace(/ (A\[.*\])\);/s, " f32($1));");
  const corrected = isWhole
    ? code.replaceAll("f32", "i32").replaceAll("setOutputAtIndex(", "setOutputAtIndexI32(")
    : code;
  program.getUserCode = () => corrected;
  program.shaderKey += isWhole ? "_i32" : "_f32";
}

/** Corrects kernels; once in a process. */
export function correctKernels(): void {
  multiplyBatches("webgpu");
  // Its shader is for one axis, whatever the shape.
  replaceKernel("Bincount", "webgpu", (own) => (call) => {
    const { x, weights } = call.inputs as Readonly<Record<keyof BincountInputs, TensorInfo>>;
    return own({ ...call, inputs: { x: flat(x), weights: flat(weights) } });
  });
  // Of values on the processor's side it forgets `keepDims`.
  replaceKernel("Prod", "webgpu", (own) => (call) => {
    const { axis, keepDims } = call.attrs as unknown as ProdAttrs;
    const { shape } = call.inputs.x as TensorInfo;
    const found = own(call) as TensorInfo;
    if (!keepDims) return found;
    const axes = util.parseAxisParam(axis, shape);
    const [kept] = backend_util.computeOutAndReduceShapes(shape, axes);
    return { ...found, shape: backend_util.expandShapeToKeepDim(kept, axes) };
  });
  // Its shader knows four axes.
  replaceKernel("PadV2", "webgpu", (own) => (call) => {
    const x = call.inputs.x as TensorInfo;
    if (x.shape.length <= 4) return own(call);
    const { paddings, constantValue } = call.attrs as unknown as PadV2Attrs;
    const padTo = (axes: readonly Margin[], shape: number[], dataId: DataId) =>
      own({
        ...call,
        inputs: { x: { ...x, dataId, shape } },
        attrs: { paddings: axes as [number, number][], constantValue },
      }) as TensorInfo;
    const lengths = x.shape.map((length, axis) => length + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
    const [begun, rest] = [x.shape.slice(0, 3), x.shape.slice(3)];
    const first = padTo([...paddings.slice(0, 3), [0, 0]], [...begun, util.sizeFromShape(rest)], x.dataId);
    const rows = util.sizeFromShape(lengths.slice(0, 3));
    const both = padTo([[0, 0], ...paddings.slice(3)], [rows, ...rest], first.dataId);
    (call.backend as KernelBackend).disposeData(first.dataId);
    return { ...both, shape: lengths };
  });
  replaceKernel("MaxPool3DGrad", "webgpu", (own) => (call) => {
    const { filterSize } = call.attrs as unknown as { readonly filterSize: number | readonly number[] };
    if (new Set([filterSize].flat()).size > 1)
      throw new LitError(
        `webgpu has no gradient of MaxPool3D for windows that are not cubes, found [${filterSize}]: setDevice("cpu") computes it`,
        { code: "NO_KERNEL" },
      );
    return own(call);
  });
}

const flat = (tensor: TensorInfo): TensorInfo => ({ ...tensor, shape: [util.sizeFromShape(tensor.shape)] });
