import { LitError } from "../../errors.js";
import type { DataTypeMap, NumericDataType, Tensor } from "../../tf.js";
import * as tf from "../../tf.js";

/**
 * The values of a tensor that an operation computes with itself.
 * @param operation its class, for the message
 * @throws LitError where they are on a GPU that gives them only later
 */
export function readNow<D extends NumericDataType>(operation: string, tensor: Tensor): DataTypeMap[D] {
  try {
    return tensor.dataSync<D>();
  } catch (cause) {
    if (!(cause instanceof LitError && cause.code === "NO_SYNC_READ")) throw cause;
    throw new LitError(
      `${operation} does not run on ${tf.getBackend()}: it reads values that are on the GPU; setDevice("cpu") computes it`,
      { code: "NO_SYNC_READ", cause },
    );
  }
}
