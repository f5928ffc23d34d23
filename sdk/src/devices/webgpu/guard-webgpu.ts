import type { BackendValues, KernelBackend } from "@tensorflow/tfjs-core";
import { engine, getKernel } from "../../../tfjs/core.js";
import { LitError } from "../../errors.js";
import type { GpuDevice } from "./load-dawn.js";

interface TensorData {
  readonly dtype: string;
  /** Those that are on the processor's side. */
  readonly values: BackendValues | null;
}

export interface WebgpuBackend extends KernelBackend {
  readonly tensorMap: { get(dataId: object): TensorData };
}

/** A backend whose faults are errors. */
export interface Guarded {
  isLost(): boolean;
}

/** The kernel that runs. */
let running: string | undefined;
let fault: (() => LitError | undefined) | undefined;

/**
 * Has a backend say what it cannot do: values that are on the GPU are not read synchronously, kernels that it lacks are
 * named, and a GPU that was lost or refused work is an error of the next call, not a wrong number.
 */
export function guardBackend(backend: WebgpuBackend, device: GpuDevice, gpuName: string): Guarded {
  let lost: LitError | undefined;
  let refused: LitError | undefined;
  const ended = device.lost.then(({ message }) => {
    lost = new LitError(
      `the GPU ${gpuName} was lost (${message || "its driver gave no reason"}) and with it what was there: setDevice again, or setDevice("cpu"), and load the model again`,
      { code: "DEVICE_LOST" },
    );
  });
  device.onuncapturederror = ({ error }) => {
    refused ??= new LitError(
      `the GPU ${gpuName} refused work: ${error.message.split("\n")[0]}; take smaller batches if its memory is full`,
      { code: "GPU_ERROR" },
    );
  };
  const takeFault = () => {
    const found = lost ?? refused;
    refused = undefined;
    return found;
  };
  const raise = () => {
    const found = takeFault();
    if (found) throw found;
  };

  const { read, readSync } = backend;
  const isHere = (dataId: object) => {
    const { values, dtype } = backend.tensorMap.get(dataId);
    return values !== null && values !== undefined ? true : dtype === "string" || dtype === "complex64";
  };
  Object.assign(backend, {
    async read(dataId: object): Promise<BackendValues> {
      if (isHere(dataId)) return read.call(backend, dataId);
      raise();
      const values = await read.call(backend, dataId).catch(async (error: unknown) => {
        // Dawn says that it was lost after it ends what is under way.
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
        throw takeFault() ?? error;
      });
      raise();
      return values;
    },
    readSync(dataId: object): BackendValues {
      if (isHere(dataId)) return readSync.call(backend, dataId);
      raise();
      if (running)
        throw new LitError(
          `${running} does not run on webgpu: it reads values that are on the GPU; setDevice("cpu") computes it`,
          { code: "NO_SYNC_READ" },
        );
      throw new LitError(
        "the values are on the GPU, where webgpu cannot read them synchronously: `await tensor.data()` instead, or once before",
        { code: "NO_SYNC_READ" },
      );
    },
  });
  if (!fault) guardKernels();
  fault = takeFault;
  return { isLost: () => lost !== undefined };
}

/** Has the engine name the kernel that webgpu lacks: there is no silent way around it. */
function guardKernels(): void {
  const tf = engine();
  const { runKernel } = tf;
  tf.runKernel = ((kernelName, inputs, attributes) => {
    if (tf.backendName === "webgpu") {
      const found = fault?.();
      if (found) throw found;
      if (!getKernel(kernelName, "webgpu"))
        throw new LitError(`webgpu has no kernel ${kernelName}: setDevice("cpu") computes it`, { code: "NO_KERNEL" });
    }
    const outer = running;
    running = tf.backendName === "webgpu" ? kernelName : undefined;
    try {
      return runKernel.call(tf, kernelName, inputs, attributes);
    } finally {
      running = outer;
    }
  }) as typeof runKernel;
}
