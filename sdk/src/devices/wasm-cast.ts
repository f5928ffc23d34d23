import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { Cast, type CastAttrs, type TensorInfo } from "../../tfjs/core.js";
import { replaceKernel } from "./replace-kernel.js";

/** Lets wasm cast to bool as other backends do: what is not 0 is true. Its own cast keeps a number's last eight bits. */
export function correctWasmCast(): void {
  replaceKernel(Cast, "wasm", (own) => (call) => {
    const x = call.inputs.x as TensorInfo;
    if ((call.attrs as unknown as CastAttrs).dtype !== "bool" || x.dtype === "bool") return own(call);
    const backend = call.backend as BackendWasm;
    const out = backend.makeOutput(x.shape, "bool");
    const found = backend.typedArrayFromHeap(out);
    for (const [i, value] of backend.typedArrayFromHeap(x).entries()) found[i] = value === 0 ? 0 : 1;
    return out;
  });
}
