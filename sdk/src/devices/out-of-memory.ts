import { createRequire } from "node:module";
import { type TensorInfo, util } from "../../tfjs/core.js";
import { LitError } from "../errors.js";
import { engine, type KernelCall } from "./engine.js";
import { memory } from "./memory.js";

const require = createRequire(import.meta.url);
/** WebAssembly's addresses have 32 bits. */
const MOST_WASM = 2 ** 32;

/** What V8, WebAssembly, TensorFlow and WebGPU say when there is no more. */
const NO_MORE =
  /Invalid typed array length|Array buffer allocation failed|OOM when allocating|RESOURCE_EXHAUSTED|Aborted\(OOM\)|out of memory/i;

class WasmMemoryError extends Error {}

/** Has every computation that finds no memory end in a LitError that says what wanted how much. */
export function tellOutOfMemory(): void {
  const { runKernelFunc, makeTensor } = engine;
  engine.runKernelFunc = (call) => {
    try {
      return runKernelFunc.call(engine, call);
    } catch (error) {
      throw isOutOfMemory(error) ? outOfMemory(callText(call), error) : error;
    }
  };
  engine.makeTensor = (values, shape, dtype, backend) => {
    util.assertNonNegativeIntegerDimensions(shape);
    try {
      return makeTensor.call(engine, values, shape, dtype, backend);
    } catch (error) {
      throw outOfMemoryError(error, { shape, dtype: dtype ?? "float32" });
    }
  };
}

/** What a failure to make a tensor is told as: an error with its size where there was no room for it, else what it was. */
export const outOfMemoryError = (error: unknown, tensor: Pick<TensorInfo, "shape" | "dtype">): unknown =>
  isOutOfMemory(error) ? outOfMemory(`a tensor ${tensorText(tensor)}`, error) : error;

/**
 * WebAssembly's own allocator answers 0 where it has no place, takes the rest of what is beyond its addresses, and what is below 0 or
 * no whole number for something else: what follows would write over other tensors.
 */
export function guardWasmMemory(): void {
  const { BackendWasm } = require("@tensorflow/tfjs-backend-wasm") as typeof import("@tensorflow/tfjs-backend-wasm");
  const { makeOutput } = BackendWasm.prototype;
  BackendWasm.prototype.makeOutput = function (shape, ...rest) {
    util.assertNonNegativeIntegerDimensions(shape);
    return makeOutput.call(this, shape, ...rest);
  };
  Object.defineProperty(BackendWasm.prototype, "wasm", {
    set(this: object, module: { _malloc: (bytes: number) => number }) {
      let { _malloc: malloc } = module;
      const guarded = (bytes: number) => {
        const place = bytes < MOST_WASM ? malloc(bytes) : 0;
        if (place === 0 && bytes > 0) throw new WasmMemoryError(`no place for ${bytes} bytes`);
        return place;
      };
      // It sets itself to something faster at its first call.
      Object.defineProperty(module, "_malloc", {
        get: () => guarded,
        set: (faster: typeof malloc) => {
          malloc = faster;
        },
      });
      Object.defineProperty(this, "wasm", { value: module, writable: true });
    },
  });
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof WasmMemoryError ||
  (!(error instanceof LitError) && error instanceof Error && NO_MORE.test(error.message));

function outOfMemory(what: string, cause: unknown): LitError {
  const uses = memory().map(
    ({ backend, tensors, bytes }) => `${tensors} tensors hold ${sizeText(bytes)} on ${backend}`,
  );
  return new LitError(
    `out of memory: there is no room for ${what}; ${uses.join(", ") || "no tensors are held"}. Take smaller batches, free what is no longer needed (tf.tidy, dispose()), or choose another device: getDevices()`,
    { code: "OUT_OF_MEMORY", cause },
  );
}

/** A computation and what it takes, or makes where it takes nothing. */
function callText({ kernelName = "a computation", inputs, attrs }: KernelCall): string {
  const tensors = Object.values(inputs)
    .flat()
    .filter((input) => input !== undefined && input !== null) as TensorInfo[];
  const { shape, dtype = "float32" } = (attrs ?? {}) as Partial<TensorInfo>;
  if (tensors.length === 0 && shape) tensors.push({ dataId: {}, shape, dtype });
  if (tensors.length === 0) return attrs ? `${kernelName} ${JSON.stringify(attrs)}` : kernelName;
  return `${kernelName} of ${tensors.map(tensorText).join(" and ")}`;
}

const tensorText = ({ shape, dtype }: Pick<TensorInfo, "shape" | "dtype">): string =>
  `[${shape.join(", ")}] (${sizeText(util.sizeFromShape(shape) * util.bytesPerElement(dtype))})`;

/** Bytes as people read them. */
function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
