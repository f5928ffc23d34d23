import { createRequire } from "node:module";
import { LitError } from "../errors.js";
import { readInstallation } from "./tensorflow/installation.js";

/** A backend of TensorFlow.js: TensorFlow's own code, WebAssembly, JavaScript. */
export type RungName = "tensorflow" | "wasm" | "cpu";

/** What can drive a device, best first. */
export const RUNGS: readonly RungName[] = ["tensorflow", "wasm", "cpu"];

const require = createRequire(import.meta.url);
const NODE = `Node ${process.versions.node} ${process.platform} ${process.arch}`;

/**
 * What a rung is made of, as one line: what was found out about it holds until that changes.
 * @throws LitError if it is not installed, with what to do
 */
export async function identityOf(rung: RungName): Promise<string> {
  if (rung === "tensorflow") {
    const { tensorflow, binding, gpu } = await readInstallation();
    return `TensorFlow ${tensorflow}${gpu ? " with CUDA" : ""}, binding ${binding}, ${NODE}`;
  }
  const { version } = require(`@tensorflow/tfjs-backend-${rung}/package.json`) as { readonly version: string };
  return `tfjs-backend-${rung} ${version}, ${NODE}`;
}

/** Lets TensorFlow.js compute on a rung from now on. @throws LitError if it cannot be started */
export async function openRung(rung: RungName): Promise<void> {
  const tf = await import("../tf.js");
  if (rung === "tensorflow") {
    await tf.setBackend("wasm"); // which computes what loops over a sequence
    const { registerTensorflow } = await import("./tensorflow/register-tensorflow.js");
    await registerTensorflow();
  }
  if (!(await tf.setBackend(rung))) throw new LitError(`the backend ${rung} cannot be started`, { code: "NO_DEVICE" });
}
